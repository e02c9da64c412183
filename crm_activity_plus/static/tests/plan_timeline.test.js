// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    contains,
    defineModels,
    fields,
    makeServerError,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {Deferred, animationFrame} from "@odoo/hoot-mock";
import {queryAllTexts} from "@odoo/hoot-dom";

const STEP = ".o_plan_timeline_step";

class Plan extends models.Model {
    _name = "mail.activity.plan";
    name = fields.Char();
    graph = fields.Json();
    _records = [
        {id: 1, name: "Chain", graph: {version: 1}},
        {id: 2, name: "Other", graph: {version: 1}},
    ];
}

class Lead extends models.Model {
    _name = "crm.lead";
    name = fields.Char();
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Plan, Lead]);

function makeStep(code, values) {
    return {
        code,
        after: [],
        condition: false,
        days: 0,
        depth: 0,
        icon: "fa-phone",
        is_automatic: false,
        kind: "Manual activity",
        months: 0,
        outcomes: [],
        summary: `Step ${code}`,
        type_name: "Call",
        when: "On the plan date",
        who: "Salesperson",
        ...values,
    };
}

const STEPS = [
    makeStep("a", {days: -2}),
    makeStep("b"),
    makeStep("c"),
    makeStep("d", {
        after: ["Step b"],
        condition: "[('name', '=', 'Ten desks')]",
        days: 3,
        depth: 1,
        outcomes: [{name: "Interested", kind: "success"}],
        when: "3 days after “Step b”",
    }),
    makeStep("e", {after: ["Step d"], days: 3, months: 1, when: false}),
];

function open(resId, resIds) {
    return mountView({
        type: "form",
        resModel: "mail.activity.plan",
        resId,
        resIds,
        arch: `
            <form>
                <field name="name"/>
                <field name="graph" invisible="1"/>
                <widget name="plan_timeline"/>
            </form>`,
    });
}

test("steps lie along the days", async () => {
    onRpc("mail.activity.plan", "get_timeline", ({args, kwargs}) => {
        expect.step([args, kwargs.graph]);
        return {policy: "working_days", res_model: "crm.lead", steps: STEPS};
    });
    await open(1);
    expect.verifySteps([[[[1]], undefined]]);
    expect(queryAllTexts(".o_plan_timeline_place [aria-hidden]")).toEqual([
        "D−2",
        "D",
        "D+3",
        "D+1 month+3",
    ]);
    expect(".o_plan_timeline_place:eq(0)").toHaveAttribute(
        "title",
        "2 working days before the plan date"
    );
    expect(".o_plan_timeline_day:eq(1) " + STEP).toHaveCount(2);
    expect(`${STEP}[data-code='d'] .o_plan_timeline_when`).toHaveText(
        "3 days after “Step b”"
    );
    expect(`${STEP}[data-code='d'] .o_plan_timeline_only_if .badge`).toHaveText(
        "Interested"
    );
    expect(`${STEP}[data-code='d'] .o_plan_timeline_only_if`).toHaveText(
        /Name.*Ten desks/
    );
    expect(`${STEP}[data-code='d']`).toHaveClass("o_branch_1");
    expect(`${STEP}[data-code='e'] .o_plan_timeline_when`).toHaveText("After Step d");
});

test("why there is none", async () => {
    onRpc("mail.activity.plan", "get_timeline", () => {
        throw makeServerError({message: "The steps wait for each other."});
    });
    await open(1);
    expect(".o_plan_timeline_error").toHaveText("The steps wait for each other.");
    expect(STEP).toHaveCount(0);
});

test("another plan has its own timeline, and so has this one once it is saved", async () => {
    onRpc("mail.activity.plan", "get_timeline", ({args}) => {
        expect.step(args[0][0]);
        const summary = {1: "Chain", 2: "Other"}[args[0][0]];
        const condition = "[('name', '=', 'Ten desks')]";
        const steps = [makeStep("x", {condition, summary})];
        return {policy: "all_days", res_model: "crm.lead", steps};
    });
    await open(1, [1, 2]);
    expect(STEP).toHaveText(/Chain/);
    await contains(".o_pager_next").click();
    expect(STEP).toHaveText(/Other/);
    expect.verifySteps([1, 2]);
    await contains("[name='name'] input").edit("Another");
    expect.verifySteps([]);
    await contains(".o_form_button_save").click();
    await animationFrame();
    expect.verifySteps([2]);
});

test("what was asked first and is answered last isn't shown", async () => {
    const slow = new Deferred();
    onRpc("mail.activity.plan", "get_timeline", async ({args}) => {
        const [id] = args[0];
        if (id === 2) {
            await slow;
        }
        return {
            policy: "all_days",
            res_model: "crm.lead",
            steps: [makeStep("x", {summary: `Step of ${id}`})],
        };
    });
    await open(1, [1, 2]);
    await contains(".o_pager_next").click();
    await contains(".o_pager_next").click();
    slow.resolve();
    await animationFrame();
    await animationFrame();
    expect(".o_pager_value").toHaveText("1");
    expect(STEP).toHaveText(/Step of 1/);
});

test("a plan that isn't saved yet", async () => {
    await open();
    expect(".o_plan_timeline").toHaveText("Save the plan to see its timeline.");
    await contains("[name='name'] input").edit("New");
    expect(STEP).toHaveCount(0);
});
