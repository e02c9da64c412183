// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {contains, mountView, onRpc} from "@web/../tests/web_test_helpers";
import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {defineActivityModels} from "./activity_test_helpers.esm";
import {startServer} from "@mail/../tests/mail_test_helpers";

const OUTCOMES = [{id: 11, name: "Interested", code: "interested", kind: "success"}];
const PREVIEW = [
    {outcome_id: false, note: false, steps: []},
    {outcome_id: 11, note: "The plan “Tour” ends.", steps: []},
];

describe.current.tags("desktop");
defineActivityModels();
beforeEach(() => {
    mockDate("2026-03-11 09:00:00", +0);
    onRpc("mail.activity", "preview_complete", () => PREVIEW);
});

async function openList(values = {}) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({});
    const activityId = pyEnv["mail.activity"].create({
        can_write: true,
        date_deadline: "2026-03-13",
        outcomes: OUTCOMES,
        res_id: partnerId,
        res_model: "res.partner",
        summary: "Call them",
        ...values,
    });
    await mountView({
        type: "list",
        resModel: "mail.activity",
        arch: `
            <list js_class="activity_my_list" delete="0">
                <header>
                    <button name="41" type="action" string="Cancel"/>
                </header>
                <field name="summary"/>
                <field name="date_deadline" widget="activity_due"/>
                <field name="status"/>
                <widget name="mail_activity_list_reschedule_dropdown"/>
                <button name="action_ask_outcome" type="object" string="Mark Done"/>
            </list>`,
        actionMenus: {
            action: [
                {id: 41, name: "Cancel Activities"},
                {id: 42, name: "Something Else"},
            ],
        },
    });
    return activityId;
}

test("Mark Done asks by a button for each outcome, which says what follows", async () => {
    onRpc("mail.activity", "complete", ({args, kwargs}) => {
        expect.step(`complete ${args[0]} ${kwargs.outcome}`);
        return [];
    });
    const activityId = await openList();
    await contains("button[name='action_ask_outcome']").click();
    await contains(".modal [data-outcome='interested']").hover();
    await animationFrame();
    expect(".modal-title").toHaveText("Mark Done: Call them");
    expect(".modal .o_activity_next").toHaveText("The plan “Tour” ends.");
    onRpc("mail.activity", "web_search_read", () => expect.step("reload"));
    await contains(".modal [data-outcome='interested']").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([`complete ${activityId} 11`, "reload"]);
});

test("one that is due", async () => {
    await openList();
    expect(".o_data_row [name='date_deadline']").toHaveText("In 2 days");
});

test("one that is due in another month", async () => {
    mockDate("2026-03-31 09:00:00", +0);
    await openList({date_deadline: "2026-04-01"});
    expect(".o_data_row [name='date_deadline']").toHaveText("Tomorrow");
});

test("one that is due next week, in another month", async () => {
    mockDate("2026-03-28 09:00:00", +0);
    await openList({date_deadline: "2026-04-03"});
    expect(".o_data_row [name='date_deadline']").toHaveText("In 6 days");
});

test("one that is overdue is called so, as everywhere else", async () => {
    await openList({date_deadline: "2026-03-10"});
    expect(".o_data_row [name='date_deadline']").toHaveText("1 day overdue");
    expect(".o_data_row [name='date_deadline'] .text-danger").toHaveCount(1);
    expect(".o_data_row .o_dropdown_title").toHaveText("Reschedule");
    // The icon says it; the customers need the room.
    expect(".o_data_row .o_dropdown_title").not.toBeVisible();
});

test("one that is closed isn't overdue", async () => {
    await openList({date_deadline: "2026-03-10", status: "done"});
    expect(".o_data_row [name='date_deadline']").toHaveText("Mar 10");
    expect(".o_data_row [name='date_deadline'] .text-danger").toHaveCount(0);
});

test("one on hold says until when, and gets no other date", async () => {
    await openList({status: "on_hold", on_hold_until: "2026-04-01"});
    expect(".o_data_row .o_dropdown_title").toHaveCount(0);
    expect(".o_activity_due_hold").toHaveText("Until Apr 1");
    expect(".o_activity_due_hold").toHaveAttribute("title", "On hold until Apr 1");
});

test("one on hold without a date", async () => {
    await openList({status: "on_hold"});
    expect(".o_activity_due_hold").toHaveText("No date");
});

test("one of a paused plan", async () => {
    await openList({
        status: "on_hold",
        held_by_pause: true,
        plan_paused_until: "2026-04-01",
    });
    expect(".o_activity_due_hold").toHaveText("Until Apr 1");
    expect(".o_activity_due_hold").toHaveAttribute(
        "title",
        "On hold until the plan resumes on Apr 1"
    );
});

test("what the bar offers isn't in its menu again", async () => {
    await openList();
    await contains(".o_list_record_selector input:first").click();
    await contains(".o_cp_action_menus .dropdown-toggle").click();
    expect(".o-dropdown--menu .dropdown-item:contains('Cancel')").toHaveCount(0);
    expect(".o-dropdown--menu .dropdown-item:contains('Delete')").toHaveCount(0);
    expect(".o-dropdown--menu .dropdown-item:contains('Something Else')").toHaveCount(
        1
    );
});
