// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {SelectCreateDialog} from "@web/views/view_dialogs/select_create_dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

/** Asks what a new activity is about. */
export class ActivityTargetDialog extends Component {
    static template = "crm_activity_plus.ActivityTargetDialog";
    static components = {Dialog};
    static props = {
        close: Function,
        onChosen: Function,
    };

    setup() {
        this.dialog = useService("dialog");
    }

    get title() {
        return _t("Link the Activity to");
    }

    /**
     * Let the user choose a record, before this dialog is closed: whoever discards the
     * list is back here.
     *
     * @param {string} resModel
     * @param {string} title
     */
    chooseRecord(resModel, title) {
        this.dialog.add(SelectCreateDialog, {
            resModel,
            title,
            noCreate: true,
            multiSelect: false,
            onSelected: ([resId]) => this.finish(resModel, [resId]),
        });
    }

    onClickLead() {
        this.chooseRecord("crm.lead", _t("Select a Lead or Opportunity"));
    }

    onClickContact() {
        this.chooseRecord("res.partner", _t("Select a Contact"));
    }

    onClickNone() {
        this.finish(false, false);
    }

    finish(resModel, resIds) {
        this.props.close();
        this.props.onChosen(resModel, resIds);
    }
}
