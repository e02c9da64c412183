// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {patch} from "@web/core/utils/patch";
import {useState} from "@odoo/owl";

const BUTTON_BY_KIND = {
    success: "btn-success",
    neutral: "btn-secondary",
    failure: "btn-danger",
};

patch(ActivityMarkAsDone.prototype, {
    setup() {
        super.setup();
        this.outcomeState = useState({isCompleting: false});
    },

    /** @returns {object[]} how the activity can end; the server alone knows */
    get outcomes() {
        return this.props.activity.outcomes || [];
    },

    /**
     * @param {{kind: string}} outcome
     * @returns {string} the class of its button
     */
    getOutcomeClass(outcome) {
        return BUTTON_BY_KIND[outcome.kind] || BUTTON_BY_KIND.neutral;
    },

    /**
     * Complete the activity. Where the server refuses, the pop-up stays with what was
     * typed.
     *
     * @param {object} outcome
     */
    async onClickOutcome(outcome) {
        if (this.outcomeState.isCompleting) {
            return;
        }
        const {activity, close, onActivityChanged} = this.props;
        const thread = this.env.services["mail.store"].Thread.insert({
            model: activity.res_model,
            id: activity.res_id,
        });
        this.outcomeState.isCompleting = true;
        try {
            await activity.complete(outcome);
        } finally {
            this.outcomeState.isCompleting = false;
        }
        close?.();
        onActivityChanged?.(thread);
        await thread.fetchNewMessages();
    },
});
