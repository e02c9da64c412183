// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    ActivityForm,
    activityFormProps,
    useActivityForm,
} from "../activity_form/activity_form.esm";
import {Component} from "@odoo/owl";
import {DayChooser} from "../day_chooser/day_chooser.esm";
import {serializeDate, today} from "@web/core/l10n/dates";

/** Put an activity on hold: until when, and why. A shortcut is all it takes. */
export class ActivityHold extends Component {
    static template = "crm_activity_plus.ActivityHold";
    static components = {ActivityForm, DayChooser};
    static props = {...activityFormProps};

    setup() {
        this.form = useActivityForm("action_hold");
    }

    get minDate() {
        return today().plus({days: 1});
    }

    /** @param {object} [day] - none: until somebody resumes it */
    hold(day) {
        return this.form.submit({until: day ? serializeDate(day) : false});
    }
}
