// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {click, queryAllTexts} from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {markup} from "@odoo/owl";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Report extends models.Model {
    _name = "mail.activity.plan.report";

    plan_version = fields.Integer({string: "Version"});
    user_id = fields.Many2one({string: "Assigned to", relation: "res.users"});

    _views = {
        search: `
            <search>
                <group>
                    <filter name="version" string="Version" context="{'group_by': 'plan_version'}" />
                </group>
            </search>`,
    };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Report]);

function makeStep(code, values = {}) {
    const counts = {reached: 0, done: 0, skipped: 0, failed: 0, cancelled: 0};
    return {
        code,
        summary: `Step ${code}`,
        launched: 10,
        ...counts,
        open: 0,
        overdue: 0,
        median_days_late: null,
        outcomes: [],
        domain: [["code", "=", code]],
        ...values,
    };
}

function makeFunnel(groups = []) {
    const outcomes = [{id: 4, name: "Interested", kind: "success", count: 6}];
    const call = {reached: 8, done: 6, overdue: 1, median_days_late: 1.5, outcomes};
    const steps = [makeStep("call", call), makeStep("quote", {reached: 2})];
    return {plans: [{id: 7, name: "First Contact", steps, groups}], is_cut: false};
}

async function openFunnel(funnel, options = {}) {
    onRpc("mail.activity.plan.report", "get_funnels", ({kwargs}) => {
        expect.step(`get ${JSON.stringify(kwargs.domain)} by ${kwargs.groupby}`);
        return kwargs.groupby && options.grouped ? options.grouped : funnel;
    });
    mockService("action", {
        doAction(action) {
            expect.step(`${action.name}: ${JSON.stringify(action.domain)}`);
        },
    });
    await mountView({
        resModel: "mail.activity.plan.report",
        type: "plan_funnel",
        arch: "<plan_funnel/>",
        domain: [["plan_id", "=", 7]],
        ...options.view,
    });
}

test("the steps of a plan, in their order, with what became of them", async () => {
    await openFunnel(makeFunnel());
    expect.verifySteps(['get [["plan_id","=",7]] by false']);
    expect("h2").toHaveText("First Contact");
    expect(queryAllTexts("tbody th")).toEqual(["1Step call", "2Step quote"]);
    expect("[data-step=call] [data-measure=reached]").toHaveText("8");
    expect("[data-step=call] .o_plan_funnel_share").toHaveText("80%");
    expect("[data-step=call] .o_plan_funnel_days").toHaveText("1.5");
    expect("[data-step=quote] .o_plan_funnel_days").toHaveText("");
    expect("[data-step=quote] [data-measure=done]").toHaveCount(0);
    expect("[data-step=call] [data-outcome]").toHaveText("Interested6");
});

test("each number opens the steps that it counts", async () => {
    await openFunnel(makeFunnel());
    expect.verifySteps(['get [["plan_id","=",7]] by false']);
    const step = '"&",["plan_id","=",7]';
    await click("[data-step=call] [data-measure=done]");
    expect.verifySteps([
        `Step call – Done: [${step},"&",["code","=","call"],["done","=",1]]`,
    ]);
    await click("[data-step=call] [data-measure=launched]");
    expect.verifySteps([`Step call – Launched: [${step},["code","=","call"]]`]);
    await click("[data-step=call] [data-outcome]");
    expect.verifySteps([
        `Step call – Interested: [${step},"&",["code","=","call"],["outcome_id","=",4]]`,
    ]);
});

test("groups are rows, and steps are columns", async () => {
    const groups = [
        {label: "1", steps: {call: makeStep("call", {reached: 5, done: 4})}},
        {label: "2", steps: {quote: makeStep("quote", {reached: 2})}},
    ];
    await openFunnel(makeFunnel(), {
        grouped: makeFunnel(groups),
        view: {groupBy: ["plan_version", "user_id"]},
    });
    expect.verifySteps(['get [["plan_id","=",7]] by plan_version']);
    expect("thead th:first").toHaveText("Version");
    expect(queryAllTexts("tbody th")).toEqual(["1", "2"]);
    expect(queryAllTexts("tbody td")).toEqual(["550%", "", "", "220%"]);
    await click("[data-measure=reached]:first");
    expect.verifySteps([
        'Step call – Reached: ["&",["plan_id","=",7],"&",["code","=","call"],["reached","=",1]]',
    ]);
    await contains(".o_plan_funnel_measures").click();
    await contains(".dropdown-item:contains(Done)").click();
    await animationFrame();
    expect(queryAllTexts("tbody td")).toEqual(["440%", "", "", "00%"]);
});

test("where nothing was launched, it says what to do", async () => {
    await openFunnel(
        {plans: [], is_cut: false},
        {view: {noContentHelp: markup`<p>Launch a plan</p>`}}
    );
    expect.verifySteps(['get [["plan_id","=",7]] by false']);
    expect(".o_nocontent_help").toHaveText("Launch a plan");
});
