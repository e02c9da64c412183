// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

/**
 * Asks for a reason before something is done. Where the server refuses, the dialog
 * stays, with what was typed.
 */
export class ReasonDialog extends Component {
    static template = "crm_activity_plus.ReasonDialog";
    static components = {Dialog};
    static props = {
        close: Function,
        title: String,
        body: String,
        placeholder: {type: String, optional: true},
        confirmLabel: String,
        // Gets the reason, and resolves to whether it was done.
        confirm: Function,
    };

    setup() {
        this.work = useOneAtATime();
        this.state = useState({reason: ""});
        useAutofocus({refName: "reason", mobile: true});
    }

    get reasonLabel() {
        return _t("Reason");
    }

    onConfirm() {
        return this.work.run(async () => {
            if (await this.props.confirm(this.state.reason.trim())) {
                this.props.close();
            }
        });
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.onConfirm();
        }
    }
}
