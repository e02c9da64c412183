// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Deferred, mockDate} from "@odoo/hoot-mock";
import {
    allowTranslations,
    asyncStep,
    makeServerError,
    onRpc,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import {beforeEach, describe, expect, hover, test, waitFor} from "@odoo/hoot";
import {click, contains, insertText} from "@mail/../tests/mail_test_helpers";
import {defineActivityModels, openPartner} from "./activity_test_helpers.esm";
import {ConnectionLostError} from "@web/core/network/rpc";
import {requestInWords} from "@crm_activity_plus/activity/request_in_words.esm";

const POPOVER = ".o-mail-ActivityMarkAsDone";
const OUTCOMES = [
    {id: 11, name: "Interested", code: "interested", kind: "success"},
    {id: 12, name: "No Answer", code: "no_answer", kind: "neutral"},
    {id: 13, name: "Not Interested", code: "not_interested", kind: "failure"},
];
const STEP = {
    kind: "step",
    type: "Call",
    name: "Second attempt",
    date_deadline: "2019-11-26",
    user_name: "Marc Demo",
    action_type: "activity",
};
const PREVIEW = [
    {outcome_id: false, note: false, steps: []},
    {outcome_id: 11, note: false, steps: [STEP]},
    {outcome_id: 12, note: false, steps: [{...STEP, kind: "retry"}]},
    {outcome_id: 13, note: "The plan “Tour” ends.", steps: []},
];

describe.current.tags("desktop");
defineActivityModels();
beforeEach(() => onRpc("mail.activity", "preview_complete", () => PREVIEW));

async function openPopover(values) {
    const activityId = await openPartner(values);
    await click(".btn", {text: "Mark Done"});
    await contains(POPOVER);
    return activityId;
}

test("no outcomes", async () => {
    await openPopover({});
    await contains(`${POPOVER} button[aria-label='Done']`);
    await contains(`${POPOVER} .btn-primary`, {count: 1, text: "Mark Done"});
    await contains(`${POPOVER} .btn-secondary`, {text: "Mark Done & Schedule Next"});
    await contains(".o_crm_activity_plus_outcomes", {count: 0});
});

test("outcomes are buttons with the colour of their kind", async () => {
    await openPopover({outcomes: OUTCOMES});
    await contains(`${POPOVER} [data-outcome]`, {count: 3});
    await contains(`${POPOVER} .btn-success`, {text: "Interested"});
    await contains(`${POPOVER} .btn-secondary`, {text: "No Answer"});
    await contains(`${POPOVER} .btn-danger`, {text: "Not Interested"});
});

test("an outcome completes the activity with the feedback", async () => {
    let activityId = 0;
    onRpc("mail.activity", "complete", function ({args, kwargs}) {
        asyncStep("complete");
        expect(args).toEqual([[activityId]]);
        expect(kwargs.outcome).toBe(13);
        expect(kwargs.feedback).toBe("Too dear");
        // That is where it is off the record's list.
        this.env["mail.activity"].unlink(args[0]);
        return [];
    });
    onRpc("/mail/thread/messages", () => asyncStep("messages"));
    activityId = await openPopover({outcomes: OUTCOMES});
    await waitForSteps(["messages"]);
    await insertText(`${POPOVER} textarea`, "Too dear");
    await click(`${POPOVER} [data-outcome='not_interested']`);
    await waitForSteps(["complete", "messages"]);
    await contains(POPOVER, {count: 0});
    await contains(".o-mail-Activity", {count: 0});
});

test("a second click does nothing while the first one is running", async () => {
    const answer = new Deferred();
    onRpc("mail.activity", "complete", async () => {
        asyncStep("complete");
        await answer;
        return [];
    });
    await openPopover({outcomes: OUTCOMES});
    const button = document.querySelector(`${POPOVER} [data-outcome='no_answer']`);
    button.click();
    button.click();
    await contains(`${POPOVER} button:disabled`, {count: 5});
    await contains(`${POPOVER} button:enabled`, {text: "Discard"});
    await waitForSteps(["complete"]);
    answer.resolve();
    await contains(POPOVER, {count: 0});
});

test("Done is clicked twice and completes once", async () => {
    const answer = new Deferred();
    onRpc("mail.activity", "complete", async ({kwargs}) => {
        asyncStep("complete");
        expect(kwargs).not.toInclude("outcome");
        await answer;
        return [];
    });
    await openPopover({});
    const button = document.querySelector(`${POPOVER} button[aria-label='Done']`);
    button.click();
    button.click();
    await waitForSteps(["complete"]);
    answer.resolve();
    await contains(POPOVER, {count: 0});
});

test("what was typed stays where the server refuses", async () => {
    onRpc("mail.activity", "complete", () => {
        throw makeServerError({type: "UserError", message: "It is closed already."});
    });
    onRpc("mail.activity", "message_post", () => asyncStep("unexpected"));
    onRpc("res.partner", "message_post", ({args, kwargs}) => {
        asyncStep("note");
        expect(args[0]).toHaveLength(1);
        expect(kwargs.body).toBe("They called back");
        return 1;
    });
    await openPopover({outcomes: OUTCOMES});
    await insertText(`${POPOVER} textarea`, "They called back");
    await click(`${POPOVER} [data-outcome='interested']`);
    await waitFor(`${POPOVER} [role='alert']:contains(${"It is closed already."})`);
    await contains(`${POPOVER} textarea`, {value: "They called back"});
    await contains(`${POPOVER} [data-outcome='interested']:enabled`);
    await click(`${POPOVER} .o_activity_log_note`);
    await waitForSteps(["note"]);
    await waitFor(`${POPOVER} [role='alert']:contains(${"is in the chatter"})`);
    await contains(`${POPOVER} textarea`, {value: ""});
});

for (const [type, sentence] of [
    ["MissingError", "This activity has been deleted"],
    ["AccessError", "You can no longer change this activity"],
]) {
    test(`${type} is told in plain words`, async () => {
        onRpc("mail.activity", "complete", () => {
            throw makeServerError({type, message: "(Record: mail.activity(5,))"});
        });
        await openPopover({outcomes: OUTCOMES});
        await insertText(`${POPOVER} textarea`, "They called back");
        await click(`${POPOVER} [data-outcome='interested']`);
        await waitFor(`${POPOVER} [role='alert']:contains(${sentence})`);
        await contains(`${POPOVER} textarea`, {value: "They called back"});
    });
}

test("a lost connection is told in plain words", async () => {
    allowTranslations();
    const {refusal, result} = await requestInWords(() =>
        Promise.reject(new ConnectionLostError("/web/dataset/call_kw"))
    );
    expect(refusal).toInclude("retry in a moment");
    expect(result).toBe(undefined);
});

test("a defect of the server is no refusal", async () => {
    await expect(
        requestInWords(() => Promise.reject(new Error("Boom")))
    ).rejects.toThrow("Boom");
});

test("what comes next follows the outcome that is pointed at", async () => {
    mockDate("2019-11-20 10:00:00");
    await openPopover({outcomes: OUTCOMES});
    const next = `${POPOVER} .o_activity_next`;
    await contains(next, {text: "Nothing follows"});
    await hover(`${POPOVER} [data-outcome='interested']`);
    await contains(next, {text: "Next: Call - Second attempt, Nov 26, Marc Demo"});
    await hover(`${POPOVER} [data-outcome='not_interested']`);
    await contains(next, {text: "The plan “Tour” ends."});
    // With the keyboard, too.
    await hover(`${POPOVER} textarea`);
    await contains(next, {text: "Nothing follows"});
    document.querySelector(`${POPOVER} [data-outcome='no_answer']`).focus();
    await contains(next, {
        text: "Next attempt: Call - Second attempt, Nov 26, Marc Demo",
    });
});

test("the chatter tells of plan, status and attempt", async () => {
    await openPartner({
        attempt: 2,
        plan_step: {run_id: 5, plan: "Tour", name: "Call", number: 2, count: 4},
        status: "in_progress",
    });
    await contains(".o_crm_activity_plus_step", {text: "Tour, step 2 of 4"});
    await contains(".o_crm_activity_plus_status", {text: "In Progress"});
    await contains(".o_crm_activity_plus_attempt", {text: "Attempt 2"});
});

test("the chatter says no more of a new activity outside of plans", async () => {
    await openPartner({attempt: 1, plan_step: false, status: "new"});
    await contains(".o-mail-Activity");
    await contains(".o_activity_info", {count: 0});
});
