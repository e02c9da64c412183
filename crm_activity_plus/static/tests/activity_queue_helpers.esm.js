// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {getService, mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {UNDO_DELAY} from "@crm_activity_plus/activity_outbox/activity_outbox_service.esm";
import {WebClient} from "@web/webclient/webclient";
import {expect} from "@odoo/hoot";

export const NAME = ".o_activity_queue_name";
export const OUTCOMES = [
    {id: 11, name: "Interested", code: "interested", kind: "success"},
    {id: 12, name: "No Answer", code: "no_answer", kind: "neutral"},
];

/**
 * @param {number} id
 * @param {object} [values]
 * @returns {object} what the server tells of an activity
 */
export function makeActivity(id, values = {}) {
    return {
        id,
        name: `Activity ${id}`,
        type: "Call",
        icon: "fa-phone",
        note: "",
        attempt: 1,
        status: "new",
        state: "today",
        date_deadline: "2019-03-11",
        user: "Mitchell",
        is_mine: true,
        res_model: "res.partner",
        res_id: 3,
        res_name: "Deco Addict",
        readable: true,
        phone: "",
        email: "",
        facts: [],
        plan_step: false,
        outcomes: OUTCOMES,
        messages: [],
        ...values,
    };
}

/**
 * A server with a queue: what is done is off it.
 *
 * @param {object[]} activities - most urgent first
 * @returns {object} its state
 */
export function makeQueue(...activities) {
    const server = {
        activities,
        claimed: new Set(),
        isValid: true,
        stepsClaims: true,
        close(closedId) {
            this.activities = this.activities.filter(({id}) => id !== closedId);
        },
    };
    onRpc("mail.activity", "queue_next", ({kwargs}) => {
        const left = server.activities.filter(({id}) => !kwargs.skip_ids.includes(id));
        const activity = left[0] || false;
        if (activity) {
            server.claimed.add(activity.id);
            if (server.stepsClaims) {
                expect.step(`claim ${activity.id}`);
            }
        }
        return {activity, left: left.length};
    });
    onRpc("mail.activity", "queue_coming", () =>
        server.activities.map(({id, name, res_name, type, icon, state}) => ({
            id,
            name,
            res_name,
            type,
            icon,
            state,
            date_deadline: "2019-03-11",
        }))
    );
    onRpc("mail.activity", "queue_release", ({args}) => {
        args[0].forEach((id) => server.claimed.delete(id));
        return true;
    });
    onRpc("mail.activity", "queue_complete", ({args, kwargs}) => {
        expect.step(
            `complete ${args[0]}: ${kwargs.outcome || "-"}, ${kwargs.feedback || "-"}`
        );
        server.close(args[0][0]);
        return {
            done: true,
            reason: false,
            is_next_valid: Boolean(kwargs.next_id) && server.isValid,
        };
    });
    return server;
}

/** The same, where it doesn't matter what is claimed when. */
export function makeQuietQueue(...activities) {
    const server = makeQueue(...activities);
    server.stepsClaims = false;
    return server;
}

/** @param {object} [params] - of the action */
export async function openQueue(params = {}) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.activity_queue",
        params,
    });
    await animationFrame();
}

/** Wait until what was closed can't be taken back any more, and is sent. */
export async function waitForSending() {
    await advanceTime(UNDO_DELAY);
    await animationFrame();
}
