// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// There is time to see what one has done, and to change one's mind.
const DELAY = 10000;

/**
 * Say on how many records a plan was launched, with a button that takes it back, and go
 * on with the next action.
 *
 * @param {object} env
 * @param {object} action
 * @param {object} action.params - launch_id, message, type and next
 * @returns {object} the next action
 */
export function tellLaunched(env, {params}) {
    const {launch_id: launchId, message, next, type} = params;
    const {action, notification, orm} = env.services;
    let close = null;
    const undo = async () => {
        if (!close) {
            return;
        }
        close();
        close = null;
        action.doAction(
            await orm.call("mail.activity.plan.launch", "action_undo", [[launchId]])
        );
    };
    close = notification.add(message, {
        autocloseDelay: DELAY,
        buttons: [{name: _t("Undo"), icon: "fa-undo", onClick: undo}],
        sticky: type === "warning",
        type,
    });
    return next;
}

registry.category("actions").add("crm_activity_plus.launched", tellLaunched);
