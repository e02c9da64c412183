/* Copyright 2026 The CRM Activity Plus contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useAutofocus} from "@web/core/utils/hooks";

/** Asks a signer who refuses for the reason, which the sender gets. */
export class RefuseDialog extends Component {
    static template = "crm_activity_plus_sign.RefuseDialog";
    static components = {Dialog};
    static props = {refuse: Function, describe: Function, close: Function};

    setup() {
        this.state = useState({reason: "", error: "", isSending: false});
        useAutofocus({refName: "reason"});
    }

    async onConfirm() {
        this.state.isSending = true;
        this.state.error = "";
        try {
            await this.props.refuse(this.state.reason);
        } catch (error) {
            this.state.error = this.props.describe(error);
            this.state.isSending = false;
        }
    }
}
