// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Deferred, animationFrame, mockDate} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    makeServerError,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {queryAll, queryAllTexts, queryFirst, queryOne} from "@odoo/hoot-dom";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const STEP = {
    action_type: "activity",
    actions: [],
    activity_id: false,
    after: [],
    after_mode: "all",
    after_outcomes: [],
    attempt: 1,
    attempts: [],
    date_deadline: "2026-03-13",
    date_done: false,
    date_due: false,
    date_explanation: false,
    done_by: false,
    feedback: false,
    held_by_pause: false,
    icon: "fa-phone",
    max_attempts: 0,
    on_hold_until: false,
    outcome: false,
    reason: false,
    state: "scheduled",
    status: "new",
    type: "Call",
    user: {id: 5, name: "Olga"},
};
const DONE = {
    ...STEP,
    id: 31,
    name: "First call",
    state: "done",
    date_done: "2026-03-09 10:30:00",
    done_by: {id: 5, name: "Olga"},
    feedback: "They want ten",
    outcome: {name: "Interested", kind: "success"},
};
const OPEN = {
    ...STEP,
    id: 32,
    name: "Second call",
    actions: ["skip", "snooze", "open"],
    activity_id: 77,
    attempt: 2,
    attempts: [
        {
            number: 1,
            date: "2026-03-09 10:30:00",
            user: {id: 5, name: "Olga"},
            outcome: "No Answer",
            feedback: "The line was busy",
        },
    ],
    date_explanation: {base: "chosen_at_launch", date: "2026-03-13"},
};
const WAITING = {
    ...STEP,
    id: 33,
    name: "Send the offer",
    actions: ["skip"],
    after: ["Second call"],
    after_outcomes: ["Interested"],
    state: "waiting",
};
const RUN = {
    id: 7,
    name: "Qualification",
    actions: ["pause", "stop", "restart"],
    changed_by: false,
    date_end: false,
    date_paused: false,
    date_start: "2026-03-02 10:30:00",
    launched_by: {id: 5, name: "Olga"},
    plan_date: "2026-03-02",
    progress: 33.3,
    progress_text: "0 done of 1",
    state: "running",
    steps: [DONE, OPEN, WAITING],
    stop_note: false,
    stop_reason: false,
};
const STOPPED = {
    ...RUN,
    id: 6,
    name: "Win back",
    actions: ["restart"],
    changed_by: {id: 5, name: "Olga"},
    date_end: "2026-03-05 10:30:00",
    state: "stopped",
    steps: [{...STEP, id: 20, name: "Letter", state: "cancelled", reason: "Won"}],
    stop_note: "At last",
    stop_reason: "Won",
};

class Run extends models.Model {
    _name = "mail.activity.plan.run";

    name = fields.Char();
    line_ids = fields.One2many({relation: "mail.activity.plan.run.line"});

    _records = [
        {id: 6, name: "Win back", line_ids: [20]},
        {id: 7, name: "Qualification", line_ids: [31, 32, 33]},
    ];
}

class RunLine extends models.Model {
    _name = "mail.activity.plan.run.line";

    name = fields.Char();

    _records = [20, 31, 32, 33].map((id) => ({id, name: `Step ${id}`}));
}

class Lead extends models.Model {
    name = fields.Char({required: true});
    plan_run_ids = fields.One2many({relation: "mail.activity.plan.run"});

    _records = [
        {id: 1, name: "Ten desks", plan_run_ids: [7]},
        {id: 2, name: "Nothing yet", plan_run_ids: []},
    ];
}

defineMailModels();
defineModels([Run, RunLine, Lead]);
describe.current.tags("desktop");
beforeEach(() => mockDate("2026-03-11 09:00:00", +0));

function answer(...runs) {
    onRpc("mail.activity.plan.run", "get_timeline", ({args}) => {
        expect.step(`get_timeline ${args[0]}`);
        return runs;
    });
}

async function openLead(resId = 1, attributes = "") {
    await mountView({
        type: "form",
        resModel: "lead",
        resId,
        arch: `
            <form>
                <field name="name"/>
                <field name="plan_run_ids" widget="run_timeline" ${attributes}/>
            </form>`,
    });
}

const step = (name) =>
    `.o_run_timeline_step:has(.o_run_timeline_name:contains(${name}))`;

test("what was done, is open and comes", async () => {
    answer(RUN);
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(queryAllTexts(".o_run_timeline_name")).toEqual([
        "First call",
        "Second call",
        "Send the offer",
    ]);
    expect(`${step("First call")} .o_run_timeline_outcome`).toHaveText("Interested");
    expect(`${step("First call")} .o_run_timeline_outcome`).toHaveClass(
        "text-bg-success"
    );
    expect(`${step("First call")} .o_run_timeline_text`).toHaveText(
        /^Marked done by Olga on Mar 9/
    );
    expect(`${step("First call")} blockquote`).toHaveText("They want ten");
    expect(`${step("First call")} .o_run_timeline_user`).toHaveCount(0);
    expect(`${step("First call")} button`).toHaveCount(0);
    expect(`${step("Second call")} .o_run_timeline_text`).toHaveText("Due Mar 13");
    expect(`${step("Second call")} .o_run_timeline_user`).toHaveText("Olga");
    expect(`${step("Second call")} .o_run_timeline_attempt`).toHaveText("Attempt 2");
    expect(`${step("Second call")} .o_run_timeline_attempts`).toHaveText(
        /^Attempt 1: No Answer \(Olga, Mar 9.*The line was busy$/s
    );
    expect(queryAllTexts(`${step("Second call")} button`)).toEqual([
        "Open",
        "Reschedule",
        "Skip",
    ]);
    expect(`${step("Send the offer")} .o_run_timeline_text`).toHaveText(
        "After “Second call”, only if the outcome is “Interested”. Expected Mar 13"
    );
    expect(queryAllTexts(`${step("Send the offer")} button`)).toEqual(["Skip"]);
});

test("for those who don't see it", async () => {
    answer({...RUN, steps: [{...OPEN, date_deadline: "2026-03-09"}]});
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(".o_run_timeline_dot").toHaveAttribute("aria-label", "Overdue");
    expect(".o_run_timeline_text").toHaveText("2 days overdue, since Mar 9");
    expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "33");
    expect("[role='progressbar']").toHaveAttribute("aria-label", "0 done of 1");
    expect("button[name='step_skip']").toHaveAttribute(
        "aria-label",
        "Skip “Second call”"
    );
    expect(".o_activity_date_explanation").toHaveAttribute(
        "aria-label",
        /^Set to .* at launch$/
    );
    expect(queryOne(".o_activity_date_explanation").tabIndex).toBe(0);
});

test("each state of a step", async () => {
    const closed = {date_done: "2026-03-09 10:30:00", reason: "Because"};
    const states = ["waiting", "scheduled", "done", "skipped", "cancelled", "failed"];
    answer({
        ...RUN,
        progress_text: "1 done, 1 skipped, 1 cancelled, 1 failed of 6",
        steps: states.map((state, id) => ({
            ...STEP,
            ...(id > 1 ? closed : {}),
            id,
            name: `Step ${id}`,
            state,
        })),
    });
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(
        queryAll(".o_run_timeline_dot").map((dot) => dot.getAttribute("aria-label"))
    ).toEqual(["Waiting", "Scheduled", "Done", "Skipped", "Cancelled", "Failed"]);
    expect(".o_run_timeline_reason").toHaveCount(4);
    expect(`${step("Step 5")} .o_run_timeline_reason`).toHaveClass("text-danger");
    expect(".o_run_timeline_summary").toHaveText(/^Launched by Olga on Mar 2/);
    expect(".o_run_timeline").toHaveText(
        /1 done, 1 skipped, 1 cancelled, 1 failed of 6/
    );
});

test("a step of nobody", async () => {
    answer({
        ...RUN,
        steps: [
            {...OPEN, user: false},
            {...WAITING, user: false},
        ],
    });
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(`${step("Second call")} .o_run_timeline_user`).toHaveText("Unassigned");
    expect(`${step("Second call")} .o_run_timeline_user`).toHaveClass("text-danger");
    // Who does it is decided when its turn comes.
    expect(`${step("Send the offer")} .o_run_timeline_user`).toHaveCount(0);
});

test("the open run is shown, those that are closed are collapsed", async () => {
    Lead._records[0].plan_run_ids = [6, 7];
    answer(RUN, STOPPED);
    await openLead();
    expect.verifySteps(["get_timeline 6,7"]);
    expect(".o_run_timeline_run").toHaveCount(2);
    const ended = ".o_run_timeline_run[data-state='stopped']";
    expect(`${ended} .o_run_timeline_step`).toHaveCount(0);
    expect(`${ended} .o_run_timeline_summary`).toHaveText(
        /^Stopped by Olga on Mar 5.*Won: At last$/s
    );
    expect(`${ended} .o_run_timeline_toggle`).toHaveAttribute("aria-expanded", "false");
    await contains(`${ended} .o_run_timeline_toggle`).click();
    expect(`${ended} .o_run_timeline_step`).toHaveCount(1);
    expect(`${ended} .o_run_timeline_toggle`).toHaveAttribute("aria-expanded", "true");
    expect(".o_run_timeline_launch").toHaveCount(0);
    await contains(".o_run_timeline_run[data-run='7'] .o_run_timeline_toggle").click();
    expect(".o_run_timeline_run[data-run='7'] .o_run_timeline_step").toHaveCount(0);
});

test("an ended run alone is open, and another plan is offered", async () => {
    answer(STOPPED);
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(".o_run_timeline_step").toHaveCount(1);
    expect(".o_run_timeline_launch").toHaveText("Launch Plan");
});

test("nothing yet: a plan is offered, without asking the server", async () => {
    mockService("action", {
        async doAction(action, options) {
            expect.step(`${action.res_model} ${action.context.active_ids}`);
            expect(action.context.plan_mode).toBe(true);
            expect(action.target).toBe("new");
            // The dialog waits for whatever comes back.
            expect(options.onClose()).toBe(undefined);
        },
    });
    answer(RUN);
    await openLead(2);
    expect(".o_run_timeline_empty").toHaveText(/No plans yet/);
    onRpc("lead", "web_read", () => expect.step("web_read"));
    await contains(".o_run_timeline_launch").click();
    await animationFrame();
    expect.verifySteps(["mail.activity.schedule 2", "web_read"]);
});

test("nothing is offered on an archived record", async () => {
    await openLead(2, 'readonly="1"');
    expect(".o_run_timeline_empty").toHaveCount(1);
    expect(".o_run_timeline_launch").toHaveCount(0);
});

test("no rights, no buttons", async () => {
    answer({
        ...RUN,
        actions: [],
        steps: RUN.steps.map((values) => ({...values, actions: []})),
    });
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    expect(".o_run_timeline button:not(.o_run_timeline_toggle)").toHaveCount(0);
});

test("pausing saves the form, and reloads all of it", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run", "action_pause", ({args}) => {
        expect.step(`action_pause ${args[0]}`);
        return true;
    });
    onRpc("lead", "web_save", ({args}) => {
        expect.step(`web_save ${args[1].name}`);
    });
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    await contains("[name='name'] input").edit("Twelve desks", {confirm: false});
    onRpc("lead", "web_read", () => expect.step("web_read"));
    await contains("button[name='action_pause']").click();
    await contains(".o_pause_form [data-day='open']").click();
    await animationFrame();
    const steps = ["web_save Twelve desks", "action_pause 7", "web_read"];
    expect.verifySteps([...steps, "get_timeline 7"], {
        ignoreOrder: true,
        partial: true,
    });
    expect("[name='name'] input").toHaveValue("Twelve desks");
});

test("what can't be saved stays, and nothing is done", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run", "action_pause", () => expect.step("action_pause"));
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    await contains("[name='name'] input").edit("", {confirm: false});
    await contains("button[name='action_pause']").click();
    await contains(".o_pause_form [data-day='open']").click();
    await animationFrame();
    expect.verifySteps([]);
    expect("button[name='action_pause']").toBeEnabled();
});

test("a second click does nothing while the first one is running", async () => {
    answer({...RUN, state: "paused", actions: ["resume", "stop", "restart"]});
    const answered = new Deferred();
    onRpc("mail.activity.plan.run", "action_resume", async () => {
        expect.step("action_resume");
        await answered;
        return true;
    });
    await openLead();
    expect.verifySteps(["get_timeline 7"]);
    const button = queryOne("button[name='action_resume']");
    button.click();
    button.click();
    await animationFrame();
    expect.verifySteps(["action_resume"]);
    expect("button[name='action_stop']").not.toBeEnabled();
    expect("button[name='step_skip']:first").not.toBeEnabled();
    answered.resolve();
    await animationFrame();
    await animationFrame();
    expect("button[name='action_stop']").toBeEnabled();
    expect.verifySteps(["get_timeline 7"]);
});

test("stop with a reason", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run", "action_stop", ({args, kwargs}) => {
        expect.step(`action_stop ${args[0]} ${kwargs.note}`);
        return true;
    });
    await openLead();
    await contains("button[name='action_stop']").click();
    expect(".modal-title").toHaveText("Stop “Qualification”");
    expect(".modal textarea").toBeFocused();
    await contains(".modal textarea").edit("They moved away", {confirm: false});
    await contains(".modal .o_reason_confirm").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([
        "get_timeline 7",
        "action_stop 7 They moved away",
        "get_timeline 7",
    ]);
});

test("discarding the dialog does nothing", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run", "action_stop", () => expect.step("action_stop"));
    await openLead();
    await contains("button[name='action_stop']").click();
    await contains(".modal .btn-secondary").click();
    expect(".modal").toHaveCount(0);
    expect.verifySteps(["get_timeline 7"]);
});

test("where the server refuses, the dialog stays with what was typed", async () => {
    expect.errors(1);
    answer(RUN);
    onRpc("mail.activity.plan.run.line", "action_skip", () => {
        throw makeServerError({type: "UserError", message: "It is closed already."});
    });
    await openLead();
    await contains("button[name='step_skip']:first").click();
    await contains(".modal textarea").edit("Not needed", {confirm: false});
    await contains(".modal .o_reason_confirm").click();
    await animationFrame();
    expect.verifyErrors(["It is closed already."]);
    expect(
        ".o_error_dialog .modal-body, .modal-body:contains(It is closed)"
    ).toHaveCount(1);
    expect("textarea[name='reason']").toHaveValue("Not needed");
    expect(".o_reason_confirm").toBeEnabled();
    // How it is now is asked for again.
    expect.verifySteps(["get_timeline 7", "get_timeline 7"]);
});

test("reschedule", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run.line", "action_snooze", ({args, kwargs}) => {
        expect.step(`action_snooze ${args[0]} ${kwargs.until}`);
        return true;
    });
    await openLead();
    await contains("button[name='step_snooze']").click();
    expect(
        queryAllTexts(".o_reschedule_form [data-day]:not([data-day=other])")
    ).toEqual([
        // Not tomorrow: that is earlier than it is due.
        "Next week\nMon, Mar 16",
        "In two weeks\nWed, Mar 25",
        "In a month\nMon, Apr 13",
    ]);
    await contains("[data-day='next_week']").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([
        "get_timeline 7",
        "action_snooze 32 2026-03-16",
        "get_timeline 7",
    ]);
});

test("reschedule to another day", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run.line", "action_snooze", ({kwargs}) => {
        expect.step(`action_snooze ${kwargs.until}`);
        return true;
    });
    await openLead();
    await contains("button[name='step_snooze']").click();
    await contains(".o_reschedule_form input").edit("03/20/2026");
    await contains("[data-day=other]").click();
    await animationFrame();
    expect.verifySteps([
        "get_timeline 7",
        "action_snooze 2026-03-20",
        "get_timeline 7",
    ]);
});

test("restarting asks before", async () => {
    answer(RUN);
    onRpc("mail.activity.plan.run", "action_restart", () => {
        expect.step("action_restart");
        return true;
    });
    await openLead();
    await contains("button[name='action_restart']").click();
    expect(".modal-body").toHaveText(
        "The plan starts again from its first steps. Open activities are cancelled."
    );
    await contains(".modal .btn-primary").click();
    await animationFrame();
    expect.verifySteps(["get_timeline 7", "action_restart", "get_timeline 7"]);
});

test("open the activity and the run", async () => {
    mockService("action", {
        async doAction(action) {
            expect.step(`${action.res_model} ${action.res_id} ${action.target}`);
        },
    });
    answer(RUN);
    await openLead();
    await contains("button[name='step_open']").click();
    await contains(".o_run_timeline_title").click();
    expect.verifySteps([
        "get_timeline 7",
        "mail.activity 77 new",
        "mail.activity.plan.run 7 undefined",
    ]);
});

test("the server can't be asked: the form stays usable", async () => {
    let isDown = true;
    onRpc("mail.activity.plan.run", "get_timeline", () => {
        if (isDown) {
            throw makeServerError({message: "Down"});
        }
        return [RUN];
    });
    await openLead();
    expect("[role='alert']").toHaveText(/The plans could not be loaded/);
    expect("[name='name'] input").toHaveValue("Ten desks");
    isDown = false;
    await contains(".o_run_timeline_retry").click();
    await animationFrame();
    expect("[role='alert']").toHaveCount(0);
    expect(".o_run_timeline_step").toHaveCount(3);
});

test("an answer that comes too late is left out", async () => {
    const answers = {7: new Deferred(), 6: new Deferred()};
    Lead._records[1].plan_run_ids = [6];
    onRpc("mail.activity.plan.run", "get_timeline", async ({args}) => {
        await answers[args[0][0]];
        return args[0][0] === 7 ? [RUN] : [STOPPED];
    });
    answers[7].resolve();
    await mountView({
        type: "form",
        resModel: "lead",
        resId: 1,
        resIds: [1, 2],
        arch: `
            <form>
                <field name="name"/>
                <field name="plan_run_ids" widget="run_timeline"/>
            </form>`,
    });
    expect(".o_run_timeline_title").toHaveText("Qualification");
    await contains(".o_pager_next").click();
    await animationFrame();
    answers[6].resolve();
    await animationFrame();
    await animationFrame();
    expect(".o_run_timeline_title").toHaveText("Win back");
});

test("on the run's own form", async () => {
    answer(RUN);
    await mountView({
        type: "form",
        resModel: "mail.activity.plan.run",
        resId: 7,
        arch: `
            <form>
                <field name="name"/>
                <field name="line_ids" widget="run_timeline"/>
            </form>`,
    });
    expect.verifySteps(["get_timeline 7"]);
    expect(".o_run_timeline_title").toHaveCount(0);
    expect(".o_run_timeline_toggle").toHaveCount(0);
    expect(".o_run_timeline_launch").toHaveCount(0);
    expect(".o_run_timeline_step").toHaveCount(3);
    expect("button[name='action_pause']").toHaveCount(1);
    expect(queryFirst(".o_run_timeline_step")).toHaveAttribute("data-state", "done");
});
