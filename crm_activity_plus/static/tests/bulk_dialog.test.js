// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {WebClient} from "@web/webclient/webclient";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const SELECTED = ".o_data_row_selected";

class Plan extends models.Model {
    _name = "plan";

    name = fields.Char();

    _records = [
        {id: 1, name: "One"},
        {id: 2, name: "Two"},
        {id: 3, name: "Three"},
    ];
    _views = {
        list: `
            <list>
                <header><button name="8" type="action" string="Stop"/></header>
                <field name="name"/>
            </list>`,
    };
}

class Wizard extends models.Model {
    _name = "wizard";

    state = fields.Char({default: "ask"});

    _views = {
        form: `
            <form js_class="activity_bulk_form">
                <field name="state"/>
                <footer>
                    <button name="apply" type="object" string="Apply"/>
                    <button special="cancel" string="Discard"/>
                </footer>
            </form>`,
    };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Plan, Wizard]);
defineActions([
    {id: 7, name: "Plans", res_model: "plan", views: [[false, "list"]]},
    {
        id: 8,
        name: "Stop Plans",
        res_model: "wizard",
        target: "new",
        views: [[false, "form"]],
    },
]);

async function openDialog() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction(7);
    await contains(".o_data_row:eq(0) .o_list_record_selector input").click();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    expect(SELECTED).toHaveCount(2);
    onRpc("plan", "web_search_read", () => expect.step("reload"));
    await contains(".o_control_panel button:contains('Stop')").click();
    expect(".modal").toHaveCount(1);
}

test("what is selected stays so where nothing is done", async () => {
    await openDialog();
    await contains(".modal button:contains('Discard')").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(SELECTED).toHaveCount(2);
    expect.verifySteps([]);
});

test("also where the pop-up is closed", async () => {
    await openDialog();
    await contains(".modal .btn-close").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(SELECTED).toHaveCount(2);
    expect.verifySteps([]);
});

test("what was done is shown", async () => {
    onRpc("wizard", "apply", () => ({type: "ir.actions.act_window_close"}));
    await openDialog();
    await contains(".modal button:contains('Apply')").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(SELECTED).toHaveCount(0);
    expect.verifySteps(["reload"]);
});

test("also where the pop-up tells of it first", async () => {
    onRpc("wizard", "apply", function ({args}) {
        this.env.wizard.write(args[0], {state: "report"});
        return {
            type: "ir.actions.act_window",
            name: "What Could Not Be Done",
            res_model: "wizard",
            res_id: args[0][0],
            target: "new",
            views: [[false, "form"]],
        };
    });
    await openDialog();
    await contains(".modal button:contains('Apply')").click();
    await animationFrame();
    expect(".modal-title").toHaveText("What Could Not Be Done");
    await contains(".modal button:contains('Discard')").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps(["reload"]);
});
