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
import {queryAllTexts} from "@odoo/hoot-dom";

const STEP = ".o_plan_timeline_step";

class Plan extends models.Model {
    _name = "mail.activity.plan";
    name = fields.Char();
    _records = [{id: 1, name: "Chain"}];
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

function open(resId) {
    return mountView({
        type: "form",
        resModel: "mail.activity.plan",
        resId,
        arch: `<form><field name="name"/><widget name="plan_timeline"/></form>`,
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

test("a plan that isn't saved yet", async () => {
    await open();
    expect(".o_plan_timeline").toHaveText("Save the plan to see its timeline.");
    await contains("[name='name'] input").edit("New");
    expect(STEP).toHaveCount(0);
});
