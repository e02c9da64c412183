// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    SIZES,
    click,
    contains,
    insertText,
    patchUiSize,
} from "@mail/../tests/mail_test_helpers";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {asyncStep, onRpc, waitForSteps} from "@web/../tests/web_test_helpers";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {defineActivityModels, openPartner} from "./activity_test_helpers.esm";
import {UNDO_DELAY} from "@crm_activity_plus/activity_outbox/activity_outbox_service.esm";

const POPOVER = ".o-mail-ActivityMarkAsDone";
const OUTCOMES = [
    {id: 11, name: "Interested", code: "interested", kind: "success"},
    {id: 12, name: "No Answer", code: "no_answer", kind: "neutral"},
];

describe.current.tags("desktop");
defineActivityModels();
beforeEach(() => {
    patchUiSize({size: SIZES.SM});
    onRpc("mail.activity", "preview_complete", () => []);
});

async function tapOutcome() {
    const activityId = await openPartner({outcomes: OUTCOMES});
    await click(".btn", {text: "Mark Done"});
    await insertText(`${POPOVER} textarea`, "Too dear");
    await click(`${POPOVER} [data-outcome='no_answer']`);
    await contains(POPOVER, {count: 0});
    await contains(".o_notification", {text: "No Answer: “Call them”"});
    return activityId;
}

test("a tap on an outcome is sent after some seconds", async () => {
    onRpc("mail.activity", "queue_complete", function ({args, kwargs}) {
        asyncStep(`complete: ${kwargs.outcome}, ${kwargs.feedback}`);
        this.env["mail.activity"].unlink(args[0]);
        return {done: true, reason: false, is_next_valid: false};
    });
    await tapOutcome();
    await contains(".o-mail-Activity");
    await contains(".o-mail-Activity-markDone", {count: 0});
    await advanceTime(UNDO_DELAY);
    await waitForSteps(["complete: 12, Too dear"]);
    await contains(".o-mail-Activity", {count: 0});
});

test("until then it can be undone, and the feedback is kept", async () => {
    onRpc("mail.activity", "queue_complete", () => asyncStep("unexpected"));
    await tapOutcome();
    await click(".o_notification button", {text: "Undo"});
    await contains(".o_notification", {count: 0});
    await advanceTime(UNDO_DELAY);
    await animationFrame();
    await click(".btn", {text: "Mark Done"});
    await contains(`${POPOVER} textarea`, {value: "Too dear"});
    await waitForSteps([]);
});

test("what the server refuses is told, with what was typed", async () => {
    onRpc("mail.activity", "queue_complete", () => ({
        done: false,
        reason: "Anna has cancelled this activity.",
    }));
    await tapOutcome();
    await advanceTime(UNDO_DELAY);
    await contains(".o_notification", {
        text: "“Call them”: Anna has cancelled this activity. Your feedback was: Too dear",
    });
    expect(".o_notification").toHaveCount(1);
});
