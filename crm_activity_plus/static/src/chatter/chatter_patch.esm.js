// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Chatter} from "@mail/chatter/web_portal/chatter";
import {patch} from "@web/core/utils/patch";
import {useState} from "@odoo/owl";

patch(Chatter.prototype, {
    setup() {
        super.setup();
        this.heldState = useState({isShown: true});
    },

    /** @returns {import("models").Activity[]} what is on hold, until when it says */
    get heldActivities() {
        return this.state.thread?.heldActivities ?? [];
    },

    toggleHeldActivities() {
        this.heldState.isShown = !this.heldState.isShown;
    },
});
