// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineActivityModels} from "./activity_test_helpers.esm";
import {queryAllTexts} from "@odoo/hoot-dom";

const ACTIVITY = {
    kind: "activity",
    name: "Ring them",
    type: "Call",
    icon: "fa-phone",
    date: "2026-03-13",
    user: "Olga",
    booking: false,
    plan: false,
    activity_id: 51,
    run_id: false,
    actions: ["done", "hold", "open"],
};

class Lead extends models.Model {
    name = fields.Char();
    next_step_details = fields.Json();

    _records = [{id: 1, name: "Ten desks", next_step_details: ACTIVITY}];
}

defineActivityModels();
defineModels([Lead]);
describe.current.tags("desktop");
beforeEach(() => mockDate("2026-03-11 09:00:00", +0));

const BAR = ".o_next_step_bar";

async function show(details, resId = 1) {
    Lead._records[0].next_step_details = details;
    await mountView({
        type: "form",
        resModel: "lead",
        resId,
        arch: `
            <form>
                <field name="next_step_details" widget="next_step_bar" nolabel="1"/>
                <field name="name"/>
            </form>`,
    });
}

test("what, when and who", async () => {
    await show(ACTIVITY);
    expect(`${BAR}_name`).toHaveText("Call: Ring them");
    expect(`${BAR}_date`).toHaveText("Due Mar 13");
    expect(`${BAR}_user`).toHaveText("Olga");
    expect(queryAllTexts(`${BAR} button`)).toEqual(["Mark Done", "Hold", "Open"]);
    expect(`${BAR} button:first`).toHaveClass("btn-primary");
});

test("overdue", async () => {
    await show({...ACTIVITY, date: "2026-03-08"});
    expect(`${BAR}_date`).toHaveText("3 days overdue");
    expect(`${BAR}_date`).toHaveClass("text-danger");
    expect(BAR).toHaveClass("border-danger");
});

test("a meeting that was booked", async () => {
    await show({
        ...ACTIVITY,
        kind: "meeting",
        type: undefined,
        date: "2026-03-12",
        booking: {
            start: "2026-03-12 10:00:00",
            stop: "2026-03-12 10:30:00",
            allday: false,
        },
        activity_id: undefined,
        event_id: 4,
        actions: ["open"],
    });
    expect(`${BAR}_name`).toHaveText("Ring them");
    expect(`${BAR}_date`).toHaveText(/Tomorrow, 10:00/);
});

test("on hold", async () => {
    await show({...ACTIVITY, kind: "hold", actions: ["resume", "open"]});
    expect(`${BAR}_date`).toHaveText("On hold until Mar 13");
    expect(queryAllTexts(`${BAR} button`)).toEqual(["Resume", "Open"]);
});

test("a plan that resumes", async () => {
    onRpc("mail.activity.plan.run", "action_resume", ({args}) => {
        expect.step(`resume ${args[0]}`);
        return true;
    });
    await show({
        kind: "pause",
        name: "“Tour” resumes",
        date: "2026-03-20",
        icon: "fa-pause",
        run_id: 7,
        actions: ["resume_plan", "open"],
    });
    expect(`${BAR}_name`).toHaveText("“Tour” resumes");
    await contains("button[name='next_step_resume_plan']").click();
    await animationFrame();
    expect.verifySteps(["resume 7"]);
});

test("nothing is next", async () => {
    onRpc("lead", "action_schedule_next_step", ({args}) => {
        expect.step(`schedule ${args[0]}`);
        return {type: "ir.actions.act_window", target: "new"};
    });
    mockService("action", {
        doAction: (action) => {
            expect.step(action.target);
            return Promise.resolve();
        },
    });
    await show({kind: "missing", actions: ["plan"], held: ""});
    expect(BAR).toHaveText(/Missing next step/);
    await contains("button[name='next_step_plan']").click();
    await animationFrame();
    expect.verifySteps(["schedule 1", "new"]);
});

test("what would be next says why it isn't", async () => {
    await show({
        kind: "missing",
        plan: "Tour",
        run_id: 7,
        actions: ["resume_plan", "postpone", "plan"],
    });
    expect(BAR).toHaveText(/“Tour” is paused without a date on which it resumes/);
    expect(queryAllTexts(`${BAR} button`)).toEqual([
        "Resume Plan",
        "Set Date",
        "Schedule Activity",
    ]);
    onRpc("mail.activity.plan.run", "action_pause", ({args, kwargs}) => {
        expect.step(`${args[0]} ${kwargs.until}`);
        return true;
    });
    await contains("button[name='next_step_postpone']").click();
    await contains(".o_pause_form [data-day='tomorrow']").click();
    await animationFrame();
    expect.verifySteps(["7 2026-03-12"]);
});

test("nothing is said where there is nothing to say", async () => {
    await show(false);
    expect(BAR).toHaveCount(0);
});

test("nor of a new one", async () => {
    await show(ACTIVITY, false);
    expect(BAR).toHaveCount(0);
});

test("whoever may only read has no buttons", async () => {
    await show({...ACTIVITY, actions: []});
    expect(`${BAR} button`).toHaveCount(0);
});

test("what was typed is saved before", async () => {
    onRpc("lead", "web_save", ({args}) => expect.step(args[1].name));
    onRpc("mail.activity.plan.run", "action_resume", () => {
        expect.step("resume");
        return true;
    });
    await show({
        kind: "pause",
        name: "“Tour” resumes",
        date: "2026-03-20",
        run_id: 7,
        actions: ["resume_plan"],
    });
    await contains("[name='name'] input").edit("Twelve desks", {confirm: false});
    await contains("button[name='next_step_resume_plan']").click();
    await animationFrame();
    expect.verifySteps(["Twelve desks", "resume"]);
});
