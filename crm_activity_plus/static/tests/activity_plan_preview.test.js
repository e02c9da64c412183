// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Deferred, animationFrame} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {click, press, queryAll, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    makeServerError,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {ConnectionLostError, rpc} from "@web/core/network/rpc";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const STEP = ".o_plan_preview_step";

class Plan extends models.Model {
    _name = "mail.activity.plan";
    name = fields.Char();
    _records = [
        {id: 1, name: "First Plan"},
        {id: 2, name: "Second Plan"},
    ];
}

class Launch extends models.Model {
    _name = "launch";
    plan_id = fields.Many2one({relation: "mail.activity.plan"});
    plan_date = fields.Date();
    plan_on_demand_user_id = fields.Many2one({relation: "res.users"});
    plan_overrides = fields.Json();
    plan_left_out = fields.Json();
    is_batch_mode = fields.Boolean();
    launch_count = fields.Integer();
    res_ids = fields.Text();
    _records = [{id: 1, plan_id: 1, plan_date: "2026-03-10", res_ids: "[7]"}];
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Plan, Launch]);

function makeStep(code, values) {
    return {
        code,
        after: [],
        after_any: false,
        after_outcomes: [],
        date_deadline: "2026-03-10",
        date_last: false,
        explanation: false,
        failed_count: 0,
        icon: "fa-phone",
        is_automatic: false,
        reason: false,
        state: "scheduled",
        summary: `Step ${code}`,
        type_name: "Call",
        user_count: 0,
        user_id: false,
        user_name: false,
        ...values,
    };
}

function makePreview(values) {
    return {
        error: false,
        daily_limit: 20,
        is_background: false,
        left_out_count: 0,
        load: [],
        load_count: 0,
        overload_count: 0,
        record_count: 1,
        records: [],
        row_count: 1,
        selected_count: 1,
        skipped_count: 0,
        steps: [makeStep("a"), makeStep("b", {after: ["Step a"], state: "waiting"})],
        ...values,
    };
}

/** The server's answer: what a person changed is in it. */
function answer({overrides}, values) {
    const preview = makePreview(values);
    for (const step of preview.steps) {
        const {date_deadline, skip} = overrides.all?.[step.code] || {};
        Object.assign(
            step,
            date_deadline && {date_deadline},
            skip && {state: "skipped"}
        );
    }
    return preview;
}

let requests = [];

beforeEach(() => {
    requests = [];
});

function onPreview(callback = (kwargs) => answer(kwargs)) {
    onRpc("mail.activity.schedule", "preview_launch", ({kwargs}) => {
        requests.push(kwargs);
        return callback(kwargs, requests.length);
    });
}

async function mount() {
    await mountView({
        type: "form",
        resModel: "launch",
        resId: 1,
        arch: `
            <form>
                <field name="plan_id"/>
                <field name="plan_date"/>
                <field name="plan_on_demand_user_id" invisible="1"/>
                <field name="plan_overrides" invisible="1"/>
                <field name="is_batch_mode"/>
                <field name="launch_count"/>
                <field name="plan_left_out" invisible="1"/>
                <field name="res_ids"/>
                <widget name="activity_plan_preview"/>
                <button name="launch" type="object">
                    <widget name="activity_plan_launch_label"/>
                </button>
            </form>`,
    });
    await animationFrame();
}

test("steps, what they wait for, and what is unknown yet", async () => {
    onPreview((kwargs) =>
        answer(kwargs, {
            steps: [
                makeStep("a", {state: "failed", reason: "The team has no leader."}),
                makeStep("b", {
                    after: ["Step a", "Step c"],
                    after_any: true,
                    after_outcomes: ["Interested"],
                    state: "waiting",
                    date_last: "2026-03-12",
                    user_count: 3,
                }),
                makeStep("c", {is_automatic: true, failed_count: 2, state: "varies"}),
                makeStep("d", {user_count: 1}),
            ],
        })
    );
    await mount();
    expect(requests).toHaveLength(1);
    expect(requests[0].plan_id).toBe(1);
    expect(requests[0].plan_date).toBe("2026-03-10");
    expect(requests[0].res_ids).toEqual([7]);
    expect(`${STEP}[data-code=a]`).toHaveText(/The team has no leader\./);
    expect(`${STEP}[data-code=a]`).toHaveText(/Unassigned/);
    expect(`${STEP}[data-code=b] .o_plan_preview_waits`).toHaveText(
        "After “Step a” or “Step c”, only if the outcome is “Interested”"
    );
    expect(`${STEP}[data-code=b]`).toHaveText(/Mar 10, 2026 – Mar 12, 2026/);
    expect(`${STEP}[data-code=b]`).toHaveText(/3 users/);
    expect(`${STEP}[data-code=c]`).toHaveText(/Automatic/);
    expect(`${STEP}[data-code=d]`).toHaveText(/\b1 user\b/);
    expect(`${STEP}[data-code=c]`).toHaveText(/on 2 records/);
});

test("a change is asked for again, kept, and taken back", async () => {
    onPreview();
    await mount();
    await contains(`${STEP}[data-code=a] input[type=checkbox]`).click();
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({all: {a: {skip: true}}});
    expect(`${STEP}[data-code=a]`).toHaveClass(["o_skipped", "o_changed"]);
    await contains(`${STEP}[data-code=b] .o_plan_preview_date button`).click();
    await contains(`${STEP}[data-code=b] input.o_datetime_input`).edit("04/01/2026");
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({
        all: {a: {skip: true}, b: {date_deadline: "2026-04-01"}},
    });
    expect(`${STEP}[data-code=b]`).toHaveText(/Apr 1, 2026/);
    await contains(`${STEP}[data-code=a] .o_plan_preview_reset`).click();
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({
        all: {b: {date_deadline: "2026-04-01"}},
    });
    onRpc("launch", "web_save", ({args}) => {
        expect.step("web_save");
        expect(args[1].plan_overrides).toEqual({
            1: {all: {b: {date_deadline: "2026-04-01"}}},
        });
    });
    await clickSave();
    expect.verifySteps(["web_save"]);
});

test("a step that is skipped and included again at once is scheduled", async () => {
    onPreview();
    await mount();
    const box = `${STEP}[data-code=a] input[type=checkbox]`;
    queryOne(box).click();
    queryOne(box).click();
    await animationFrame();
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({all: {}});
    expect(`${STEP}[data-code=a]`).not.toHaveClass("o_skipped");
    expect(box).toBeChecked();
});

test("changes of one plan are found again after a look at another", async () => {
    onPreview();
    await mount();
    await contains(`${STEP}[data-code=a] input[type=checkbox]`).click();
    await contains(".o_field_widget[name=plan_id] input").click();
    await contains(".o-autocomplete--dropdown-item:contains(Second Plan)").click();
    await animationFrame();
    expect(requests.at(-1).plan_id).toBe(2);
    expect(requests.at(-1).overrides).toEqual({});
    expect(`${STEP}[data-code=a]`).not.toHaveClass("o_skipped");
    await contains(".o_field_widget[name=plan_id] input").click();
    await contains(".o-autocomplete--dropdown-item:contains(First Plan)").click();
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({all: {a: {skip: true}}});
    expect(`${STEP}[data-code=a]`).toHaveClass("o_skipped");
});

test("escape closes what is being changed", async () => {
    onPreview();
    await mount();
    await contains(`${STEP}[data-code=a] .o_plan_preview_date button`).click();
    expect(`${STEP}[data-code=a] .o_editing`).toHaveCount(1);
    await contains(`${STEP}[data-code=a] input.o_datetime_input`).press("Escape");
    expect(`${STEP}[data-code=a] .o_editing`).toHaveCount(0);
    expect(requests).toHaveLength(1);
});

test("a refusal and a lost connection lose nothing", async () => {
    let [failure, isLost] = [null, false];
    patchWithCleanup(rpc, {
        _rpc(url, ...args) {
            return isLost && url.endsWith("preview_launch")
                ? Promise.reject(new ConnectionLostError(url))
                : super._rpc(url, ...args);
        },
    });
    onPreview((kwargs) => {
        if (failure) {
            throw failure;
        }
        return answer(kwargs);
    });
    await mount();
    failure = makeServerError({message: "You may not read this."});
    await contains(`${STEP}[data-code=a] input[type=checkbox]`).click();
    await animationFrame();
    expect(".o_activity_plan_preview .alert").toHaveText(/You may not read this\./);
    expect(STEP).toHaveCount(2);
    failure = null;
    isLost = true;
    await contains(".o_activity_plan_preview .alert button").click();
    await animationFrame();
    expect(".o_activity_plan_preview .alert").toHaveText(/The connection is lost\./);
    isLost = false;
    await contains(".o_activity_plan_preview .alert button").click();
    await animationFrame();
    expect(".o_activity_plan_preview .alert").toHaveCount(0);
    expect(requests.at(-1).overrides).toEqual({all: {a: {skip: true}}});
    expect(`${STEP}[data-code=a]`).toHaveClass("o_skipped");
});

test("a late answer doesn't replace a newer one", async () => {
    const late = new Deferred();
    onPreview(async (kwargs, count) => {
        if (count === 2) {
            await late;
        }
        return answer(kwargs);
    });
    await mount();
    await contains(`${STEP}[data-code=a] input[type=checkbox]`).click();
    await click(`${STEP}[data-code=b] input[type=checkbox]`);
    await animationFrame();
    late.resolve();
    await animationFrame();
    await animationFrame();
    expect(`${STEP}.o_skipped`).toHaveCount(2);
    expect(".o_activity_plan_preview").toHaveAttribute("aria-busy", "false");
});

test("records: pages, the skipped ones, a change of one", async () => {
    onPreview((kwargs) => {
        const ids = kwargs.only_skipped ? [9] : [7, 8];
        return answer(kwargs, {
            record_count: 45,
            records: ids.map((id) => ({
                res_id: id,
                display_name: id === 9 ? false : `Lead ${id}`,
                skip_reason: id === 9 && "There is no such record: it was deleted.",
                steps: id === 9 ? [] : [makeStep("a")],
            })),
            row_count: kwargs.only_skipped ? 1 : 45,
            selected_count: 45,
            skipped_count: 1,
        });
    });
    await mount();
    expect("[data-tab=records]").toHaveText(/Records \(45\)\s*1 skipped/);
    await contains("[data-tab=records]").click();
    expect(queryAllTexts(".o_plan_preview_record button > span:first-of-type")).toEqual(
        ["Lead 7", "Lead 8"]
    );
    await contains(".o_activity_plan_preview .o_pager_next").click();
    expect(requests.at(-1).offset).toBe(20);
    await contains("[data-res-id='8'] button[aria-expanded]").click();
    await contains(`[data-res-id='8'] ${STEP} input[type=checkbox]`).click();
    await animationFrame();
    expect(requests.at(-1).overrides).toEqual({records: {8: {a: {skip: true}}}});
    expect("[data-res-id='8']").toHaveText(/Changed/);
    await contains("#o_plan_preview_only_skipped").click();
    await animationFrame();
    expect(requests.at(-1).only_skipped).toBe(true);
    expect(requests.at(-1).offset).toBe(0);
    expect("[data-res-id='9']").toHaveText(/Skipped\s+Record 9/);
    expect("[data-res-id='9']").toHaveText(/it was deleted/);
});

test("why a record is skipped is short where a warning tells it in full", async () => {
    const reason = "“Call” can't be assigned: “Lead 7” has no active user.";
    onPreview((kwargs) =>
        answer(kwargs, {
            record_count: 2,
            records: [7, 8].map((id) => ({
                res_id: id,
                display_name: `Lead ${id}`,
                skip_reason: reason,
                skip_label: id === 7 && "No salesperson",
                steps: [],
            })),
            row_count: 2,
            selected_count: 2,
            skipped_count: 2,
        })
    );
    await mount();
    await contains("[data-tab=records]").click();
    const [short, full] = queryAll(".o_plan_preview_reason");
    expect(short).toHaveText("No salesperson");
    expect(short).toHaveAttribute("title", reason);
    expect(full).toHaveText(reason);
});

/** The server's answer about some records, of which a person skipped some. */
function answerRecords(kwargs, ids) {
    const shown = kwargs.only_skipped
        ? ids.filter((id) => kwargs.left_out.includes(id))
        : ids;
    return answer(kwargs, {
        left_out_count: kwargs.left_out.length,
        record_count: ids.length,
        records: shown.slice(kwargs.offset, kwargs.offset + 20).map((id) => ({
            res_id: id,
            display_name: `Lead ${id}`,
            is_left_out: kwargs.left_out.includes(id),
            skip_reason: false,
            steps: kwargs.left_out.includes(id) ? [] : [makeStep("a")],
        })),
        row_count: shown.length,
        selected_count: ids.length,
    });
}

test("a record is skipped, kept so on other pages, and included again", async () => {
    const ids = Array.from({length: 25}, (_value, index) => index + 1);
    onPreview((kwargs) => answerRecords(kwargs, ids));
    await mount();
    await contains("[data-tab=records]").click();
    await contains("[data-res-id='2'] button[aria-expanded]").click();
    await contains(`[data-res-id='2'] ${STEP} input[type=checkbox]`).click();
    await animationFrame();
    const button = "[data-res-id='2'] .o_plan_preview_skip";
    expect(button).toHaveAttribute("aria-label", "Skip “Lead 2”");
    queryOne(button).focus();
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect(requests.at(-1).left_out).toEqual([2]);
    expect("[data-res-id='2']").toHaveText(/Skipped\s+Lead 2\s+Include/);
    expect(`[data-res-id='2'] ${STEP}`).toHaveCount(0);
    expect("[data-tab=records]").toHaveText(/Records \(25\)\s*1 skipped/);
    expect(button).toBeFocused();
    expect(button).toHaveAttribute("aria-label", "Include “Lead 2”");
    await contains(".o_activity_plan_preview .o_pager_next").click();
    await contains("[data-res-id='25'] .o_plan_preview_skip").click();
    await animationFrame();
    expect(requests.at(-1).left_out).toEqual([2, 25]);
    expect(requests.at(-1).offset).toBe(20);
    await contains(".o_activity_plan_preview .o_pager_previous").click();
    await contains(button).click();
    await animationFrame();
    expect(requests.at(-1).left_out).toEqual([25]);
    // With what was changed of its steps.
    expect(requests.at(-1).overrides).toEqual({records: {2: {a: {skip: true}}}});
    expect("[data-res-id='2']").toHaveText(/Changed/);
});

test("two records are skipped at once, and saved, while the first one is computed", async () => {
    const onchange = new Deferred();
    Launch._onChanges.plan_left_out = (record) => record;
    onRpc("launch", "onchange", () => onchange);
    onPreview((kwargs) => answerRecords(kwargs, [7, 8]));
    await mount();
    await contains("[data-tab=records]").click();
    await click("[data-res-id='7'] .o_plan_preview_skip");
    await click("[data-res-id='8'] .o_plan_preview_skip");
    // An impatient hand does nothing else.
    await click("[data-res-id='8'] .o_plan_preview_skip");
    onRpc("launch", "web_save", ({args}) => {
        expect.step("web_save");
        expect(args[1].plan_left_out).toEqual({1: [7, 8]});
    });
    await clickSave();
    expect.verifySteps([]);
    onchange.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["web_save"]);
    expect(requests.at(-1).left_out).toEqual([7, 8]);
});

test("a record is skipped as soon as the connection is back", async () => {
    let isLost = true;
    patchWithCleanup(rpc, {
        _rpc(url, ...args) {
            return isLost && url.endsWith("onchange")
                ? Promise.reject(new ConnectionLostError(url))
                : super._rpc(url, ...args);
        },
    });
    Launch._onChanges.plan_left_out = (record) => record;
    onPreview((kwargs) => answerRecords(kwargs, [7, 8]));
    await mount();
    await contains("[data-tab=records]").click();
    await contains("[data-res-id='7'] .o_plan_preview_skip").click();
    expect(".o_activity_plan_preview .alert").toHaveText(/The connection is lost\./);
    await contains(".o_activity_plan_preview .alert button").click();
    expect(".o_activity_plan_preview .alert").toHaveCount(1);
    expect(requests).toHaveLength(1);
    isLost = false;
    await contains(".o_activity_plan_preview .alert button").click();
    await animationFrame();
    expect(".o_activity_plan_preview .alert").toHaveCount(0);
    expect(requests.at(-1).left_out).toEqual([7]);
    expect("[data-res-id='7']").toHaveClass("o_left_out");
});

test("the last one of the last page is included again", async () => {
    const ids = Array.from({length: 21}, (_value, index) => index + 1);
    Launch._records[0].plan_left_out = {1: ids};
    onPreview((kwargs) => answerRecords(kwargs, ids));
    await mount();
    await contains("[data-tab=records]").click();
    await contains("#o_plan_preview_only_skipped").click();
    await contains(".o_activity_plan_preview .o_pager_next").click();
    await contains("[data-res-id='21'] .o_plan_preview_skip").click();
    await animationFrame();
    await animationFrame();
    expect(".o_plan_preview_record").toHaveCount(20);
    expect(".o_activity_plan_preview").toHaveAttribute("aria-busy", "false");
});

test("the button says on how many records", async () => {
    onPreview();
    Launch._records[0] = {...Launch._records[0], is_batch_mode: true, launch_count: 2};
    await mount();
    expect(".o_widget_activity_plan_launch_label").toHaveText("Launch on 2 Records");
    await contains(".o_field_widget[name=launch_count] input").edit("1");
    expect(".o_widget_activity_plan_launch_label").toHaveText("Launch on 1 Record");
    await contains(".o_field_widget[name=is_batch_mode] input").click();
    expect(".o_widget_activity_plan_launch_label").toHaveText("Launch");
});

test("the workload is marked in words, the background is announced", async () => {
    onPreview((kwargs) =>
        answer(kwargs, {
            is_background: true,
            left_out_count: 1,
            load: [
                {
                    user_id: 5,
                    user_name: "Olga",
                    date: "2026-03-10",
                    existing: 19,
                    planned: 2,
                    total: 21,
                    is_overload: true,
                },
            ],
            load_count: 1,
            overload_count: 1,
            record_count: 500,
            selected_count: 501,
        })
    );
    await mount();
    expect(".o_plan_preview_background").toHaveText(
        /on 500 records in the background.*the first 500 selected/
    );
    await contains("[data-tab=load]").click();
    expect("[data-panel=load]").toHaveText(/limit of 20 activities/);
    expect(".o_plan_preview_load tr.o_overload").toHaveText(/Overloaded\s*21/);
});
