// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {ActivityQueue} from "@crm_activity_plus/activity_queue/activity_queue.esm";
import {ActivityQueueKeys} from "@crm_activity_plus/activity_queue/activity_queue_keys.esm";
import {_t} from "@web/core/l10n/translation";
import {doUntilClosed} from "../activity/activity_model_patch.esm";
import {patch} from "@web/core/utils/patch";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";

patch(ActivityQueue.prototype, {
    setup() {
        super.setup();
        useHotkey("g", () =>
            this.rootRef.el.querySelector(".o_activity_queue_sign")?.click()
        );
    },

    get canRequestSignature() {
        return Boolean(this.activity.can_request_signature);
    },

    get signature() {
        return this.activity.signature || false;
    },

    async onClickRequestSignature() {
        const action = await this.orm.call(
            "mail.activity",
            "action_request_signature",
            [[this.activity.id]]
        );
        await doUntilClosed(this.action, action);
        await this.queue.refresh();
        this.focusCard();
    },

    async onClickSignature() {
        const action = await this.orm.call("mail.activity", "action_open_signature", [
            [this.activity.id],
        ]);
        await this.action.doAction(action);
    },
});

patch(ActivityQueueKeys.prototype, {
    get groups() {
        const groups = super.groups;
        groups[2].rows.splice(-1, 0, {keys: ["G"], text: _t("Request a signature")});
        return groups;
    },
});
