// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {defineModels, defineParams, fields} from "@web/../tests/web_test_helpers";
import {
    mailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";

class MailActivity extends mailModels.MailActivity {
    attempt = fields.Integer({default: 1});
    booking = fields.Json();
    card = fields.Json();
    held_by_pause = fields.Boolean();
    hold_reason = fields.Char();
    on_hold_until = fields.Date();
    outcomes = fields.Json();
    plan_step = fields.Json();
    status = fields.Char({default: "new"});

    get _to_store_defaults() {
        return [
            ...super._to_store_defaults,
            "attempt",
            "booking",
            "card",
            "held_by_pause",
            "hold_reason",
            "on_hold_until",
            "outcomes",
            "plan_step",
            "status",
        ];
    }
}

/** Mail's models, with what the suite tells of activities. */
export function defineActivityModels() {
    defineParams({suite: "mail"}, "replace");
    defineModels({...mailModels, MailActivity});
}

/**
 * Open the form of a contact that has an activity.
 *
 * @param {object} values - of the activity
 * @param {object} [options] - ``arch``: another form than core's
 * @returns {Promise<number>} the activity's id
 */
export async function openPartner(values, options) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({});
    const activityId = pyEnv["mail.activity"].create({
        can_write: true,
        res_id: partnerId,
        res_model: "res.partner",
        summary: "Call them",
        ...values,
    });
    await start();
    await openFormView("res.partner", partnerId, options);
    return activityId;
}
