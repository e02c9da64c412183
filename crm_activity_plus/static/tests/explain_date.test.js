// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {allowTranslations} from "@web/../tests/web_test_helpers";
import {explainDate} from "@crm_activity_plus/date_explanation/explain_date.esm";
import {mockDate} from "@odoo/hoot-mock";

describe.current.tags("headless");
beforeEach(() => {
    allowTranslations();
    mockDate("2026-03-11 09:00:00", +0);
});

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

const explain = (values) => String(explainDate({...COMPUTED, ...values}));

const WEEKEND = {
    date: "2026-03-14",
    date_end: "2026-03-15",
    count: 2,
    reason: "weekend",
};

test("nothing is known", () => {
    for (const explanation of [undefined, null, false, {}, {base: "elsewhere"}]) {
        expect(explainDate(explanation)).toBe("");
    }
});

test("calendar days", () => {
    expect(explain()).toBe("Plan date Fri, Mar 13 + 3 days = Mon, Mar 16");
    expect(explain({date: "2027-01-04"})).toBe(
        "Plan date Fri, Mar 13 + 3 days = Mon, Jan 4, 2027"
    );
});

test("time of day that is another one", () => {
    const time = {wanted: 9 * 60, minutes: 10 * 60 + 30, is_full: false};
    expect(explain({count: 0, date: COMPUTED.base_date, time})).toBe(
        "Plan date Fri, Mar 13, at 10:30 AM, since 9:00 AM is taken"
    );
    expect(
        explain({base: "agreed", time: {wanted: 540, minutes: 540, is_full: true}})
    ).toBe("Agreed for Mon, Mar 16, at 9:00 AM, although no time is free on that day");
});

test("one, none, and before", () => {
    const delay = (values) => explain(values).match(/13 (.*) =/)[1];
    expect(explain({count: 0, date: COMPUTED.base_date})).toBe("Plan date Fri, Mar 13");
    expect(delay({count: 1})).toBe("+ 1 day");
    expect(delay({count: 1, direction: "before"})).toBe("− 1 day");
    expect(delay({count: 2, direction: "before"})).toBe("− 2 days");
    expect(delay({count: -2})).toBe("− 2 days");
    expect(delay({count: 1, unit: "weeks"})).toBe("+ 1 week");
    expect(delay({count: 2, unit: "months", direction: "before"})).toBe("− 2 months");
    expect(delay({count: 1, policy: "working_days"})).toBe("+ 1 working day");
    expect(delay({count: 2, unit: "weeks", policy: "working_days"})).toBe("+ 2 weeks");
});

test("working days, with what was not counted", () => {
    expect(
        explain({
            base: "previous_done",
            policy: "working_days",
            counted: 3,
            skipped: [
                WEEKEND,
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
    ).toBe(
        "Previous step closed on Fri, Mar 13 + 3 working days = Fri, Mar 20 " +
            "(weekend Mar 14 – Mar 15, Founder's Day Mar 16, no working day Mar 18 skipped)"
    );
});

test("weekends need no date", () => {
    const weekend = {...WEEKEND, reason_code: "weekend"};
    const next = {...weekend, date: "2026-03-21", date_end: "2026-03-22"};
    const founders = {date: "2026-03-16", reason: "Founder's Day"};
    const sum = (...skipped) => explain({count: 3, policy: "working_days", skipped});
    expect(sum(weekend)).toMatch(/\(weekend skipped\)$/);
    expect(sum(next, founders, weekend)).toMatch(
        /\(weekends, Founder's Day Mar 16 skipped\)$/
    );
    expect(sum({...weekend, date_end: "2027-03-14", count: 106})).toMatch(
        /\(weekends skipped\)$/
    );
});

test("so many days off that they are summed up", () => {
    const skipped = [
        {date: "2026-12-25", date_end: "2026-12-25", count: 1, reason: "Christmas"},
        {date: "2026-03-14", date_end: "2027-03-14", count: 106, reason: "weekend"},
    ];
    const sum = (values) =>
        explain({count: 260, policy: "working_days", skipped, ...values});
    expect(sum({})).toMatch(
        /\(weekend, 106 days in Mar 14 – Mar 14, 2027, Christmas Dec 25 skipped\)$/
    );
    expect(sum({skipped_more: 1})).toMatch(/Christmas Dec 25, 1 more day skipped\)$/);
    expect(sum({skipped_more: 7})).toMatch(/Christmas Dec 25, 7 more days skipped\)$/);
});

test("given to somebody who doesn't work on that day", () => {
    expect(
        explain({
            base: "reassigned",
            base_date: "2026-03-14",
            count: 0,
            policy: "shift_forward",
            skipped: [{date: "2026-03-14", reason: "weekend"}],
            date: "2026-03-16",
        })
    ).toBe(
        "Due Sat, Mar 14 before it was reassigned = Mon, Mar 16 (weekend Mar 14 skipped)"
    );
});

test("moved off days off, backward", () => {
    expect(
        explain({
            base: "previous_deadline",
            count: 2,
            policy: "shift_backward",
            skipped: [WEEKEND],
            date: "2026-03-13",
        })
    ).toBe(
        "Previous step due Fri, Mar 13 + 2 days = Fri, Mar 13 " +
            "(weekend Mar 14 – Mar 15 skipped)"
    );
});

test("a retry, a pause and a hold", () => {
    const sum = " Fri, Mar 13 + 3 days = Mon, Mar 16";
    expect(explain({base: "retry"})).toBe(`Last attempt on${sum}`);
    expect(explain({base: "pause", before: COMPUTED})).toBe(
        "Due Fri, Mar 13 before the pause + 3 days = Mon, Mar 16"
    );
    expect(explain({base: "hold", count: 0, date: COMPUTED.base_date})).toBe(
        "On hold until Fri, Mar 13"
    );
});

test("chosen by somebody", () => {
    const choose = (base, before) =>
        String(explainDate({base, date: "2026-04-01", before}));
    expect(choose("rescheduled", COMPUTED)).toBe(
        "Rescheduled from Mon, Mar 16 to Wed, Apr 1"
    );
    expect(choose("rescheduled")).toBe("Rescheduled to Wed, Apr 1");
    expect(choose("chosen_at_launch")).toBe("Set to Wed, Apr 1 at launch");
});
