// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {defineModels, fields, models, mountView} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mockDate} from "@odoo/hoot-mock";

class Lead extends models.Model {
    name = fields.Char();
    next_step_date = fields.Date();
    next_step_name = fields.Char();
    plan_progress = fields.Float();
    plan_state = fields.Selection({
        selection: [
            ["running", "Running"],
            ["paused", "Paused"],
        ],
    });
    plan_progress_text = fields.Char();
    plan_step_count = fields.Integer();

    _records = [
        {id: 1, name: "No plan"},
        {
            id: 2,
            name: "In progress",
            next_step_date: "2026-03-13",
            next_step_name: "Call back",
            plan_progress: 40,
            plan_state: "running",
            plan_progress_text: "2 done, 1 failed of 5",
            plan_step_count: 5,
        },
        {
            id: 3,
            name: "Interrupted",
            plan_progress: 0,
            plan_state: "paused",
            plan_progress_text: "0 done of 3",
            plan_step_count: 3,
        },
    ];

    _views = {
        list: `
            <list>
                <field name="name"/>
                <field name="plan_progress" widget="plan_progress"/>
                <field name="next_step_name" widget="next_step"/>
            </list>`,
    };
}

defineMailModels();
defineModels([Lead]);
describe.current.tags("desktop");
beforeEach(() => mockDate("2026-03-11 09:00:00", +0));

const row = (name) => `.o_data_row:contains(${name})`;

async function expectDate(date, text, color) {
    Lead._records[1].next_step_date = date;
    await mountView({type: "list", resModel: "lead"});
    expect(".o_next_step_date").toHaveText(text);
    expect(".o_next_step_date").toHaveClass(color);
}

test("no plan, nothing to see", async () => {
    await mountView({type: "list", resModel: "lead"});
    expect(`${row("No plan")} .o_plan_progress`).toHaveCount(0);
    expect(`${row("No plan")} .o_next_step`).toHaveCount(0);
});

test("a running plan", async () => {
    await mountView({type: "list", resModel: "lead"});
    expect(`${row("In progress")} .o_plan_progress`).toHaveText(
        "2 done, 1 failed of 5"
    );
    const bar = `${row("In progress")} [role='progressbar']`;
    expect(bar).toHaveAttribute("aria-valuenow", "40");
    expect(bar).toHaveAttribute("aria-label", "Plan: 2 done, 1 failed of 5");
    expect(`${row("In progress")} .o_next_step`).toHaveText(/Call back.*Mar 13/s);
});

test("a paused plan", async () => {
    await mountView({type: "list", resModel: "lead"});
    expect(`${row("Interrupted")} .o_plan_progress`).toHaveText(/Paused.*0 done of 3/s);
    expect(`${row("Interrupted")} [role='progressbar']`).toHaveAttribute(
        "aria-label",
        "Plan paused: 0 done of 3"
    );
});

test("days overdue, in words", () =>
    expectDate("2026-03-08", "3 days overdue", "text-danger"));
test("overdue since yesterday", () =>
    expectDate("2026-03-10", "1 day overdue", "text-danger"));
test("today", () => expectDate("2026-03-11", "Today", "text-warning"));
test("tomorrow", () => expectDate("2026-03-12", "Tomorrow", "text-muted"));
test("later", () => expectDate("2026-04-12", "Apr 12", "text-muted"));
test("next year", () => expectDate("2027-04-12", "Apr 12, 2027", "text-muted"));

test("a step without a date", async () => {
    Lead._records[1].next_step_date = false;
    await mountView({type: "list", resModel: "lead"});
    expect(".o_next_step").toHaveText("Call back");
    expect(".o_next_step_date").toHaveCount(0);
});
