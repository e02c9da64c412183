// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {browser} from "@web/core/browser/browser";
import {router} from "@web/core/browser/router";

const STORAGE_KEY = "crm_activity_plus.activity_queue_memory.";
// The part of the address that tells one session with the queue from another.
const PARAMETER = "queue";

// The sessions that are on the screen.
const openTokens = new Set();

/**
 * What a session with the queue knows beside the activity that is shown: what it works
 * through, what was skipped, what was done. Odoo keeps that for its breadcrumbs only. The
 * browser's Back, and a reload, find it by the address.
 */
export class QueueMemory {
    /** @param {object} props - of the action */
    constructor(props) {
        const {action, state, updateActionState} = props;
        this.updateActionState = updateActionState;
        const domain = action.params?.domain;
        const stored = state || (domain ? false : this.readFromAddress());
        this.token = stored?.token || `q${Date.now().toString(36)}`;
        this.domain = domain || stored?.domain || false;
        this.values = stored || {};
    }

    readFromAddress() {
        const token = router.current[PARAMETER];
        // Where that session is on the screen, this is another one.
        if (!token || openTokens.has(token)) {
            return false;
        }
        try {
            return JSON.parse(browser.sessionStorage.getItem(STORAGE_KEY + token));
        } catch {
            return false;
        }
    }

    open() {
        openTokens.add(this.token);
        this.updateActionState?.({[PARAMETER]: this.token});
    }

    /** @param {object} values - what ``remember`` of the model gave */
    close(values) {
        openTokens.delete(this.token);
        this.write(values);
    }

    /** @returns {object} the same with what belongs to the memory itself */
    write(values) {
        const stored = {...values, token: this.token, domain: this.domain};
        browser.sessionStorage.setItem(
            STORAGE_KEY + this.token,
            JSON.stringify(stored)
        );
        return stored;
    }
}
