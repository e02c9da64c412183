// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {allowTranslations} from "@web/../tests/web_test_helpers";
import {explainDate} from "@crm_activity_plus/activity_date_explanation/explain_date.esm";

describe.current.tags("headless");
beforeEach(allowTranslations);

const COMPUTED = {
    base: "plan_date",
    base_date: "2026-03-13",
    count: 3,
    unit: "days",
    direction: "after",
    policy: "calendar",
    counted: 0,
    skipped: [],
    date: "2026-03-16",
};

test("nothing is known", () => {
    for (const explanation of [undefined, null, false, {}, {base: "elsewhere"}]) {
        expect(explainDate(explanation)).toEqual([]);
    }
});

test("calendar days", () => {
    expect(explainDate(COMPUTED)).toEqual([
        "It counts from the date of the plan, Fri, Mar 13, 2026.",
        "3 days later.",
        "So it is due on Mon, Mar 16, 2026.",
    ]);
});

test("one, none, and before", () => {
    const explain = (values) => explainDate({...COMPUTED, ...values})[1];
    expect(explain({count: 0})).toBe("On that day.");
    expect(explain({count: 1})).toBe("One day later.");
    expect(explain({count: 1, direction: "before"})).toBe("One day earlier.");
    expect(explain({count: 2, direction: "before"})).toBe("2 days earlier.");
    expect(explain({count: -2})).toBe("2 days earlier.");
    expect(explain({count: 1, unit: "weeks"})).toBe("One week later.");
    expect(explain({count: 2, unit: "months", direction: "before"})).toBe(
        "2 months earlier."
    );
    expect(explain({count: 1, policy: "working_days"})).toBe("One working day later.");
    expect(explain({count: 2, unit: "weeks", policy: "working_days"})).toBe(
        "2 weeks later."
    );
});

test("working days, with what was not counted", () => {
    expect(
        explainDate({
            ...COMPUTED,
            base: "previous_done",
            policy: "working_days",
            counted: 3,
            skipped: [
                {
                    date: "2026-03-14",
                    date_end: "2026-03-15",
                    count: 2,
                    reason: "no working day",
                },
                {
                    date: "2026-03-16",
                    date_end: "2026-03-16",
                    count: 1,
                    reason: "Founder's Day",
                },
                // As an older server noted it down.
                {date: "2026-03-18", reason: "no working day"},
            ],
            date: "2026-03-20",
        })
    ).toEqual([
        "It counts from the day on which the step before was closed, Fri, Mar 13, 2026.",
        "3 working days later.",
        "Not counted: Sat, Mar 14, 2026 to Sun, Mar 15, 2026 (no working day), " +
            "Mon, Mar 16, 2026 (Founder's Day), Wed, Mar 18, 2026 (no working day).",
        "So it is due on Fri, Mar 20, 2026.",
    ]);
});

test("so many days off that they are summed up", () => {
    const skipped = [
        {date: "2026-12-25", date_end: "2026-12-25", count: 1, reason: "Christmas"},
        {
            date: "2026-03-14",
            date_end: "2027-03-14",
            count: 106,
            reason: "no working day",
        },
    ];
    const explain = (values) =>
        explainDate({
            ...COMPUTED,
            count: 260,
            policy: "working_days",
            skipped,
            ...values,
        })[2];
    expect(explain({})).toBe(
        "Not counted: 106 days from Sat, Mar 14, 2026 to Sun, Mar 14, 2027 (no working day), " +
            "Fri, Dec 25, 2026 (Christmas)."
    );
    expect(explain({skipped_more: 1})).toMatch(/\(Christmas\), one more day\.$/);
    expect(explain({skipped_more: 7})).toMatch(/\(Christmas\), 7 more days\.$/);
});

test("given to somebody who doesn't work on that day", () => {
    expect(
        explainDate({
            ...COMPUTED,
            base: "reassigned",
            base_date: "2026-03-14",
            count: 0,
            policy: "shift_forward",
            skipped: [{date: "2026-03-14", reason: "no working day"}],
            date: "2026-03-16",
        })
    ).toEqual([
        "It was due on Sat, Mar 14, 2026, before it was given to somebody else.",
        "On that day.",
        "Moved, since nobody works then: Sat, Mar 14, 2026 (no working day).",
        "So it is due on Mon, Mar 16, 2026.",
    ]);
});

test("moved off days off, backward", () => {
    expect(
        explainDate({
            ...COMPUTED,
            base: "previous_deadline",
            count: 2,
            policy: "shift_backward",
            skipped: [
                {
                    date: "2026-03-14",
                    date_end: "2026-03-15",
                    count: 2,
                    reason: "no working day",
                },
            ],
            date: "2026-03-13",
        })
    ).toEqual([
        "It counts from the due date of the step before, Fri, Mar 13, 2026.",
        "2 days later.",
        "Moved, since nobody works then: Sat, Mar 14, 2026 to Sun, Mar 15, 2026 (no working day).",
        "So it is due on Fri, Mar 13, 2026.",
    ]);
});

test("a retry and a pause", () => {
    expect(explainDate({...COMPUTED, base: "retry"})[0]).toBe(
        "It is another attempt, and counts from the day of the last one, Fri, Mar 13, 2026."
    );
    expect(explainDate({...COMPUTED, base: "pause", before: COMPUTED})).toEqual([
        "The plan was paused. The due date moved by the pause, from Fri, Mar 13, 2026.",
        "3 days later.",
        "So it is due on Mon, Mar 16, 2026.",
    ]);
});

test("chosen by somebody", () => {
    expect(
        explainDate({base: "rescheduled", date: "2026-04-01", before: COMPUTED})
    ).toEqual([
        "The date was changed by hand.",
        "It was due on Mon, Mar 16, 2026 before.",
        "So it is due on Wed, Apr 1, 2026.",
    ]);
    expect(explainDate({base: "chosen_at_launch", date: "2026-04-01"})).toEqual([
        "The date was chosen at the launch.",
        "So it is due on Wed, Apr 1, 2026.",
    ]);
});
