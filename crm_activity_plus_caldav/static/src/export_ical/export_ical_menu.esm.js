// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const MODELS = ["calendar.event", "mail.activity"];

/** Export all meetings or activities that the list is filtered by. */
export class ExportIcalMenu extends Component {
    static template = "crm_activity_plus_caldav.ExportIcalMenu";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    async onSelected() {
        const {context, domain, resModel} = this.env.searchModel;
        const method = "action_export_ical_filter";
        const action = await this.orm.call(resModel, method, [domain], {context});
        await this.action.doAction(action);
    }
}

registry.category("cogMenu").add(
    "export-ical-menu",
    {
        Component: ExportIcalMenu,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: ({config, model, searchModel}) =>
            ["kanban", "list"].includes(config.viewType) &&
            config.actionType === "ir.actions.act_window" &&
            MODELS.includes(searchModel.resModel) &&
            // What is selected has an entry of its own.
            !model?.root?.selection?.length &&
            user.hasGroup("base.group_user"),
    },
    {sequence: 15}
);
