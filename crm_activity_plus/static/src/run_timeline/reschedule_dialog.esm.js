// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {deserializeDate, serializeDate, today} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";
import {DayChooser} from "../day_chooser/day_chooser.esm";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

/**
 * Asks for a step's new due date, a later one. Where the server refuses, the dialog
 * stays.
 */
export class RescheduleDialog extends Component {
    static template = "crm_activity_plus.RescheduleDialog";
    static components = {DayChooser, Dialog};
    static props = {
        close: Function,
        step: String,
        // When it is due now, as the server writes days.
        deadline: {type: [String, Boolean], optional: true},
        // Gets the day as the server reads it, and resolves to whether it was done.
        confirm: Function,
    };

    setup() {
        const {deadline} = this.props;
        const later = deadline && deserializeDate(deadline).plus({days: 1});
        this.minDate = later && later > today() ? later : today();
        this.work = useOneAtATime();
    }

    get title() {
        return _t("Reschedule “%s”", this.props.step);
    }

    /** @param {object} day */
    reschedule(day) {
        return this.work.run(async () => {
            if (await this.props.confirm(serializeDate(day))) {
                this.props.close();
            }
        });
    }
}
