// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    animationFrame,
    click,
    drag,
    edit,
    press,
    queryAllTexts,
    queryAllValues,
    queryFirst,
    queryRect,
    advanceTime,
    waitFor,
    waitUntil,
} from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    makeServerError,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {Deferred} from "@odoo/hoot-mock";
import {assets} from "@web/core/assets";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const SELECTIONS = {
    action_type: [
        ["activity", "Manual activity"],
        ["email", "Email"],
    ],
    after_mode: [
        ["all", "All"],
        ["any", "Any"],
    ],
    delay_from: [
        ["after_plan_date", "After Plan Date"],
        ["before_plan_date", "Before Plan Date"],
        ["after_previous_done", "After Previous Step"],
    ],
    delay_unit: [
        ["days", "days"],
        ["weeks", "weeks"],
    ],
    responsible_type: [
        ["on_demand", "Ask at launch"],
        ["other", "Default user"],
    ],
};

function selection(name) {
    return fields.Selection({selection: SELECTIONS[name]});
}

class Plan extends models.Model {
    _name = "mail.activity.plan";

    name = fields.Char();
    res_model = fields.Char();
    graph = fields.Json();
    template_ids = fields.One2many({
        relation: "mail.activity.plan.template",
        relation_field: "plan_id",
    });

    _records = [{id: 1, name: "Chase", res_model: "res.partner", template_ids: [1]}];
}

class Step extends models.Model {
    _name = "mail.activity.plan.template";

    plan_id = fields.Many2one({relation: "mail.activity.plan"});
    summary = fields.Char();
    action_type = selection("action_type");
    after_mode = selection("after_mode");
    delay_count = fields.Integer();
    delay_unit = selection("delay_unit");
    delay_from = selection("delay_from");
    responsible_type = selection("responsible_type");
    responsible_id = fields.Many2one({relation: "res.users"});
    condition_domain = fields.Char();
    max_attempts = fields.Integer();
    res_model = fields.Char();

    _records = [{id: 1, plan_id: 1, summary: "In the list"}];
}

defineMailModels();
defineModels([Plan, Step]);
describe.current.tags("desktop");

const DEFAULTS = {
    summary: false,
    after_mode: "all",
    delay_count: 0,
    delay_unit: "days",
    delay_from: "before_plan_date",
    responsible_type: "on_demand",
    responsible_id: false,
    condition_domain: false,
    max_attempts: 0,
};

function makeStep(code, values = {}) {
    return {
        ...DEFAULTS,
        code,
        type: "call",
        kind: "activity",
        delay_from: "after_plan_date",
        ...values,
    };
}

function makeType(code, name, values = {}) {
    return {
        id: code.length,
        code,
        name,
        icon: "fa-phone",
        decoration: false,
        category: "default",
        is_offered: true,
        ...values,
    };
}

function makeOutcome(code, name, kind, values = {}) {
    const rest = {effect: "continue", types: ["call"], is_offered: true};
    return {code, name, kind, ...rest, ...values};
}

const DESIGNER = {
    types: [
        makeType("call", "Call", {summary: "Ring them"}),
        makeType("visit", "Site Visit", {icon: "fa-map-marker"}),
    ],
    kinds: [
        {
            kind: "activity",
            label: "Manual activity",
            icon: "fa-user",
            fields: [],
            has_outcome: true,
        },
        {
            kind: "email",
            label: "Email",
            icon: "fa-envelope",
            fields: [],
            has_outcome: false,
        },
    ],
    outcomes: [
        makeOutcome("keen", "Keen", "success"),
        makeOutcome("later", "Later", "neutral"),
        makeOutcome("never", "Never", "failure"),
    ],
    defaults: {code: false, type: false, kind: "activity", ...DEFAULTS},
    fields: {
        type: "activity_type_id",
        kind: "action_type",
        ...Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, key])),
    },
    problems: [],
};

const GRAPH = {
    version: 3,
    steps: [
        makeStep("first", {summary: "First call"}),
        makeStep("second", {summary: "Offer", delay_count: 2}),
        makeStep("third", {summary: "Third", type: "visit", delay_count: 3}),
    ],
    links: [
        {from: "first", to: "second", outcomes: ["keen"]},
        {from: "second", to: "third", outcomes: []},
    ],
};

const FORM = `
    <form>
        <field name="name"/>
        <field name="res_model" invisible="1"/>
        <field name="graph" invisible="1"/>
        <field name="template_ids" widget="plan_steps">
            <list><field name="summary"/></list>
        </field>
    </form>`;

/** Open a plan; `saved` are the graphs that the form saves, `checked` those checked. */
async function openPlan(graph = GRAPH, {problems = [], arch = FORM, ...options} = {}) {
    const seen = {saved: [], checked: [], problems};
    Plan._records[0].graph = graph;
    // The scripts of the drawing are those of the tests.
    patchWithCleanup(assets, {loadBundle: () => Promise.resolve()});
    onRpc("mail.activity.plan", "get_designer", () => DESIGNER);
    onRpc("mail.activity.plan", "check_graph", ({args}) => {
        seen.checked.push(args[1]);
        return seen.problems;
    });
    onRpc("mail.activity.plan", "web_save", ({args}) => {
        seen.saved.push(args[1].graph);
    });
    await mountView({
        arch,
        resId: 1,
        resModel: "mail.activity.plan",
        type: "form",
        ...options,
    });
    await animationFrame();
    return seen;
}

function node(code) {
    return `.o_plan_node[data-code=${code}] .o_plan_node_body`;
}

function label(from, to) {
    return `.o_plan_label[data-from=${from}][data-to=${to}]`;
}

function arrows() {
    return [...document.querySelectorAll(".o_plan_arrow")].map(
        ({dataset}) => `${dataset.from}>${dataset.to}:${dataset.kind}`
    );
}

async function save() {
    await contains(".o_form_button_save").click();
}

test("a plan is drawn with its arrows, words for those who don't see it, and its list", async () => {
    await openPlan();
    expect(".o_plan_node").toHaveCount(3);
    expect(arrows()).toEqual(["first>second:success", "second>third:always"]);
    expect(label("first", "second")).toHaveText("Keen");
    expect("[role=list] [role=listitem]").toHaveCount(3);
    expect(node("second")).toHaveAttribute(
        "aria-label",
        "Call: Offer. 2 days after the plan date. Ask at launch. Waits for “First call” with the outcome Keen."
    );
    expect(queryAllTexts(".o_plan_column")).toEqual(["D", "D+2", "D+3"]);
    await contains(".o_plan_steps_as_list").click();
    expect(".o_plan_designer").toHaveCount(0);
    expect(queryAllTexts(".o_data_row")).toEqual(["In the list"]);
});

test("the palette has each type and each kind; a click adds behind what is chosen", async () => {
    const seen = await openPlan();
    expect(queryAllTexts(".o_plan_element")).toEqual(["Call", "Site Visit", "Email"]);
    expect(".o_plan_element .fa-map-marker").toHaveCount(1);
    await contains(node("third")).click();
    await contains(".o_plan_element[data-key=type-call]").click();
    expect(arrows()).toEqual([
        "first>second:success",
        "second>third:always",
        "third>call:always",
    ]);
    expect("[aria-live]").toHaveText("“Ring them” was added after “Third”.");
    await advanceTime(500);
    expect(seen.checked.length).toBe(1);
    await save();
    expect(seen.saved.length).toBe(1);
    const [{steps, version}] = seen.saved;
    expect(version).toBe(3);
    expect(steps.at(-1)).toEqual(
        makeStep("call", {summary: "Ring them", delay_from: "after_previous_done"})
    );
});

test("outcomes are chosen on the arrow, and for all others there is otherwise", async () => {
    const seen = await openPlan();
    await contains(node("first")).click();
    await contains(".o_plan_element[data-key=type-visit]").click();
    await contains(`${label("first", "visit")} button`).click();
    expect(queryAllTexts(".o_plan_panel .o_plan_outcome")).toEqual([
        "Any outcome",
        "Keen",
        "Later",
        "Never",
        "Otherwise",
    ]);
    await contains(".o_plan_outcome_otherwise").click();
    expect(label("first", "visit")).toHaveText("Otherwise");
    expect(arrows()).toInclude("first>visit:otherwise");
    await contains(".o_plan_panel .o_plan_outcome[data-kind=neutral]").click();
    expect(arrows()).toInclude("first>visit:failure");
    await save();
    expect(seen.saved[0].links.at(-1)).toEqual({
        from: "first",
        to: "visit",
        outcomes: ["never"],
    });
});

test("a step is changed beside the drawing, and what is typed counts when it is saved", async () => {
    const seen = await openPlan();
    await contains(node("second")).click();
    await contains(".o_plan_panel .o_field_widget[name=summary] input").edit("Quote", {
        confirm: "tab",
    });
    expect(node("second")).toHaveText(/Quote/);
    await animationFrame();
    expect(".o_plan_panel .o_field_widget[name=summary] input").toHaveValue("Quote");
    await contains(".o_plan_panel select[name=type]").select("visit");
    await contains(".o_plan_panel .o_field_widget[name=delay_count] input").click();
    await edit("5");
    await save();
    const [, second] = seen.saved[0].steps;
    expect([second.summary, second.type, second.delay_count]).toEqual([
        "Quote",
        "visit",
        5,
    ]);
});

test("everything is done with the keyboard", async () => {
    const seen = await openPlan();
    queryFirst(node("first")).focus();
    await press("ArrowRight");
    await animationFrame();
    expect(node("second")).toBeFocused();
    await press(["ctrl", "d"]);
    await animationFrame();
    expect(".o_plan_node").toHaveCount(4);
    expect(arrows()).toInclude("first>second_2:success");
    await press(["ctrl", "z"]);
    await animationFrame();
    expect(".o_plan_node").toHaveCount(3);
    await press(["ctrl", "y"]);
    await animationFrame();
    expect(".o_plan_node").toHaveCount(4);
    await press("Escape");
    queryFirst(node("third")).focus();
    await press("ArrowLeft");
    await animationFrame();
    await press("Delete");
    await animationFrame();
    await save();
    expect(seen.saved.length).toBe(1);
    expect(seen.saved[0].steps.length).toBe(3);
});

test("arrows are drawn with the keyboard, but never in a circle", async () => {
    await openPlan();
    await contains(node("first")).click();
    await press("c");
    await press("ArrowRight");
    await animationFrame();
    await press("ArrowRight");
    await animationFrame();
    await press("Enter");
    await animationFrame();
    expect(arrows()).toInclude("first>third:always");
    await contains(node("third")).click();
    await press("c");
    await contains(node("first")).click();
    expect(".o_notification").toHaveText(
        /circle: “First call” → “Third” → “First call”/
    );
    expect(arrows().length).toBe(3);
    await contains(node("second")).click();
    await press("Enter");
    await animationFrame();
    expect(".o_plan_panel select[name=type]").toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(node("second")).toBeFocused();
});

test("Enter leads to what is written of a step that one came to with the Tab key", async () => {
    await openPlan();
    for (const code of ["second", "third"]) {
        queryFirst(node(code)).focus();
        await press("Enter");
        await animationFrame();
        await animationFrame();
        expect(`.o_plan_panel[data-code=${code}] select[name=type]`).toBeFocused();
        await press("Escape");
        await animationFrame();
        expect(node(code)).toBeFocused();
    }
});

test("problems are marked at the step and at its arrows", async () => {
    const problem = {
        step: "second",
        level: "error",
        code: "outcome_impossible",
        message: "No step before it can end so. Choose another outcome.",
    };
    const general = {step: false, level: "error", code: "code", message: "No code."};
    const seen = await openPlan(GRAPH, {problems: [problem, general]});
    await contains(node("second")).click();
    await press(["ctrl", "d"]);
    await advanceTime(500);
    await animationFrame();
    expect(".o_plan_node[data-code=second]").toHaveAttribute("data-level", "error");
    expect(`${label("first", "second")} .fa-exclamation-triangle`).toHaveCount(1);
    expect(".o_plan_designer > .alert-danger").toHaveText("No code.");
    await contains(node("second")).click();
    expect(".o_plan_panel .alert-danger").toHaveText(problem.message);
    seen.problems = [];
    await press(["ctrl", "z"]);
    await advanceTime(500);
    await animationFrame();
    expect(".fa-exclamation-triangle").toHaveCount(0);
});

test("the list is shown once the drawing is saved, and not if it can't be", async () => {
    expect.errors(1);
    const seen = await openPlan();
    await contains(node("third")).click();
    await press("Delete");
    await animationFrame();
    const message = "Somebody else changed the plan.";
    onRpc("mail.activity.plan", "web_save", () => {
        throw makeServerError({message});
    });
    seen.problems = [{step: false, level: "error", code: "stale", message}];
    await contains(".o_plan_steps_as_list").click();
    await advanceTime(500);
    await animationFrame();
    expect.verifyErrors([/Somebody else|RPC_ERROR|UserError|Odoo/]);
    expect(".o_plan_node").toHaveCount(2);
    expect(".o_plan_stale").toHaveCount(1);
    expect(".o_data_row").toHaveCount(0);
});

test("somebody else saved meanwhile: both are put together", async () => {
    const theirs = {
        ...GRAPH,
        version: 4,
        steps: [...GRAPH.steps, makeStep("theirs", {summary: "Theirs"})],
        problems: [],
    };
    onRpc("mail.activity.plan", "get_graph", () => theirs);
    const seen = await openPlan(GRAPH, {
        problems: [{step: false, level: "error", code: "stale", message: "Stale"}],
    });
    await contains(node("third")).click();
    await press("Delete");
    await advanceTime(500);
    await animationFrame();
    expect(".o_plan_stale").toHaveCount(1);
    seen.problems = [];
    await contains(".o_plan_merge").click();
    await advanceTime(500);
    await animationFrame();
    expect(".o_plan_stale").toHaveCount(0);
    expect(node("theirs")).toHaveCount(1);
    expect(node("third")).toHaveCount(0);
    await save();
    expect(seen.saved[0].version).toBe(4);
    expect(seen.saved[0].steps.map(({code}) => code)).toEqual([
        "first",
        "second",
        "theirs",
    ]);
});

test("another page of the form in between loses nothing, not even what can be undone", async () => {
    const arch = `
        <form>
            <field name="graph" invisible="1"/>
            <notebook>
                <page string="Steps" name="steps">
                    <field name="template_ids" widget="plan_steps">
                        <list><field name="summary"/></list>
                    </field>
                </page>
                <page string="Other" name="other"><field name="name"/></page>
            </notebook>
        </form>`;
    onRpc("mail.activity.plan", "get_graph", () => ({...GRAPH, version: 4}));
    await openPlan(GRAPH, {
        arch,
        problems: [{step: false, level: "error", code: "stale", message: "Stale"}],
    });
    await contains(node("third")).click();
    await press("Delete");
    await animationFrame();
    await contains(".o_notebook .nav-link[name=other]").click();
    expect(".o_plan_designer").toHaveCount(0);
    await contains(".o_notebook .nav-link[name=steps]").click();
    await animationFrame();
    expect(".o_plan_node").toHaveCount(2);
    // What is wrong with it is said again.
    await advanceTime(500);
    await animationFrame();
    expect(".o_plan_stale").toHaveCount(1);
    // What it began with is known, so that it can be put together with another one.
    await contains(node("second")).click();
    await press(["ctrl", "d"]);
    await advanceTime(500);
    await animationFrame();
    await contains(".o_plan_merge").click();
    expect(node("third")).toHaveCount(0);
    expect(node("second_2")).toHaveCount(1);
    await press(["ctrl", "z"]);
    await press(["ctrl", "z"]);
    await press(["ctrl", "z"]);
    await animationFrame();
    expect(node("third")).toHaveCount(1);
});

test("a type that was made meanwhile is there when one comes back", async () => {
    await openPlan();
    const letter = makeType("letter", "Letter");
    onRpc("mail.activity.plan", "get_designer", () => ({
        ...DESIGNER,
        types: [...DESIGNER.types, letter],
    }));
    window.dispatchEvent(new Event("focus"));
    await animationFrame();
    await animationFrame();
    expect(queryAllTexts(".o_plan_element")).toEqual([
        "Call",
        "Site Visit",
        "Letter",
        "Email",
    ]);
});

test("of two answers on what there is, the one that was asked for last counts", async () => {
    await openPlan();
    const answers = [new Deferred(), new Deferred()];
    const waiting = [...answers];
    onRpc("mail.activity.plan", "get_designer", () => waiting.shift());
    window.dispatchEvent(new Event("focus"));
    window.dispatchEvent(new Event("focus"));
    await animationFrame();
    const letter = makeType("letter", "Letter");
    answers[1].resolve({...DESIGNER, types: [letter]});
    await animationFrame();
    answers[0].resolve(DESIGNER);
    await animationFrame();
    expect(queryAllTexts(".o_plan_element")).toEqual(["Letter", "Email"]);
});

test("what couldn't be loaded is tried again", async () => {
    let loads = 0;
    Plan._records[0].graph = GRAPH;
    patchWithCleanup(assets, {
        loadBundle: () => (loads++ ? Promise.resolve() : Promise.reject(new Error())),
    });
    onRpc("mail.activity.plan", "get_designer", () => DESIGNER);
    await mountView({
        arch: FORM,
        resId: 1,
        resModel: "mail.activity.plan",
        type: "form",
    });
    await animationFrame();
    expect(".o_notification").toHaveText(/couldn't be loaded/);
    expect(queryAllTexts(".o_data_row")).toEqual(["In the list"]);
    await contains(".o_plan_steps_as_drawing").click();
    await animationFrame();
    expect(".o_plan_node").toHaveCount(3);
});

test("where the server can't tell what there is, the rest of the form works", async () => {
    Plan._records[0].graph = GRAPH;
    patchWithCleanup(assets, {loadBundle: () => Promise.resolve()});
    onRpc("mail.activity.plan", "get_designer", () => {
        throw makeServerError({message: "You may not read activity types."});
    });
    await mountView({
        arch: FORM,
        resId: 1,
        resModel: "mail.activity.plan",
        type: "form",
    });
    await animationFrame();
    expect(".o_plan_designer .alert-danger").toHaveText(/You may not read/);
    await contains(".o_plan_steps_as_list").click();
    expect(queryAllTexts(".o_data_row")).toEqual(["In the list"]);
});

test("what is chosen is seen beside its panel, and the whole plan where there is more room", async () => {
    const steps = GRAPH.steps.map((step) => ({...step, delay_count: 0}));
    const more = ["fourth", "fifth", "sixth"].map((code) => makeStep(code));
    const links = more.map(({code}, number) => ({
        from: ["third", "fourth", "fifth"][number],
        to: code,
        outcomes: [],
    }));
    await openPlan({
        ...GRAPH,
        steps: [...steps, ...more],
        links: [...GRAPH.links, ...links],
    });
    const right = (place) => queryRect(place).right;
    const isSeen = (code) => right(node(code)) <= right(".o_plan_canvas");
    const last = GRAPH.steps
        .concat(more)
        .map(({code}) => code)
        .findLast(isSeen);
    await contains(node(last)).click();
    await waitFor(".o_plan_panel");
    await waitUntil(() => isSeen(last));
    await contains(".o_plan_panel .btn-close").click();
    await contains(".o_plan_full_button").click();
    await animationFrame();
    await animationFrame();
    const before = queryRect(node("first")).width;
    await contains(".o_plan_fit").click();
    await waitUntil(() => isSeen("sixth"));
    expect(queryRect(node("first")).width).not.toBe(before);
});

test("Delete does nothing where nothing is chosen", async () => {
    await openPlan();
    await contains(".o_plan_canvas").click({position: "bottom-left"});
    expect(".o_plan_canvas").toBeFocused();
    await press("Delete");
    await press("Delete");
    await animationFrame();
    expect(".o_plan_node").toHaveCount(3);
    expect(".o_plan_selected").toHaveCount(0);
});

test("steps are moved by the mouse, and put back", async () => {
    await openPlan();
    const place = () => queryFirst(".o_plan_node[data-code=third]").style.transform;
    const before = place();
    const {drop, moveTo} = await drag(node("third"));
    await moveTo(".o_plan_canvas", {position: {x: 300, y: 300}, relative: true});
    await moveTo(".o_plan_canvas", {position: {x: 320, y: 330}, relative: true});
    await drop();
    await animationFrame();
    expect(place()).not.toBe(before);
    await contains(".o_plan_tidy").click();
    expect(place()).toBe(before);
});

test("discarding the form discards what was drawn", async () => {
    await openPlan();
    await contains(node("third")).click();
    await press("Delete");
    await animationFrame();
    expect(".o_plan_node").toHaveCount(2);
    await contains(".o_form_button_cancel").click();
    await animationFrame();
    expect(".o_plan_node").toHaveCount(3);
});

test("whoever may only read sees the drawing", async () => {
    await openPlan(GRAPH, {arch: FORM.replace("<form>", `<form edit="0">`)});
    expect(".o_plan_node").toHaveCount(3);
    expect(".o_plan_palette, .o_plan-flow__handle, .o_plan_undo").toHaveCount(0);
    await contains(node("second")).click();
    expect(".o_plan_panel input, .o_plan_remove").toHaveCount(0);
    await press("Delete");
    await animationFrame();
    expect(".o_plan_node").toHaveCount(3);
});

test("a type that is gone is drawn by its code", async () => {
    await openPlan({
        version: 1,
        steps: [makeStep("gone", {type: "fax", summary: false})],
        links: [],
    });
    expect(node("gone")).toHaveText(/fax/);
    await contains(node("gone")).click();
    expect(queryAllValues(".o_plan_panel select[name=type]")).toEqual(["fax"]);
});

test("a plan is checked before it is saved, for the records that it is to be for", async () => {
    onRpc("mail.activity.plan", "check_new_graph", ({args}) => {
        expect.step(args[1]);
        const message = "Choose an email template.";
        return [{step: args[0].steps[0].code, level: "error", code: "action", message}];
    });
    await openPlan(false, {resId: false, context: {default_res_model: "res.partner"}});
    await contains(".o_plan_element[data-key=kind-email]").click();
    await advanceTime(500);
    await animationFrame();
    expect.verifySteps(["res.partner"]);
    expect(".o_plan_panel .alert-danger").toHaveText("Choose an email template.");
});

test("an empty plan says what to do", async () => {
    const seen = await openPlan(false);
    expect(".o_plan_empty").toHaveText(/Which step comes first/);
    await click(".o_plan_element[data-key=kind-email]");
    await animationFrame();
    expect(".o_plan_empty").toHaveCount(0);
    expect(node("email")).toBeFocused();
    await press("Delete");
    await animationFrame();
    // Whoever works with the keyboard goes on from here.
    expect(".o_plan_canvas").toBeFocused();
    await press(["ctrl", "z"]);
    await animationFrame();
    await save();
    expect(seen.saved[0].steps.map(({code, kind}) => [code, kind])).toEqual([
        ["email", "email"],
    ]);
});
