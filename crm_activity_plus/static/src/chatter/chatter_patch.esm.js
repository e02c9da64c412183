// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

// What is overridden here is a patch of core's.
import "@mail/chatter/web/chatter_patch";
import {Chatter} from "@mail/chatter/web_portal/chatter";
import {patch} from "@web/core/utils/patch";
import {status, useState} from "@odoo/owl";

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

    /**
     * @override Core asks for everything at once, and several answers come late
     * together. What was clicked is among the activities: these come first.
     */
    async onActivityChanged(thread) {
        if (!this.props.hasParentReloadOnActivityChanged) {
            return super.onActivityChanged(...arguments);
        }
        await this.load(thread, ["activities", "messages"]);
        if (status(this) !== "destroyed") {
            // It asks for all the rest of the thread, too.
            await this.reloadParentView();
        }
    },

    /** @override The same after something was scheduled. */
    async scheduleActivity() {
        const {thread} = this.state;
        if (!thread.id) {
            return super.scheduleActivity(...arguments);
        }
        this.closeSearch();
        await this.store.scheduleActivity(thread.model, [thread.id]);
        if (status(this) !== "destroyed") {
            await this.onActivityChanged(thread);
        }
    },
});
