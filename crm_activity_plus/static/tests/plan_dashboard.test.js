// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {click, press, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {
    contains,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {PlanDashboard} from "@crm_activity_plus/plan_dashboard/plan_dashboard.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {getDefaultConfig} from "@web/views/view";
import {user} from "@web/core/user";

describe.current.tags("desktop");
defineMailModels();

const ANNA = {id: 3, name: "Anna"};
const EMPTY = {rows: [], overdue: 0, today: 0, total: 0, days: [], currency_id: 1};
const DAYS = ["2019-03-11", "2019-03-12", "2019-03-13"];

const DATA = {
    get_overdue_by_user: {
        ...EMPTY,
        overdue: 5,
        overdue_domain: [["all", "=", 1]],
        rows: [
            {
                user: ANNA,
                overdue: 4,
                oldest: "2019-03-01",
                today: 2,
                overdue_domain: [["late", "=", 3]],
                today_domain: [["today", "=", 3]],
            },
            {
                user: false,
                overdue: 1,
                oldest: "2019-03-10",
                today: 0,
                overdue_domain: [["late", "=", false]],
                today_domain: [],
            },
        ],
    },
    get_stuck_steps: {
        ...EMPTY,
        overdue: 7,
        rows: [
            {
                plan: {id: 1, name: "First Contact"},
                code: "call",
                summary: "Call",
                overdue: 7,
                oldest: "2019-03-09",
                open: 9,
                domain: [["open", "=", 1]],
                overdue_domain: [["overdue", "=", 1]],
            },
        ],
    },
    get_missing_next_step_by_user: {
        ...EMPTY,
        total: 6,
        domain: [["missing", "=", 1]],
        rows: [{user: ANNA, count: 6, domain: [["missing", "=", 3]]}],
    },
    get_workload: {
        ...EMPTY,
        days: DAYS,
        total: 6,
        rows: [
            {user: ANNA, counts: [4, 0, 1], total: 5, domain: [["user", "=", 3]]},
            {user: false, counts: [0, 0, 1], total: 1, domain: [["user", "=", false]]},
        ],
    },
    get_plan_comparison: {
        ...EMPTY,
        rows: [
            {
                plan: {id: 1, name: "First Contact"},
                left_out: 2,
                with_plan: makeSide(10, 5, 0.5, [["with", "=", 1]]),
                without_plan: makeSide(20, 4, 0.22, [["without", "=", 1]]),
            },
            {
                plan: {id: 2, name: "Quotation"},
                left_out: 3,
                with_plan: makeSide(0, 0, null, []),
                without_plan: makeSide(0, 0, null, []),
            },
        ],
    },
};

function makeSide(leads, won, rate, domain) {
    const revenue_per_lead = rate === null ? null : 100;
    const won_domain = [...domain, ["won", "=", 1]];
    return {leads, won, rate, revenue: 0, revenue_per_lead, domain, won_domain};
}

/** Open it on a server that gives these answers, and has these teams. */
async function openDashboard({answers = DATA, state, teams = []} = {}) {
    mockDate("2019-03-11 12:00:00");
    onRpc("crm.team", "search_read", () => teams);
    for (const name of Object.keys(DATA)) {
        onRpc(name, ({kwargs}) => {
            expect.step(`${name} ${JSON.stringify(kwargs.team_ids)}`);
            return answers[name];
        });
    }
    mockService("action", {
        loadAction: (xmlId) => ({
            res_model: xmlId,
            views: [
                [1, "list"],
                [2, "kanban"],
            ],
            search_view_id: false,
        }),
        doAction({name, res_model, domain, views}) {
            expect.step(
                `${res_model.split(".")[1]}: ${name} ${JSON.stringify(domain)}`
            );
            expect(views[0][1]).toBe("list");
        },
    });
    await mountWithCleanup(PlanDashboard, {
        props: {action: {}, actionId: 1, state, updateActionState: () => true},
        componentEnv: {config: getDefaultConfig()},
    });
    await animationFrame();
}

/** What was asked of the server at the beginning is asked for all teams. */
function verifyLoaded(teamIds = "[]") {
    expect.verifySteps(
        Object.keys(DATA).map((name) => `${name} ${teamIds}`),
        {
            ignoreOrder: true,
        }
    );
}

function getTexts(panel, cells = "tbody td") {
    return queryAllTexts(`[data-panel=${panel}] ${cells}`);
}

test("what is late, stuck, forgotten and coming, with numbers in all cells", async () => {
    await openDashboard();
    verifyLoaded();
    expect(getTexts("overdue", "tbody th")).toEqual(["Anna", "Nobody"]);
    expect(getTexts("overdue")).toEqual(
        ["4", "10 days overdue", "2"].concat(["1", "1 day overdue", "0"])
    );
    expect(getTexts("stuck")).toEqual(["7", "2 days overdue", "9"]);
    expect(getTexts("missing")).toEqual(["6"]);
    expect(getTexts("workload")).toEqual(["4", "", "1", "5", "", "", "1", "1"]);
    expect("[data-total=overdue]").toHaveText("5");
    expect(".o_plan_dashboard_note").toHaveText(/This is not an experiment/);
    expect(
        getTexts("comparison", "tr[data-plan='1'] .o_plan_dashboard_difference")
    ).toEqual(["+28 points"]);
    expect(
        getTexts("comparison", "tr[data-plan='2'] .o_plan_dashboard_difference")
    ).toEqual(["–"]);
});

test("each number opens what it counts", async () => {
    await openDashboard();
    verifyLoaded();
    for (const [selector, step] of [
        ["[data-total=overdue]", 'mail_activity_my_action: Overdue [["all","=",1]]'],
        [
            "[data-panel=overdue] tbody [data-column=overdue]:first",
            'mail_activity_my_action: Anna – Overdue [["late","=",3]]',
        ],
        [
            "[data-panel=overdue] tbody [data-column=today]:first",
            'mail_activity_my_action: Anna – Today [["today","=",3]]',
        ],
        [
            "[data-panel=stuck] tbody [data-column=overdue]",
            'mail_activity_plan_report_action: Call – Overdue [["overdue","=",1]]',
        ],
        [
            "[data-panel=missing] tbody [data-column=count]",
            'crm_lead_action_no_next_step: Anna [["missing","=",3]]',
        ],
        [
            "[data-panel=comparison] [data-column=without_plan_won]:first",
            'crm_lead_action_pipeline: First Contact [["without","=",1],["won","=",1]]',
        ],
        [
            "[data-cell='0,2']",
            'mail_activity_my_action: Anna – Wed, Mar 13 [["user","=",3],["date_deadline","=","2019-03-13"]]',
        ],
        [
            "[data-panel=workload] [data-column=total]:first",
            'mail_activity_my_action: Anna [["user","=",3]]',
        ],
    ]) {
        await click(selector);
        await animationFrame();
        expect.verifySteps([step]);
    }
});

test("arrows lead from cell to cell, Tab to one of them", async () => {
    await openDashboard();
    verifyLoaded();
    expect("[data-cell][tabindex='0']").toHaveCount(1);
    queryOne("[data-cell='0,0']").focus();
    await press("ArrowRight");
    await animationFrame();
    expect("[data-cell='0,2']").toBeFocused();
    expect("[data-cell='0,2']").toHaveAttribute("tabindex", "0");
    expect("[data-cell='0,2']").toHaveAttribute(
        "aria-label",
        "Anna, Wed, Mar 13: 1 due"
    );
    await press("ArrowDown");
    expect("[data-cell='1,2']").toBeFocused();
    await press("ArrowLeft");
    expect("[data-cell='1,2']").toBeFocused();
});

test("it begins with the teams that one leads, and remembers another choice", async () => {
    const teams = [
        {id: 5, name: "Direct Sales", user_id: [user.userId, "Me"]},
        {id: 6, name: "Web", user_id: false},
    ];
    await openDashboard({teams});
    verifyLoaded("[5]");
    expect(".o_plan_dashboard_team").toHaveText("My Teams");
    await contains(".o_plan_dashboard_team").click();
    await contains(".dropdown-item:contains(Web)").click();
    await animationFrame();
    verifyLoaded("[6]");
    await contains(".o_plan_dashboard_refresh").click();
    await animationFrame();
    verifyLoaded("[6]");
    await contains(".o_plan_dashboard_period").click();
    await contains(".dropdown-item:contains(3 months)").click();
    await animationFrame();
    expect.verifySteps(["get_plan_comparison [6]"]);
});

test("where there is nothing, it says what to do", async () => {
    const answers = Object.fromEntries(Object.keys(DATA).map((name) => [name, EMPTY]));
    await openDashboard({answers});
    verifyLoaded();
    expect(".o_plan_dashboard_empty").toHaveCount(5);
    expect("[data-panel=overdue] .o_plan_dashboard_empty").toHaveText(
        /Nothing is overdue/
    );
    expect("[data-panel] table").toHaveCount(0);
    expect("[data-total]").toHaveCount(0);
});

test("long lists show ten, and the others on demand", async () => {
    const rows = [...Array(13).keys()].map((id) => ({
        user: {id: id + 1, name: `User ${id}`},
        count: 1,
        domain: [],
    }));
    const missing = {...EMPTY, total: 13, rows};
    await openDashboard({answers: {...DATA, get_missing_next_step_by_user: missing}});
    verifyLoaded();
    expect("[data-panel=missing] tbody tr").toHaveCount(10);
    await contains("[data-panel=missing] .o_plan_dashboard_more").click();
    expect("[data-panel=missing] tbody tr").toHaveCount(13);
});
