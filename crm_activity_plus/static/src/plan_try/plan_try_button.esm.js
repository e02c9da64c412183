// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/**
 * Opens *Try it* on the plan of a form. What was drawn need not be saved for that; what
 * else was changed is saved before, as by any button.
 */
export class PlanTryButton extends Component {
    static template = "crm_activity_plus.PlanTryButton";
    static props = {...standardWidgetProps};

    setup() {
        // On a phone, the click closes the menu with the button, and what follows must
        // not end with it.
        ({action: this.action, orm: this.orm} = this.env.services);
    }

    async onClick() {
        const {record} = this.props;
        const {graph, ...others} = await record.getChanges();
        const isDrawn = Boolean(graph) && !Object.keys(others).length;
        if (!isDrawn && !(await record.save())) {
            return;
        }
        const action = await this.orm.call("mail.activity.plan", "action_try", [
            [record.resId],
        ]);
        if (isDrawn) {
            action.params.graph = graph;
        }
        this.action.doAction(action);
    }
}

registry.category("view_widgets").add("plan_try_button", {component: PlanTryButton});
