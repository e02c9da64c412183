// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    describePastAttempt,
    describeRun,
    describeStep,
    describeStopReason,
    isOverdue,
} from "@crm_activity_plus/run_timeline/describe_step.esm";
import {allowTranslations} from "@web/../tests/web_test_helpers";
import {describeAttempt} from "@crm_activity_plus/activity/describe_activity.esm";
import {mockDate} from "@odoo/hoot-mock";

describe.current.tags("headless");
beforeEach(() => {
    allowTranslations();
    mockDate("2026-03-11 09:00:00", +0);
});

const STEP = {
    action_type: "activity",
    after: [],
    after_mode: "all",
    after_outcomes: [],
    attempt: 1,
    date_deadline: "2026-03-13",
    date_done: false,
    date_due: false,
    done_by: false,
    held_by_pause: false,
    max_attempts: 0,
    on_hold_until: false,
    state: "scheduled",
    status: "new",
};
const OLGA = {id: 5, name: "Olga"};

const describeWith = (values) => String(describeStep({...STEP, ...values}));

// Some versions of the browser write a narrow space before AM and PM.
const clean = (text) => String(text).replaceAll("\u202f", " ");

test("scheduled", () => {
    expect(describeWith({})).toBe("Due Mar 13");
    expect(describeWith({date_deadline: "2026-03-07"})).toBe(
        "4 days overdue, since Mar 7"
    );
    expect(describeWith({date_deadline: false})).toBe("No due date");
    expect(describeWith({status: "on_hold"})).toBe("On hold");
    expect(describeWith({status: "on_hold", on_hold_until: "2026-04-01"})).toBe(
        "On hold until Apr 1"
    );
    const paused = {status: "on_hold", held_by_pause: true};
    expect(describeWith(paused)).toBe("On hold until the plan is resumed");
    expect(describeWith({...paused, plan_paused_until: "2026-04-01"})).toBe(
        "On hold until the plan resumes on Apr 1"
    );
});

test("what runs automatically", () => {
    const email = {action_type: "email"};
    expect(describeWith(email)).toBe("Runs automatically");
    expect(describeWith({...email, held_by_pause: true, status: false})).toBe(
        "On hold until the plan is resumed"
    );
    expect(clean(describeWith({...email, date_due: "2026-03-13 08:00:00"}))).toBe(
        "Runs automatically on Mar 13, 8:00 AM"
    );
});

test("overdue", () => {
    expect(isOverdue({...STEP, date_deadline: "2026-03-10"})).toBe(true);
    expect(isOverdue({...STEP, date_deadline: "2026-03-11"})).toBe(false);
    expect(isOverdue({...STEP, date_deadline: false})).toBe(false);
    expect(isOverdue({...STEP, date_deadline: "2026-03-10", state: "done"})).toBe(
        false
    );
    expect(isOverdue({...STEP, date_deadline: "2026-03-10", status: "on_hold"})).toBe(
        false
    );
});

test("waiting", () => {
    const waiting = {state: "waiting", date_deadline: false};
    expect(describeWith(waiting)).toBe("Waiting");
    expect(describeWith({...waiting, after: ["Call"]})).toBe("After “Call”");
    expect(describeWith({...waiting, after: ["Call", "Write"]})).toBe(
        "After “Call” and “Write”"
    );
    expect(
        describeWith({...waiting, after: ["Call", "Write"], after_mode: "any"})
    ).toBe("After “Call” or “Write”");
    expect(
        describeWith({
            ...waiting,
            after: ["Call"],
            after_outcomes: ["No Answer", "Busy"],
            date_deadline: "2026-03-16",
        })
    ).toBe(
        "After “Call”, only if the outcome is “No Answer” or “Busy”. Expected Mar 16"
    );
});

test("closed", () => {
    const closed = {date_done: "2026-03-09 10:30:00", done_by: OLGA};
    const by = (state) => clean(describeWith({...closed, state}));
    expect(by("done")).toBe("Marked done by Olga on Mar 9, 10:30 AM");
    expect(by("skipped")).toBe("Skipped by Olga on Mar 9, 10:30 AM");
    expect(by("cancelled")).toBe("Cancelled by Olga on Mar 9, 10:30 AM");
    expect(by("failed")).toBe("Failed on Mar 9, 10:30 AM");
    const alone = (state) => clean(describeWith({...closed, done_by: false, state}));
    expect(alone("done")).toBe("Done automatically on Mar 9, 10:30 AM");
    expect(alone("skipped")).toBe("Skipped on Mar 9, 10:30 AM");
    expect(alone("cancelled")).toBe("Cancelled on Mar 9, 10:30 AM");
    expect(alone("failed")).toBe("Failed on Mar 9, 10:30 AM");
});

test("attempts", () => {
    expect(describeAttempt(STEP)).toBe("");
    expect(String(describeAttempt({...STEP, attempt: 2}))).toBe("Attempt 2");
    expect(String(describeAttempt({...STEP, attempt: 2, max_attempts: 4}))).toBe(
        "Attempt 2 of 4"
    );
    const past = {number: 1, outcome: "No Answer", date: "2026-03-09 10:30:00"};
    expect(clean(describePastAttempt({...past, user: OLGA}))).toBe(
        "Attempt 1: No Answer (Olga, Mar 9, 10:30 AM)"
    );
    expect(clean(describePastAttempt({...past, user: false}))).toBe(
        "Attempt 1: No Answer (Mar 9, 10:30 AM)"
    );
});

test("runs", () => {
    const run = {
        changed_by: OLGA,
        date_end: "2026-03-10 10:30:00",
        date_paused: "2026-03-09 10:30:00",
        date_start: "2026-03-02 10:30:00",
        launched_by: {id: 6, name: "Carl"},
        stop_note: false,
        stop_reason: false,
    };
    const alone = {...run, changed_by: false, launched_by: false};
    const text = (values, state) => clean(describeRun({...values, state}));
    expect(text(run, "running")).toBe("Launched by Carl on Mar 2, 10:30 AM");
    expect(text(alone, "running")).toBe("Launched on Mar 2, 10:30 AM");
    expect(text(run, "paused")).toBe("Paused by Olga on Mar 9, 10:30 AM");
    expect(text(alone, "paused")).toBe("Paused on Mar 9, 10:30 AM");
    expect(text(run, "done")).toBe("All steps closed on Mar 10, 10:30 AM");
    expect(text(run, "stopped")).toBe("Stopped by Olga on Mar 10, 10:30 AM");
    expect(text(alone, "stopped")).toBe("Stopped on Mar 10, 10:30 AM");
});

test("why a run was stopped", () => {
    const run = {state: "stopped", stop_reason: "Won", stop_note: false};
    expect(describeStopReason(run)).toBe("Won");
    expect(describeStopReason({...run, stop_note: "At last"})).toBe("Won: At last");
    expect(describeStopReason({...run, state: "running"})).toBe("");
    expect(describeStopReason({...run, stop_reason: false})).toBe("");
});
