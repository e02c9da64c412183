// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {toRaw, useEffect} from "@odoo/owl";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/**
 * A pop-up that does something with what is selected in a list. Where nothing was done,
 * the list stays as it is when the pop-up is closed, with what is selected.
 */
export class BulkFormController extends formView.Controller {
    setup() {
        super.setup();
        useEffect(
            (dialogData) => {
                if (!dialogData) {
                    return () => undefined;
                }
                // Not reactive: the pop-up would be rendered anew.
                const data = toRaw(dialogData);
                const {close} = data;
                data.close = (params) => close({...params, noReload: !this.isDone});
                return () => {
                    data.close = close;
                };
            },
            () => [this.env.dialogData]
        );
    }

    /** @returns {boolean} whether it tells what was done already */
    get isDone() {
        return this.model.root.data.state === "report";
    }

    /** @override */
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.special === "cancel" && this.env.dialogData) {
            this.env.dialogData.close();
            return false;
        }
        return super.beforeExecuteActionButton(clickParams);
    }
}

registry.category("views").add("activity_bulk_form", {
    ...formView,
    Controller: BulkFormController,
});
