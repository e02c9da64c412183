// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    describeDue,
    formatBooking,
    formatDays,
    formatNearDay,
    getDayShortcuts,
} from "@crm_activity_plus/dates/dates.esm";
import {allowTranslations} from "@web/../tests/web_test_helpers";
import {mockDate} from "@odoo/hoot-mock";

describe.current.tags("headless");
beforeEach(() => {
    allowTranslations();
    mockDate("2026-03-11 09:00:00", +0);
});

// The browser writes narrow spaces around a dash, and before AM and PM.
const clean = (text) => String(text).replace(/[\u2009\u202f]/g, " ");

test("how far away a due date is", () => {
    const due = (day) => String(describeDue(day));
    expect(due("2026-03-07")).toBe("4 days overdue");
    expect(due("2026-03-10")).toBe("1 day overdue");
    expect(due("2026-03-11")).toBe("Due today");
    expect(due("2026-03-12")).toBe("Due tomorrow");
    expect(due("2026-03-13")).toBe("Due Mar 13");
    expect(due("2027-03-13")).toBe("Due Mar 13, 2027");
});

test("the clocks change in between", () => {
    mockDate("2026-03-28 23:30:00", "Europe/Brussels");
    expect(String(describeDue("2026-03-28"))).toBe("1 day overdue");
    expect(String(describeDue("2026-03-30"))).toBe("Due tomorrow");
});

test("days near and far, one and several", () => {
    expect(formatNearDay("2026-03-10")).toBe("Yesterday");
    expect(formatNearDay("2026-03-11")).toBe("Today");
    expect(formatNearDay("2026-03-12")).toBe("Tomorrow");
    expect(formatNearDay("2026-03-13")).toBe("Mar 13");
    mockDate("2026-03-31 09:00:00", +0);
    expect(formatNearDay("2026-04-01")).toBe("Tomorrow", {
        message: "though it is in the next month",
    });
    mockDate("2026-03-11 09:00:00", +0);
    expect(formatDays("2026-03-13", "2026-03-13")).toBe("Mar 13");
    expect(formatDays("2026-12-31", "2027-01-01")).toBe("Dec 31 – Jan 1, 2027");
});

test("booked times", () => {
    // It is 11 o'clock there.
    mockDate("2019-11-20 10:00:00", 1);
    const book = (start, stop, allday = false) =>
        clean(formatBooking({start, stop, allday}));
    expect(book("2019-11-21 09:00:00", "2019-11-21 09:30:00")).toBe(
        "Tomorrow, 10:00 – 10:30 AM"
    );
    expect(book("2019-11-19 23:30:00", "2019-11-20 00:15:00")).toBe(
        "Today, 12:30 – 1:15 AM"
    );
    expect(book("2019-11-25 22:00:00", "2019-11-25 23:30:00")).toBe(
        "Nov 25, 11:00 PM – Nov 26, 12:30 AM"
    );
    expect(book("2020-01-07", "2020-01-07", true)).toBe("Jan 7, 2020, all day");
    expect(book("2019-11-25", "2019-11-29", true)).toBe("Nov 25 – 29");
    expect(formatBooking(false)).toBe("");
});

test("days that are one click away, each once and off the weekend", () => {
    const list = () => getDayShortcuts().map(({id, text}) => `${id}: ${text}`);
    expect(list()).toEqual([
        "tomorrow: Thu, Mar 12",
        "next_week: Mon, Mar 16",
        "two_weeks: Wed, Mar 25",
        // April 11 is a Saturday.
        "next_month: Mon, Apr 13",
    ]);
    // On a Sunday, tomorrow is next week.
    mockDate("2026-03-15 09:00:00", +0);
    expect(list()).toEqual([
        "tomorrow: Mon, Mar 16",
        "two_weeks: Mon, Mar 30",
        "next_month: Wed, Apr 15",
    ]);
    // On a Monday, next week is the next Monday.
    mockDate("2026-03-16 09:00:00", +0);
    expect(list()[1]).toBe("next_week: Mon, Mar 23");
});
