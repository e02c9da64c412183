// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {
    contains,
    mountWithCleanup,
    mockService,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {PlanGallery} from "@crm_activity_plus/plan_gallery/plan_gallery.esm";

defineMailModels();

const STEP = {name: "Call", type: "Call", icon: "fa-phone"};
const PLANS = [
    {
        code: "first",
        name: "First contact",
        summary: "For new leads.",
        step_count: 3,
        columns: [[STEP], [STEP, {...STEP, name: "Write"}]],
        is_here: false,
    },
    {
        code: "lost",
        name: "Lost customer",
        summary: "To win them back.",
        step_count: 1,
        columns: [[STEP]],
        is_here: true,
    },
];

test("a ready-made plan is shown, made once, and opened", async () => {
    onRpc("mail.activity.plan", "get_ready_made", () => PLANS);
    onRpc("mail.activity.plan", "create_ready_made", ({args}) => {
        expect.step(args[0]);
        return {plan_ids: [7], entries: []};
    });
    mockService("action", {
        doAction: (action) => expect.step(`${action.res_model} ${action.res_id}`),
    });
    await mountWithCleanup(PlanGallery, {props: {action: {}, actionId: 1}});
    expect(queryAllTexts(".o_plan_gallery_card .fw-bold")).toEqual([
        "First contact",
        "Lost customer",
    ]);
    expect(".o_plan_gallery_card[data-code=first] .o_plan_gallery_step").toHaveCount(3);
    expect(
        ".o_plan_gallery_card[data-code=first] .o_plan_gallery_picture"
    ).toHaveAttribute("aria-label", "Call, Call, Write");
    expect(".o_plan_gallery_card .badge").toHaveCount(1);
    await contains(".o_plan_gallery_card[data-code=lost]").focus();
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["lost", "mail.activity.plan 7"]);
});
