// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {RunTimelineStep} from "@crm_activity_plus/run_timeline/run_timeline_step.esm";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";

patch(RunTimelineStep.prototype, {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.actionService = useService("action");
    },

    async onClickSignature() {
        const action = await this.orm.call(
            "mail.activity.plan.run.line",
            "action_open_signature",
            [[this.props.step.id]]
        );
        await this.actionService.doAction(action);
    },
});
