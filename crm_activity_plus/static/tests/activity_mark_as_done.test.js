// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    click,
    contains,
    insertText,
    mailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import {
    asyncStep,
    defineModels,
    defineParams,
    fields,
    makeServerError,
    onRpc,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {Deferred} from "@odoo/hoot-mock";

const POPOVER = ".o-mail-ActivityMarkAsDone";
const OUTCOMES = [
    {id: 11, name: "Interested", code: "interested", kind: "success"},
    {id: 12, name: "No Answer", code: "no_answer", kind: "neutral"},
    {id: 13, name: "Not Interested", code: "not_interested", kind: "failure"},
];

class MailActivity extends mailModels.MailActivity {
    attempt = fields.Integer({default: 1});
    on_hold_until = fields.Date();
    outcomes = fields.Json();
    plan_step = fields.Json();
    status = fields.Char({default: "new"});

    get _to_store_defaults() {
        return [
            ...super._to_store_defaults,
            "attempt",
            "on_hold_until",
            "outcomes",
            "plan_step",
            "status",
        ];
    }
}

describe.current.tags("desktop");
defineParams({suite: "mail"}, "replace");
defineModels({...mailModels, MailActivity});

async function openPartner(values) {
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
    await openFormView("res.partner", partnerId);
    return activityId;
}

async function openPopover(values) {
    const activityId = await openPartner(values);
    await click(".btn", {text: "Mark Done"});
    await contains(POPOVER);
    return activityId;
}

test("no outcomes", async () => {
    await openPopover({});
    await contains(`${POPOVER} button[aria-label='Done']`);
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

test("a second click does nothing while the first one is under way", async () => {
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

test("what was typed stays where the server refuses", async () => {
    expect.errors(1);
    onRpc("mail.activity", "complete", () => {
        throw makeServerError({type: "UserError", message: "It is closed already."});
    });
    await openPopover({outcomes: OUTCOMES});
    await insertText(`${POPOVER} textarea`, "They called back");
    await click(`${POPOVER} [data-outcome='interested']`);
    await contains(".modal-body", {text: "It is closed already."});
    expect.verifyErrors(["It is closed already."]);
    await contains(`${POPOVER} textarea`, {value: "They called back"});
    await contains(`${POPOVER} [data-outcome='interested']:enabled`);
});

test("the chatter tells of plan, status and attempt", async () => {
    await openPartner({
        attempt: 2,
        plan_step: {run_id: 5, plan: "Tour", name: "Call", number: 2, count: 4},
        status: "in_progress",
    });
    await click(".o-mail-Activity .fa-info-circle");
    await contains(".o_crm_activity_plus_plan", {text: "PlanTour"});
    await contains(".o_crm_activity_plus_step", {text: "Call (2 of 4)"});
    await contains(".o_crm_activity_plus_status", {text: "In Progress"});
    await contains(".o_crm_activity_plus_attempt", {text: "Attempt2"});
});

test("the chatter says no more of a new activity outside of plans", async () => {
    await openPartner({attempt: 1, plan_step: false, status: "new"});
    await click(".o-mail-Activity .fa-info-circle");
    await contains(".o-mail-Activity-details tr", {text: "Assigned to"});
    await contains("[class*='o_crm_activity_plus_']", {count: 0});
});
