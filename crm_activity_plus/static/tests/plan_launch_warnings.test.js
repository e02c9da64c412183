// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    contains,
    defineModels,
    fields,
    getService,
    makeMockEnv,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {WebClient} from "@web/webclient/webclient";

const WARNING = ".o_plan_preview_warning";
const VACANT = {
    key: "vacant",
    text: "2 leads have no salesperson: “Call” can't be assigned.",
    res_ids: [7, 8],
    steps: ["a", "b"],
    is_skipped: true,
    can_assign: true,
};
const PAST = {
    key: "past",
    text: "The plan date puts “Call” into the past. Choose a later plan date.",
    res_ids: [7, 8, 9],
    steps: ["a"],
    is_skipped: false,
    can_assign: false,
};

class Plan extends models.Model {
    _name = "mail.activity.plan";
    name = fields.Char();
    _records = [{id: 1, name: "First Plan"}];
}

class Launch extends models.Model {
    _name = "launch";
    plan_id = fields.Many2one({relation: "mail.activity.plan"});
    plan_date = fields.Date();
    plan_on_demand_user_id = fields.Many2one({relation: "res.users"});
    plan_overrides = fields.Json();
    plan_left_out = fields.Json();
    res_ids = fields.Text();
    _records = [{id: 1, plan_id: 1, plan_date: "2026-03-10", res_ids: "[7, 8, 9]"}];
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Plan, Launch]);

let requests = [];

/** The server's answer; nothing is wrong where a person has seen to it. */
function answer(kwargs) {
    const isSolved = Boolean(kwargs.left_out?.length || kwargs.overrides?.records);
    const shown = kwargs.warning === "vacant" ? [7, 8] : [7, 8, 9];
    return {
        error: false,
        daily_limit: 20,
        is_background: false,
        left_out_count: kwargs.left_out?.length || 0,
        load: [],
        load_count: 0,
        overload_count: 0,
        record_count: 3,
        records: shown.map((id) => ({
            res_id: id,
            display_name: `Lead ${id}`,
            is_left_out: kwargs.left_out?.includes(id) || false,
            skip_reason: false,
            steps: [],
        })),
        row_count: shown.length,
        selected_count: 3,
        skipped_count: isSolved ? 0 : 2,
        steps: [],
        warnings: isSolved ? [PAST] : [VACANT, PAST],
    };
}

async function mount() {
    requests = [];
    onRpc("mail.activity.schedule", "preview_launch", ({kwargs}) => {
        requests.push(kwargs);
        return answer(kwargs);
    });
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
                <field name="plan_left_out" invisible="1"/>
                <field name="res_ids"/>
                <widget name="activity_plan_preview"/>
            </form>`,
    });
    await animationFrame();
}

test("a warning shows its records, and all of them again", async () => {
    await mount();
    expect(WARNING).toHaveCount(2);
    expect(`${WARNING}:first`).toHaveText(/2 leads have no salesperson/);
    await contains(`${WARNING}:first .alert-link`).click();
    await animationFrame();
    expect(requests.at(-1).warning).toBe("vacant");
    expect(".o_plan_preview_record").toHaveCount(2);
    expect(".o_plan_preview_filter").toHaveText(/2 leads have no salesperson/);
    await contains(".o_plan_preview_filter button").click();
    await animationFrame();
    expect(requests.at(-1).warning).toBe(undefined);
    expect(".o_plan_preview_record").toHaveCount(3);
});

test("its records are left out with one click", async () => {
    await mount();
    expect(".o_plan_preview_leave_out").toHaveCount(1, {message: "not for a date"});
    await contains(`${WARNING}:first .alert-link`).click();
    await contains(".o_plan_preview_leave_out").click();
    await animationFrame();
    await animationFrame();
    expect(requests.at(-1).left_out).toEqual([7, 8]);
    expect(requests.at(-1).warning).toBe(undefined, {
        message: "there is nothing left to warn about",
    });
    expect(WARNING).toHaveCount(1);
});

test("somebody is chosen for its steps", async () => {
    await mount();
    expect(".o_plan_preview_choose_user").toHaveCount(1, {message: "not for a date"});
    await contains(".o_plan_preview_choose_user").click();
    await contains(".o_plan_preview_assign input").click();
    await contains(".o_plan_preview_assign .dropdown-item:first").click();
    await animationFrame();
    const {records} = requests.at(-1).overrides;
    expect(Object.keys(records)).toEqual(["7", "8"]);
    expect(Object.keys(records[7])).toEqual(["a", "b"]);
    expect(records[7].a.user_id).toBe(records[8].b.user_id);
    expect(WARNING).toHaveCount(1);
});

test("a launch is taken back from the message about it", async () => {
    onRpc("mail.activity.plan.launch", "action_undo", ({args}) => {
        expect.step(`undo ${args[0]}`);
        return {type: "ir.actions.client", tag: "soft_reload"};
    });
    await makeMockEnv();
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.launched",
        params: {
            launch_id: 5,
            message: "“Tour” was launched on 2 leads.",
            type: "success",
            next: {type: "ir.actions.act_window_close"},
        },
    });
    await animationFrame();
    expect(".o_notification").toHaveText(/launched on 2 leads/);
    await contains(".o_notification button:contains(Undo)").click();
    await animationFrame();
    expect.verifySteps(["undo 5"]);
    expect(".o_notification:contains(launched)").toHaveCount(0);
});
