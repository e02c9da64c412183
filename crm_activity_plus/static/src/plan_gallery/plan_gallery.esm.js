// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

/**
 * Plans to start from. A click makes a plan of one of them and opens it, to be changed.
 */
export class PlanGallery extends Component {
    static template = "crm_activity_plus.PlanGallery";
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({isBusy: false, plans: []});
        onWillStart(async () => {
            this.state.plans = await this.orm.call(
                "mail.activity.plan",
                "get_ready_made",
                []
            );
        });
    }

    /**
     * @param {object} plan
     * @returns {string} what the picture shows, for whoever can't see it
     */
    describePicture(plan) {
        return plan.columns
            .flat()
            .map((step) => step.name)
            .join(", ");
    }

    /**
     * @param {object} plan
     * @returns {string}
     */
    describeSteps(plan) {
        return _t("%s steps", plan.step_count);
    }

    async choose(plan) {
        if (this.state.isBusy) {
            return;
        }
        // A second click would make a second plan.
        this.state.isBusy = true;
        try {
            const made = await this.orm.call(
                "mail.activity.plan",
                "create_ready_made",
                [plan.code]
            );
            await this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "mail.activity.plan",
                res_id: made.plan_ids[0],
                views: [[false, "form"]],
                target: "current",
            });
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("actions").add("crm_activity_plus.plan_gallery", PlanGallery);
