// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {contains, makeMockEnv, mountWithCleanup} from "@web/../tests/web_test_helpers";
import {PauseDialog} from "@crm_activity_plus/run_timeline/pause_dialog.esm";
import {RunTimelineRun} from "@crm_activity_plus/run_timeline/run_timeline_run.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

const PAUSED = {
    id: 7,
    name: "Qualification",
    actions: ["resume", "stop", "restart"],
    changed_by: {id: 5, name: "Olga"},
    date_paused: "2026-03-09 10:30:00",
    pause_reason: false,
    paused_until: false,
    plan_date: "2026-03-02",
    progress: 0,
    state: "paused",
    steps: [],
};

describe.current.tags("desktop");
defineMailModels();
beforeEach(() => mockDate("2026-03-11 09:00:00", +0));

async function askUntilWhen({isDone = true, ...props} = {}) {
    await makeMockEnv({dialogData: {isActive: true, close: () => true}});
    await mountWithCleanup(PauseDialog, {
        props: {
            close: () => expect.step("closed"),
            confirm: (until, reason) => {
                expect.step(`${until} ${reason}`);
                return isDone;
            },
            plan: "Qualification",
            ...props,
        },
    });
}

async function showRun(values) {
    await mountWithCleanup(RunTimelineRun, {
        props: {
            run: {...PAUSED, ...values},
            isAlone: true,
            isBusy: false,
            isCollapsed: false,
            onAction: (action) => expect.step(action),
            onStepAction: () => true,
            onToggle: () => true,
        },
    });
}

test("a shortcut and a reason", async () => {
    await askUntilWhen();
    expect(".modal-title").toHaveText("Pause “Qualification”");
    expect("[data-day='other']").toHaveText("Pause");
    await contains("input[name='reason']").edit(" On holiday ");
    await contains("[data-day='tomorrow']").click();
    expect.verifySteps(["2026-03-12 On holiday", "closed"]);
});

test("until somebody resumes it", async () => {
    await askUntilWhen();
    await contains("[data-day='open']").click();
    expect.verifySteps(["false false", "closed"]);
});

test("a paused plan is given a date, and nothing else", async () => {
    await askUntilWhen({isPaused: true});
    expect(".modal-title").toHaveText(
        "Set the date until which “Qualification” is paused"
    );
    expect("[data-day='other']").toHaveText("Set Date");
    expect("[data-day='tomorrow']").toHaveCount(1);
    expect("[data-day='open']").toHaveCount(0);
});

test("where it wasn't done, the pop-up stays with what was typed", async () => {
    await askUntilWhen({isDone: false});
    await contains("input[name='reason']").edit("On holiday");
    await contains("[data-day='tomorrow']").click();
    await animationFrame();
    expect.verifySteps(["2026-03-12 On holiday"]);
    expect("input[name='reason']").toHaveValue("On holiday");
    expect("[data-day='tomorrow']").toBeEnabled();
});

test("a paused plan says until when, and why", async () => {
    await showRun({paused_until: "2026-04-01", pause_reason: "On holiday"});
    expect(".o_run_timeline_pause").toHaveText("Resumes on Apr 1 – On holiday");
    expect("button[name='action_postpone']").toHaveText("Change Date");
    await contains("button[name='action_postpone']").click();
    expect.verifySteps(["postpone"]);
});

test("a plan that is paused without a date says so", async () => {
    await showRun({});
    expect(".o_run_timeline_pause").toHaveText("No date on which it resumes");
    expect("button[name='action_postpone']").toHaveText("Set Date");
});

test("a running plan is paused, not postponed", async () => {
    await showRun({state: "running", actions: ["pause", "stop"]});
    expect(".o_run_timeline_pause").toHaveCount(0);
    expect("button[name='action_postpone']").toHaveCount(0);
    expect("button[name='action_pause']").toHaveCount(1);
});
