// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Activity} from "@mail/core/common/activity_model";
import {fields} from "@mail/core/common/record";
import {patch} from "@web/core/utils/patch";

/**
 * Do what the server answers, and wait until it is closed.
 *
 * @param {object} actionService
 * @param {object} action
 * @returns {Promise<void>}
 */
export function doUntilClosed(actionService, action) {
    return new Promise((resolve, reject) => {
        actionService.doAction(action, {onClose: resolve}).catch(reject);
    });
}

patch(Activity.prototype, {
    setup() {
        super.setup();
        // Where the document stands that was sent to be signed; none where none was.
        this.signature = fields.Attr(false);
        this.can_request_signature = fields.Attr(false);
    },

    get canRequestSignature() {
        return this.isTracked && !this.isClosed && this.can_request_signature;
    },

    /** @returns {Promise<boolean>} whether the pop-up was shown, and is closed now */
    async requestSignature() {
        const {env} = this.store;
        const {refusal, result} = await this.request("action_request_signature");
        if (refusal) {
            env.services.notification.add(refusal, {type: "warning"});
            return false;
        }
        await doUntilClosed(env.services.action, result);
        await this.refresh();
        this.tellOtherTabs();
        return true;
    },

    async openSignature() {
        const {env} = this.store;
        const {refusal, result} = await this.request("action_open_signature");
        if (refusal) {
            env.services.notification.add(refusal, {type: "warning"});
            return;
        }
        await env.services.action.doAction(result);
    },
});
