// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Activity} from "@mail/core/common/activity_model";
import {_t} from "@web/core/l10n/translation";
import {fields} from "@mail/core/common/record";
import {formatDate} from "@web/core/l10n/dates";
import {patch} from "@web/core/utils/patch";

patch(Activity.prototype, {
    setup() {
        super.setup(...arguments);
        this.on_hold_until = fields.Date();
        // What the activity can end with; none where it comes from elsewhere.
        this.outcomes = fields.Attr([]);
    },

    /** @returns {string} where the work stands, or nothing while it is new */
    get statusText() {
        if (this.status === "in_progress") {
            return _t("In Progress");
        }
        if (this.status === "on_hold") {
            return this.on_hold_until
                ? _t("On Hold until %s", formatDate(this.on_hold_until))
                : _t("On Hold");
        }
        return "";
    },

    /**
     * Mark the activity as done, with the feedback that was typed.
     *
     * @param {{id: number}} outcome
     */
    async complete(outcome) {
        await this.store.env.services.orm.call(
            "mail.activity",
            "complete",
            [[this.id]],
            {outcome: outcome.id, feedback: this.feedback}
        );
        this.store.activityBroadcastChannel?.postMessage({
            type: "RELOAD_CHATTER",
            payload: {id: this.res_id, model: this.res_model},
        });
    },
});
