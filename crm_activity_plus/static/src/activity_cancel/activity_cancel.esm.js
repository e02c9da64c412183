// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {useAutofocus} from "@web/core/utils/hooks";

/**
 * Cancel an activity, and say why. It is kept, so that the history tells of it.
 *
 * @typedef {object} Props
 * @property {import("models").Activity} activity
 * @property {Function} [close]
 * @property {boolean} [hasHeader]
 * @property {Function} onChanged - called once it is cancelled
 */
export class ActivityCancel extends Component {
    static template = "crm_activity_plus.ActivityCancel";
    static props = {
        activity: Object,
        close: {type: Function, optional: true},
        hasHeader: {type: Boolean, optional: true},
        onChanged: Function,
    };

    setup() {
        this.state = useState({reason: "", isBusy: false, refusal: ""});
        useAutofocus({refName: "reason", mobile: false});
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.cancel();
        }
    }

    async cancel() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const {refusal} = await this.props.activity.request("cancel", {
                reason: this.state.reason.trim() || false,
            });
            this.state.refusal = refusal;
            if (refusal) {
                return;
            }
            this.props.activity.tellOtherTabs();
        } finally {
            this.state.isBusy = false;
        }
        this.props.close?.();
        this.props.onChanged();
    }
}
