// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {describe, expect, test} from "@odoo/hoot";
import {DesignerKit} from "@crm_activity_plus/plan_designer/designer_kit.esm";
import {PlanDrawing} from "@crm_activity_plus/plan_designer/plan_drawing.esm";
import {PlanReading} from "@crm_activity_plus/plan_designer/plan_reading.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";
import {queryAllTexts} from "@odoo/hoot-dom";

defineMailModels();
describe.current.tags("desktop");

test("where there is no room, a plan is read from top to bottom", async () => {
    const step = {type: "call", kind: "activity", delay_from: "after_plan_date"};
    const graph = {
        version: 1,
        steps: [
            {...step, code: "b", summary: "Then", delay_count: 1, delay_unit: "days"},
            {...step, code: "a", summary: "First"},
        ],
        links: [{from: "a", to: "b", outcomes: ["keen"]}],
    };
    const drawing = new PlanDrawing(graph);
    drawing.setKit(
        new DesignerKit(
            {
                types: [{code: "call", name: "Call", icon: "fa-phone"}],
                kinds: [],
                outcomes: [{code: "keen", name: "Keen", kind: "success", types: []}],
                fields: {},
            },
            {}
        )
    );
    const problems = {b: [{level: "error", message: "Choose another outcome."}]};
    await mountWithCleanup(PlanReading, {
        props: {drawing, problems, users: new Map()},
    });
    expect(queryAllTexts(".o_plan_reading_step .fw-bold")).toEqual(["First", "Then"]);
    expect(".o_plan_reading_step:eq(1)").toHaveText(/After First/);
    expect(".o_plan_reading_step:eq(1)").toHaveText(/1 day after the plan date/);
    expect(".o_plan_outcome[data-kind=success]").toHaveText("Keen");
    expect(".o_plan_reading_step:eq(1) .text-danger").toHaveText(
        "Choose another outcome."
    );
});
