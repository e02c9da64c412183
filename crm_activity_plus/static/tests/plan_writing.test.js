// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    animationFrame,
    click,
    edit,
    press,
    queryAllTexts,
    runAllTimers,
} from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {IconPicker} from "@crm_activity_plus/icon_picker/icon_picker.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Plan extends models.Model {
    name = fields.Char();
    domain = fields.Char();
    icon = fields.Char();
    res_model = fields.Char();
    template_ids = fields.One2many({relation: "step", relation_field: "plan_id"});

    _records = [
        {
            id: 1,
            name: "Chase",
            icon: "fa-phone",
            res_model: "plan",
            template_ids: [1, 2],
        },
    ];
}

class Step extends models.Model {
    plan_id = fields.Many2one({relation: "plan"});
    code = fields.Char();
    summary = fields.Char();
    after_codes = fields.Char();
    only_if = fields.Json();
    problems = fields.Json();

    _records = [
        {id: 1, plan_id: 1, code: "call", summary: "First call"},
        {
            id: 2,
            plan_id: 1,
            code: "offer",
            summary: "Send the offer",
            after_codes: "call, gone",
            only_if: {
                outcomes: [{name: "Interested", kind: "success"}],
                condition: "[('name', '=', 'X')]",
                res_model: "plan",
            },
            problems: [{level: "warning", message: "It never starts."}],
        },
    ];

    _views = {
        form: `
            <form>
                <field name="plan_id" invisible="1"/>
                <field name="code" invisible="1"/>
                <field name="problems" widget="plan_step_problems"/>
                <field name="summary"/>
                <field name="after_codes" widget="plan_step_after" placeholder="Starts at launch"/>
            </form>`,
    };
}

defineMailModels();
defineModels([Plan, Step]);
describe.current.tags("desktop");

const FORM = `
    <form>
        <field name="template_ids">
            <list>
                <field name="code" column_invisible="1"/>
                <field name="summary"/>
                <field name="after_codes" column_invisible="1"/>
                <field name="only_if" widget="plan_step_only_if"/>
                <field name="problems" widget="plan_step_problems"/>
            </list>
        </field>
    </form>`;

function mountPlan(arch, options = {}) {
    return mountView({arch, resId: 1, resModel: "plan", type: "form", ...options});
}

test("a line tells outcomes, condition and problems", async () => {
    await mountPlan(FORM);
    const line = ".o_data_row:contains(Send the offer)";
    expect(`${line} .o_plan_step_outcome[data-kind=success]`).toHaveText("Interested");
    expect(`${line} .o_plan_step_condition`).toHaveText("Name = X");
    expect(`${line} .fa-exclamation-triangle.text-warning`).toHaveAttribute(
        "aria-label",
        "It never starts."
    );
    expect(".o_data_row:contains(First call) .fa-exclamation-triangle").toHaveCount(0);
});

test("a step waits for others, saved or not, by mouse and keyboard", async () => {
    onRpc("plan", "web_save", ({args}) => {
        const [[command, , values]] = args[1].template_ids;
        expect.step([command, values.summary, values.after_codes]);
    });
    await mountPlan(FORM);
    await contains(".o_field_x2many_list_row_add a").click();
    await contains(".modal .o_field_widget[name=summary] input").edit("Visit");
    await contains(".modal .o_field_widget[name=after_codes] input").click();
    await animationFrame();
    expect(queryAllTexts(".o-autocomplete--dropdown-item")).toEqual([
        "First call",
        "Send the offer",
    ]);
    await contains(".o-autocomplete--dropdown-item:contains(Send the offer)").click();
    await contains(".modal .o_field_widget[name=after_codes] input").edit("first", {
        confirm: false,
    });
    await runAllTimers();
    await contains(".o-autocomplete--dropdown-item:contains(First call)").click();
    const tags = ".modal .o_field_widget[name=after_codes] .o_tag";
    expect(queryAllTexts(tags)).toEqual(["Send the offer", "First call"]);
    await contains(".modal .o_field_widget[name=after_codes] input").click();
    await press("Backspace");
    await animationFrame();
    expect(queryAllTexts(tags)).toEqual(["Send the offer"]);
    await contains(".modal .o_form_button_save").click();
    await contains(".o_form_button_save").click();
    expect.verifySteps([[0, "Visit", "offer"]]);
});

test("a step that is gone is told, and can be taken away", async () => {
    await mountPlan(FORM);
    await contains(".o_data_row:contains(Send the offer) .o_data_cell").click();
    expect(".modal .o_plan_step_problems.alert-warning").toHaveText("It never starts.");
    expect(queryAllTexts(".modal .o_tag")).toEqual(["First call", "gone"]);
    await contains(".modal .o_tag:contains(gone) .o_delete").click();
    expect(queryAllTexts(".modal .o_tag")).toEqual(["First call"]);
});

test("without a condition it says what that means", async () => {
    await mountPlan(`
        <form>
            <field name="res_model" invisible="1"/>
            <field name="domain" widget="plan_domain" placeholder="Stopped by nothing."
                options="{'model': 'res_model', 'in_dialog': true}"/>
        </form>`);
    expect(".o_plan_domain_empty div").toHaveText("Stopped by nothing.");
    expect(".o_field_widget[name=domain]").not.toHaveText(/all records/);
    await contains(".o_plan_domain_empty button").click();
    expect(".modal .o_domain_selector").toHaveCount(1);
});

test("an icon is chosen by its picture", async () => {
    patchWithCleanup(IconPicker.prototype, {
        setup() {
            super.setup();
            this.icons = ["fa-mobile", "fa-phone", "fa-phone-square", "fa-truck"];
        },
    });
    await mountPlan(`<form><field name="icon" widget="icon_picker"/></form>`);
    const opener = ".o_field_widget[name=icon] .o_icon_picker_open";
    await contains(opener).click();
    expect(".o_icon_picker button").toHaveCount(4);
    expect(".o_icon_picker [data-icon=fa-phone]").toHaveClass("active");
    expect(".o_icon_picker input").toBeFocused();
    await edit("phone squ");
    await animationFrame();
    expect(".o_icon_picker button").toHaveCount(1);
    await press("Enter");
    await animationFrame();
    expect(`${opener} .fa-phone-square`).toHaveCount(1);
    expect(".o_icon_picker").toHaveCount(0);
    await contains(opener).click();
    await press("ArrowDown");
    await press("ArrowRight");
    expect(".o_icon_picker [data-icon=fa-phone]").toBeFocused();
    await click(".o_icon_picker [data-icon=fa-truck]");
    await animationFrame();
    expect(`${opener} .fa-truck`).toHaveCount(1);
    await contains(".o_icon_picker_clear").click();
    expect(opener).toHaveText("Choose an icon");
});
