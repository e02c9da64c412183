// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Deferred, mockDate} from "@odoo/hoot-mock";
import {
    asyncStep,
    makeServerError,
    onRpc,
    serverState,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import {click, contains, insertText} from "@mail/../tests/mail_test_helpers";
import {defineActivityModels, openPartner} from "./activity_test_helpers.esm";
import {describe, expect, test, waitFor} from "@odoo/hoot";

const REASON = ".o_activity_hold_form input[aria-label='Reason']";
const CARD = ".o-mail-Activity";

describe.current.tags("desktop");
defineActivityModels();

test("the card shows fields of the record", async () => {
    await openPartner({
        card: [
            {name: "phone", label: "Phone", value: "+32 2 555", href: "tel:+322555"},
            {name: "city", label: "City", value: "", href: false},
        ],
    });
    await contains(`${CARD} [data-name='phone'] a[href='tel:+322555']`, {
        text: "+32 2 555",
    });
    await contains(`${CARD} [data-name='city']`, {text: "City:–"});
});

test("an activity of nobody says so", async () => {
    await openPartner({user_id: false});
    await contains(`${CARD} .o_activity_unassigned`, {text: "Unassigned"});
});

test("an activity of somebody", async () => {
    await openPartner({user_id: serverState.userId});
    await contains(`${CARD} .o_activity_start`);
    await contains(`${CARD} .o_activity_unassigned`, {count: 0});
});

test("start it, once", async () => {
    onRpc("mail.activity", "action_start", function ({args}) {
        asyncStep("action_start");
        this.env["mail.activity"].write(args[0], {status: "in_progress"});
        return true;
    });
    await openPartner({});
    await contains(`${CARD} .o_activity_start`);
    const button = document.querySelector(`${CARD} .o_activity_start`);
    button.click();
    button.click();
    await contains(`${CARD} .o_crm_activity_plus_status`, {text: "In Progress"});
    await contains(`${CARD} .o_activity_start`, {count: 0});
    await waitForSteps(["action_start"]);
});

test("a refusal is a notification, and the card shows what is", async () => {
    onRpc("mail.activity", "action_start", function ({args}) {
        this.env["mail.activity"].write(args[0], {status: "done"});
        throw makeServerError({type: "UserError", message: "Marc was faster."});
    });
    await openPartner({});
    await click(`${CARD} .o_activity_start`);
    await contains(".o_notification", {text: "Marc was faster."});
    await contains(`${CARD} .o_crm_activity_plus_status`, {text: "Done"});
    await contains(`${CARD} .o-mail-Activity-markDone`, {count: 0});
});

test("shortcuts to hold it", async () => {
    // A Wednesday.
    mockDate("2019-11-20 10:00:00");
    const sent = [];
    onRpc("mail.activity", "action_hold", ({kwargs}) => {
        sent.push([kwargs.until, kwargs.reason]);
        return true;
    });
    await openPartner({});
    for (const name of ["tomorrow", "next_week", "two_weeks", "next_month", "open"]) {
        await click(`${CARD} .o_activity_hold`);
        await insertText(REASON, name);
        await click(`.o_activity_hold_form [data-day='${name}']`);
        await contains(".o_activity_hold_form", {count: 0});
    }
    expect(sent).toEqual([
        ["2019-11-21", "tomorrow"],
        ["2019-11-25", "next_week"],
        ["2019-12-04", "two_weeks"],
        ["2019-12-20", "next_month"],
        [false, "open"],
    ]);
});

test("what was typed stays where it can't be held", async () => {
    onRpc("mail.activity", "action_hold", () => {
        throw makeServerError({type: "UserError", message: "Marc was faster."});
    });
    await openPartner({});
    await click(`${CARD} .o_activity_hold`);
    await insertText(REASON, "On holiday");
    await click(".o_activity_hold_form [data-day='tomorrow']");
    await waitFor(".o_activity_hold_form [role='alert']:contains(Marc was faster.)");
    await contains(REASON, {value: "On holiday"});
});

test("on hold, with the reason", async () => {
    await openPartner({
        hold_reason: "On holiday",
        on_hold_until: "2019-12-04",
        status: "on_hold",
    });
    await contains(`${CARD} .o_crm_activity_plus_status`, {
        text: "On hold until Dec 4: On holiday",
    });
    await contains(`${CARD} .o_activity_resume`, {text: "Resume"});
    await contains(`${CARD} .o_activity_hold`, {count: 0});
});

test("the plan is resumed where that is what holds it", async () => {
    onRpc("mail.activity.plan.run", "action_resume", ({args}) => {
        asyncStep(`resume ${args[0]}`);
        return true;
    });
    await openPartner({
        held_by_pause: true,
        plan_step: {run_id: 5, plan: "Tour", name: "Call", number: 2, count: 4},
        status: "on_hold",
    });
    await click(`${CARD} .o_activity_resume`, {text: "Resume Plan"});
    await waitForSteps(["resume 5"]);
});

test("cancelling asks why, and deletes nothing", async () => {
    onRpc("mail.activity", "unlink", () => asyncStep("unlink"));
    onRpc("mail.activity", "cancel_w_meeting", function ({args, kwargs}) {
        asyncStep(`cancel: ${kwargs.reason}`);
        this.env["mail.activity"].unlink(args[0]);
        return true;
    });
    await openPartner({});
    await click(`${CARD} .btn-danger`, {text: "Cancel"});
    await insertText(".o_activity_cancel_form input", "Wrong number");
    await click(".o_activity_cancel_confirm");
    await waitForSteps(["cancel: Wrong number"]);
    await contains(CARD, {count: 0});
});

test("it is cancelled once, and a refusal stays in the pop-up", async () => {
    const answer = new Deferred();
    onRpc("mail.activity", "cancel_w_meeting", async () => {
        asyncStep("cancel");
        await answer;
        throw makeServerError({type: "UserError", message: "Marc was faster."});
    });
    await openPartner({});
    await click(`${CARD} .btn-danger`, {text: "Cancel"});
    await insertText(".o_activity_cancel_form input", "Wrong number");
    const button = document.querySelector(".o_activity_cancel_confirm");
    button.click();
    button.click();
    await contains(".o_activity_cancel_confirm:disabled");
    await waitForSteps(["cancel"]);
    answer.resolve();
    await waitFor(".o_activity_cancel_form [role='alert']:contains(Marc was faster.)");
    await contains(".o_activity_cancel_form input", {value: "Wrong number"});
    await contains(".o_activity_cancel_confirm:enabled");
});

test("the history is read when somebody asks for it", async () => {
    onRpc("mail.activity", "get_history", () => {
        asyncStep("get_history");
        return [
            {
                id: 2,
                date: "2019-11-20 10:00:00",
                user: "Marc Demo",
                event: "Changed",
                reason: "Asked for",
                changes: [{label: "Due Date", old: "11/20/2019", new: ""}],
            },
        ];
    });
    await openPartner({});
    await click(`${CARD} .fa-info-circle`);
    await contains(`${CARD} .o_activity_history`);
    await waitForSteps([]);
    await click(`${CARD} .o_activity_history button`, {text: "History"});
    const row = `${CARD} .o_activity_history_row`;
    await waitFor(
        `${row}:contains(Changed):contains(Marc Demo):contains(Nov 20, 11:00)`
    );
    await waitFor(`${row}:contains(Asked for):contains(Due Date: 11/20/2019)`);
    await waitForSteps(["get_history"]);
});

test("a call has a button to book a time", async () => {
    onRpc("mail.activity", "action_create_calendar_event", () => {
        asyncStep("book");
        return {type: "ir.actions.act_window_close"};
    });
    await openPartner({activity_category: "phonecall"});
    await click(`${CARD} .o_activity_book`);
    await waitForSteps(["book"]);
});
