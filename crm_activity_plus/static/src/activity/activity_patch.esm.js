// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Activity} from "@mail/core/web/activity";
import {patch} from "@web/core/utils/patch";

patch(Activity.prototype, {
    onClickPlan() {
        this.env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.activity.plan.run",
            res_id: this.props.activity.plan_step.run_id,
            views: [[false, "form"]],
        });
    },
});
