// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {serializeDate, today} from "@web/core/l10n/dates";
import {DayChooser} from "../day_chooser/day_chooser.esm";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

/**
 * Asks until when a plan is paused, and why. A shortcut is all it takes. Where the
 * server refuses, the dialog stays, with what was typed.
 */
export class PauseDialog extends Component {
    static template = "crm_activity_plus.PauseDialog";
    static components = {DayChooser, Dialog};
    static props = {
        close: Function,
        plan: String,
        // Whether it is paused already, and is given a date.
        isPaused: {type: Boolean, optional: true},
        // Gets the day as the server reads it, or false, and the reason; resolves to
        // whether it was done.
        confirm: Function,
    };

    setup() {
        this.work = useOneAtATime();
        this.state = useState({reason: ""});
    }

    get title() {
        const {isPaused, plan} = this.props;
        return isPaused
            ? _t("Set the date until which “%s” is paused", plan)
            : _t("Pause “%s”", plan);
    }

    get confirmLabel() {
        return this.props.isPaused ? _t("Set Date") : _t("Pause");
    }

    get minDate() {
        return today().plus({days: 1});
    }

    /** @param {object} [day] - none: until somebody resumes it */
    pause(day) {
        return this.work.run(async () => {
            const until = day ? serializeDate(day) : false;
            if (await this.props.confirm(until, this.state.reason.trim() || false)) {
                this.props.close();
            }
        });
    }
}
