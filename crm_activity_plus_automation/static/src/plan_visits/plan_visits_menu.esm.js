// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {Domain} from "@web/core/domain";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

// Lists of what recurring visits can be planned for.
const MODELS = ["crm.lead", "res.partner"];

/** Plan recurring visits of all records that the list is filtered by. */
export class PlanVisitsMenu extends Component {
    static template = "crm_activity_plus_automation.PlanVisitsMenu";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.action = useService("action");
    }

    async onSelected() {
        const {domain, resModel} = this.env.searchModel;
        await this.action.doAction(
            "crm_activity_plus_automation.mail_activity_plan_recurrence_action_new",
            {
                additionalContext: {
                    default_domain: new Domain(domain).toString(),
                    plan_visits_of: resModel,
                },
            }
        );
    }
}

registry.category("cogMenu").add(
    "plan-visits-menu",
    {
        Component: PlanVisitsMenu,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: ({config, searchModel}) =>
            ["kanban", "list"].includes(config.viewType) &&
            config.actionType === "ir.actions.act_window" &&
            MODELS.includes(searchModel.resModel) &&
            user.hasGroup("sales_team.group_sale_salesman"),
    },
    {sequence: 20}
);
