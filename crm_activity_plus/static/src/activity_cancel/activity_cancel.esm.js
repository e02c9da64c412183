// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    ActivityForm,
    activityFormProps,
    useActivityForm,
} from "../activity_form/activity_form.esm";
import {Component} from "@odoo/owl";

/** Cancel an activity, and say why. It is kept, so that the history tells of it. */
export class ActivityCancel extends Component {
    static template = "crm_activity_plus.ActivityCancel";
    static components = {ActivityForm};
    static props = {...activityFormProps};

    setup() {
        this.form = useActivityForm("cancel_w_meeting", {isClosing: true});
    }
}
