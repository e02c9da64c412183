// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, xml} from "@odoo/owl";
import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {press, queryAllTexts, queryOne, waitUntil} from "@odoo/hoot-dom";
import {WebClient} from "@web/webclient/webclient";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {tellPlace} from "@crm_activity_plus/plan_try/plan_walk.esm";

const STEP = ".o_plan_try_step";
const KEEN = {
    code: "keen",
    name: "Keen",
    kind: "success",
    effect: "continue",
    effects: [],
    asks_date: false,
    is_retried: false,
};
const AGAIN = {
    ...KEEN,
    code: "again",
    name: "No answer",
    kind: "neutral",
    effect: "retry",
    asks_date: true,
    is_retried: true,
};
const EMAIL = {
    subject: "Our offer",
    body: "<p>Dear Deco</p>",
    email_from: "Olga <olga@test.example.com>",
    email_cc: false,
    recipients: [{name: "Deco", email: "deco@test.example.com"}],
    attachments: [],
};

class Plan extends models.Model {
    _name = "mail.activity.plan";
    name = fields.Char();
    graph = fields.Json();
    template_ids = fields.Char();
    _records = [{id: 1, name: "Chain", template_ids: "some", graph: {version: 1}}];
}

class Lead extends models.Model {
    _name = "crm.lead";
    name = fields.Char();
    _records = [
        {id: 7, name: "Ten desks"},
        {id: 8, name: "Chairs"},
    ];
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Plan, Lead]);

function makeStep(code, values) {
    return {
        code,
        action_type: "activity",
        actions: ["skip"],
        after: [],
        after_any: false,
        after_outcomes: [],
        attempt: 1,
        date_deadline: "2026-03-10",
        date_done: false,
        email: false,
        explanation: false,
        icon: "fa-phone",
        is_automatic: false,
        kind: "Manual activity",
        max_attempts: 0,
        outcome: false,
        outcomes: [],
        problem: false,
        reason: false,
        state: "waiting",
        summary: `Step ${code}`,
        time: false,
        type_name: "Call",
        user_id: 5,
        user_name: "Olga",
        when: false,
        ...values,
    };
}

/** The server's answer: a call, and an email once the customer is keen. */
function answer({choices, res_id: resId}) {
    const call = makeStep("call", {
        actions: ["done", "skip", "cancel"],
        outcomes: [KEEN, AGAIN],
        state: "scheduled",
    });
    const offer = makeStep("offer", {
        action_type: "email",
        after: ["call"],
        after_outcomes: ["Keen"],
        date_deadline: "2026-03-11",
        is_automatic: true,
        kind: "Email",
        when: "1 day after “Step call”",
    });
    const told = {
        changes: [],
        date: "2026-03-10",
        display_name: "Ten desks",
        end_reason: false,
        next: "call",
        plan_date: "2026-03-10",
        res_id: resId,
        skip_reason: false,
        state: "running",
        steps: [offer, call],
    };
    const [first, second] = choices;
    if (first?.outcome === "keen") {
        Object.assign(call, {actions: [], date_done: "2026-03-10", outcome: "Keen"});
        Object.assign(call, {outcomes: [], state: "done"});
        Object.assign(offer, {actions: ["done", "fail", "skip"], email: EMAIL});
        Object.assign(offer, {state: "scheduled", time: 9.5});
        told.next = "offer";
        told.changes = [
            {code: "call", state: "done", outcome: "Keen", date: "2026-03-10"},
            {code: "offer", state: "scheduled", outcome: false, date: "2026-03-10"},
        ];
    } else if (first) {
        Object.assign(call, {attempt: 2, date_deadline: first.retry_date});
    }
    if (second) {
        Object.assign(offer, {
            actions: [],
            state: "failed",
            reason: "It can't be done.",
        });
        Object.assign(told, {next: false, state: "done", changes: []});
    }
    return told;
}

let start = {};
beforeEach(() => {
    mockDate("2026-03-10 10:00:00");
    start = {
        asks_responsible: false,
        domain: [],
        model_name: "Lead",
        name: "Chain",
        plan_date: "2026-03-10",
        reason: false,
        record: {id: 7, display_name: "Ten desks"},
        res_model: "crm.lead",
        user: {id: 5, display_name: "Olga"},
    };
    onRpc("mail.activity.plan", "get_trial", () => start);
    onRpc("mail.activity.plan", "simulate", ({kwargs}) => {
        expect.step(kwargs.choices);
        return answer(kwargs);
    });
});

async function open(params) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.plan_try",
        name: "Try “Chain”",
        target: "new",
        params: {plan_id: 1, ...params},
    });
    expect.verifySteps([[]]);
}

test("steps are in the order of their dates, seen from the plan date", async () => {
    await open();
    expect(queryAllTexts(`${STEP} .o_toggle`)).toEqual(["Step call", "Step offer"]);
    expect(queryAllTexts(`${STEP} .o_plan_try_place`)).toEqual(["D", "D+1"]);
    expect(`${STEP}[data-code='call']`).toHaveClass("o_next");
    expect(`${STEP}[data-code='call']`).toHaveAttribute("aria-current", "step");
    expect(`${STEP}[data-code='offer'] .o_plan_try_when`).toHaveText(
        "1 day after “Step call”Keen"
    );
    expect(`${STEP}[data-code='offer'] .o_plan_try_choices`).toHaveCount(0);
    expect(".o_plan_try_back").not.toBeEnabled();
});

test("places of steps", () => {
    expect([0, 3, -2].map((days) => tellPlace(days))).toEqual(["D", "D+3", "D−2"]);
});

test("walk to the end, and back", async () => {
    await open();
    await contains("button[data-outcome='keen']").click();
    const keen = {action: "done", outcome: "keen", step: "call"};
    expect.verifySteps([[keen]]);
    expect(queryAllTexts(".o_plan_try_changes li")).toEqual([
        "Step call: Done, Keen",
        "Step offer: Scheduled",
    ]);
    expect(`${STEP}[data-code='call']`).toHaveClass("o_changed");
    expect(".o_plan_try_subject").toHaveText("Our offer");
    expect(".o_plan_try_recipient").toHaveText("Deco <deco@test.example.com>");
    expect(queryOne("iframe.o_plan_try_body").srcdoc).toBe("<p>Dear Deco</p>");
    expect("button[data-action='done']").toHaveText("Send it");
    // Whoever works with the keyboard goes on there.
    expect(`${STEP}[data-code='offer'] .o_toggle`).toBeFocused();
    await contains("button[data-action='fail']").click();
    expect.verifySteps([[keen, {action: "fail", step: "offer"}]]);
    expect(".o_plan_try_end").toHaveText("The plan is done.");
    expect(`${STEP}[data-code='offer'] .o_plan_try_reason`).toHaveText(
        "It can't be done."
    );
    await press("alt+b");
    await animationFrame();
    expect.verifySteps([[keen]]);
    await contains(".o_plan_try_restart").click();
    expect.verifySteps([[]]);
    expect(`${STEP}[data-code='call']`).toHaveClass("o_next");
});

test("links of an email open nothing", async () => {
    await open();
    await contains("button[data-outcome='keen']").click();
    expect.verifySteps([[{action: "done", outcome: "keen", step: "call"}]]);
    const frame = queryOne("iframe.o_plan_try_body");
    await waitUntil(() => frame.contentDocument?.querySelector("base"));
    // In another page, which the sandbox doesn't allow.
    expect(frame.contentDocument.querySelector("base").target).toBe("_blank");
    expect(frame.sandbox.value).toBe("allow-same-origin");
});

test("a date that was agreed goes along with the outcome that asks for it", async () => {
    await open();
    await contains(".o_plan_try_agreed input").edit("03/20/2026");
    await contains("button[data-outcome='again']").click();
    expect.verifySteps([
        [{action: "done", outcome: "again", step: "call", retry_date: "2026-03-20"}],
    ]);
    expect(`${STEP}[data-code='call'] .o_plan_try_attempt`).toHaveText("Attempt 2");
});

test("a step can be skipped before its turn comes", async () => {
    await open();
    await contains(`${STEP}[data-code='offer'] .o_toggle`).click();
    await contains(`${STEP}[data-code='offer'] button[data-action='skip']`).click();
    expect.verifySteps([[{action: "skip", step: "offer"}]]);
});

test("what can't be chosen is said, and nothing is lost", async () => {
    await open();
    onRpc("mail.activity.plan", "simulate", () => {
        throw makeServerError({message: "“Step call” is closed already."});
    });
    await contains("button[data-outcome='keen']").click();
    expect(".o_plan_try_error").toHaveText("“Step call” is closed already.");
    expect(`${STEP}[data-code='call']`).toHaveClass("o_next");
});

test("no record can be chosen", async () => {
    start = {...start, record: false, reason: "No lead meets the conditions."};
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.plan_try",
        target: "new",
        params: {plan_id: 1},
    });
    expect(".o_plan_try_refusal").toHaveText("No lead meets the conditions.");
    expect(STEP).toHaveCount(0);
    expect.verifySteps([]);
});

/** Draws a step, as the designer does: in a field of the form. */
class DrawField extends Component {
    static template = xml`<button class="o_draw" t-on-click="draw">Draw</button>`;
    static props = {...standardFieldProps};

    draw() {
        const graph = {version: 1, steps: [{code: "new"}], links: []};
        return this.props.record.update({[this.props.name]: graph});
    }
}

test("what is drawn is tried before it is saved", async () => {
    registry.category("fields").add("draw", {component: DrawField});
    onRpc("mail.activity.plan", "action_try", () => ({
        type: "ir.actions.client",
        tag: "crm_activity_plus.plan_try",
        target: "new",
        params: {plan_id: 1},
    }));
    onRpc("mail.activity.plan", "web_save", () => {
        expect.step("saved");
    });
    onRpc("mail.activity.plan", "get_trial", ({kwargs}) => {
        expect.step(kwargs.graph?.steps || "as saved");
        return start;
    });
    await mountView({
        type: "form",
        resModel: "mail.activity.plan",
        resId: 1,
        arch: `
            <form>
                <widget name="plan_try_button"/>
                <field name="name"/>
                <field name="graph" widget="draw"/>
            </form>`,
    });
    await contains(".o_plan_try_button").click();
    expect.verifySteps(["as saved", []]);
    await contains(".modal-header .btn-close").click();
    await contains(".o_draw").click();
    await contains(".o_plan_try_button").click();
    expect.verifySteps([[{code: "new"}], []]);
    await contains(".modal-header .btn-close").click();
    await contains("[name='name'] input").edit("Chain 2");
    await contains(".o_plan_try_button").click();
    expect.verifySteps(["saved", "as saved", []]);
});
