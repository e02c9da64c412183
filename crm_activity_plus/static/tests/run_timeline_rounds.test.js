// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    asyncStep,
    defineModels,
    fields,
    models,
    onRpc,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import {
    click,
    contains,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import {describe, expect, queryAllTexts, test} from "@odoo/hoot";
import {defineActivityModels} from "./activity_test_helpers.esm";
import {mockDate} from "@odoo/hoot-mock";

const STEP = {
    action_type: "activity",
    actions: ["done", "snooze"],
    after: [],
    after_outcomes: [],
    attempt: 1,
    attempts: [],
    date_deadline: "2026-03-13",
    id: 32,
    icon: "fa-phone",
    name: "Second call",
    state: "scheduled",
    status: "new",
    type: "Call",
    user: {id: 5, name: "Olga"},
};
const ROUND = {
    number: 1,
    date_start: "2026-03-01 10:30:00",
    date_end: "2026-03-04 10:30:00",
    state: "stopped",
    user: {id: 5, name: "Olga"},
    reason: "Stopped manually: No time",
    steps: [
        {
            ...STEP,
            attempt: 2,
            state: "done",
            date_done: "2026-03-02 10:30:00",
            done_by: {id: 5, name: "Olga"},
            outcome: {name: "Interested", kind: "success"},
            feedback: "They want ten",
            reason: false,
        },
        {
            ...STEP,
            id: 33,
            name: "Send the offer",
            state: "cancelled",
            date_done: "2026-03-04 10:30:00",
            done_by: false,
            outcome: false,
            feedback: false,
            reason: "No time",
        },
    ],
};
const RUN = {
    id: 7,
    name: "Qualification",
    actions: [],
    date_start: "2026-03-04 10:30:00",
    launched_by: {id: 5, name: "Olga"},
    plan_date: "2026-03-02",
    progress: 0,
    rounds: [],
    state: "running",
    steps: [STEP],
};

class Run extends models.Model {
    _name = "mail.activity.plan.run";

    name = fields.Char();

    _records = [{id: 7, name: "Qualification"}];
}

class Lead extends models.Model {
    _name = "lead";

    name = fields.Char();
    plan_run_ids = fields.One2many({relation: "mail.activity.plan.run"});

    _records = [{id: 1, name: "Ten desks", plan_run_ids: [7]}];
    _views = {
        form: `
            <form>
                <field name="name"/>
                <field name="plan_run_ids" widget="run_timeline"/>
            </form>`,
    };
}

describe.current.tags("desktop");
defineActivityModels();
defineModels([Run, Lead]);

async function openLead(values, prepare = () => ({})) {
    mockDate("2026-03-11 09:00:00", +0);
    const pyEnv = await startServer();
    const step = {...STEP, ...prepare(pyEnv)};
    onRpc("mail.activity.plan.run", "get_timeline", () => {
        asyncStep("get_timeline");
        return [{...RUN, steps: [step], ...values}];
    });
    await start();
    await openFormView("lead", 1);
    await waitForSteps(["get_timeline"]);
    return step;
}

test("earlier rounds are there when somebody asks for them", async () => {
    const restarted = {...ROUND, number: 2, state: "restarted", reason: false};
    await openLead({rounds: [restarted, ROUND]});
    await contains(".o_run_timeline_present_round", {text: "Round 3"});
    expect(queryAllTexts(".o_run_timeline_round button")).toEqual([
        "Round 2",
        "Round 1",
    ]);
    const [second, first] = queryAllTexts(".o_run_timeline_round_end");
    expect(second).toMatch(/^Restarted by Olga on Mar 4/);
    expect(first).toMatch(/^Stopped by Olga on Mar 4.* – Stopped manually: No time$/);
    await contains(".o_run_timeline_round_step", {count: 0});
    await click(".o_run_timeline_round button", {text: "Round 1"});
    await contains(".o_run_timeline_round_step", {count: 2});
    const done = ".o_run_timeline_round_step[data-state='done']";
    expect(done).toHaveText(/Marked done by Olga on Mar 2/);
    await contains(`${done} .text-bg-success`, {text: "Interested"});
    await contains(`${done} .badge`, {text: "Attempt 2"});
    await contains(`${done} blockquote`, {text: "They want ten"});
    await contains(".o_run_timeline_round_step[data-state='cancelled']", {
        text: "No time",
    });
    await click(".o_run_timeline_round button", {text: "Round 1"});
    await contains(".o_run_timeline_round_step", {count: 0});
});

test("a run that was never restarted has no rounds", async () => {
    await openLead({});
    await contains(".o_run_timeline_step");
    await contains(".o_run_timeline_present_round", {count: 0});
    await contains(".o_run_timeline_round", {count: 0});
});

test("mark done in the chatter's own pop-up", async () => {
    onRpc("mail.activity", "preview_complete", () => []);
    onRpc("mail.activity", "complete", ({args, kwargs}) => {
        asyncStep(`complete ${args[0]} ${kwargs.outcome}`);
        return [];
    });
    const {activity_id: activityId} = await openLead({}, (pyEnv) => ({
        activity_id: pyEnv["mail.activity"].create({
            can_write: true,
            outcomes: [{id: 11, name: "Interested", code: "yes", kind: "success"}],
            res_id: pyEnv["res.partner"].create({}),
            res_model: "res.partner",
        }),
    }));
    await click("button[name='step_done']", {text: "Mark Done"});
    await click(".o-mail-ActivityMarkAsDone [data-outcome='yes']");
    await contains(".o-mail-ActivityMarkAsDone", {count: 0});
    // The form shows what came of it.
    await waitForSteps([`complete ${activityId} 11`, "get_timeline"]);
});

test("only later dates are offered", async () => {
    await openLead({});
    await click("button[name='step_snooze']");
    await contains("[data-day='next_week']");
    expect("[data-day='tomorrow']").toHaveCount(0);
});

test("what is overdue can be due today", async () => {
    await openLead({}, () => ({date_deadline: "2026-03-02"}));
    await click("button[name='step_snooze']");
    await contains("[data-day='tomorrow']");
});
