// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {deserializeDate} from "@web/core/l10n/dates";

const {DateTime} = luxon;

// What the date counts from, or who chose it.
const EXPLAIN_BASE = {
    plan_date: (date) => _t("It counts from the date of the plan, %s.", date),
    previous_done: (date) =>
        _t("It counts from the day on which the step before was closed, %s.", date),
    previous_deadline: (date) =>
        _t("It counts from the due date of the step before, %s.", date),
    retry: (date) =>
        _t("It is another attempt, and counts from the day of the last one, %s.", date),
    pause: (date) =>
        _t("The plan was paused. The due date moved by the pause, from %s.", date),
    hold: (date) => _t("It was on hold until %s.", date),
    reassigned: (date) =>
        _t("It was due on %s, before it was given to somebody else.", date),
    rescheduled: () => _t("The date was changed by hand."),
    chosen_at_launch: () => _t("The date was chosen at the launch."),
};

const EXPLAIN_DELAY = {
    days_after: (n) => (n === 1 ? _t("One day later.") : _t("%s days later.", n)),
    days_before: (n) => (n === 1 ? _t("One day earlier.") : _t("%s days earlier.", n)),
    working_days_after: (n) =>
        n === 1 ? _t("One working day later.") : _t("%s working days later.", n),
    working_days_before: (n) =>
        n === 1 ? _t("One working day earlier.") : _t("%s working days earlier.", n),
    weeks_after: (n) => (n === 1 ? _t("One week later.") : _t("%s weeks later.", n)),
    weeks_before: (n) =>
        n === 1 ? _t("One week earlier.") : _t("%s weeks earlier.", n),
    months_after: (n) => (n === 1 ? _t("One month later.") : _t("%s months later.", n)),
    months_before: (n) =>
        n === 1 ? _t("One month earlier.") : _t("%s months earlier.", n),
};

function formatDay(date) {
    return date.toLocaleString(DateTime.DATE_MED_WITH_WEEKDAY);
}

function explainDelay({count, unit, direction, policy}) {
    if (!count) {
        return _t("On that day.");
    }
    // A negative delay leads the other way.
    const isBefore = (direction === "before") !== count < 0;
    const key = policy === "working_days" && unit === "days" ? "working_days" : unit;
    const explain = EXPLAIN_DELAY[`${key}_${isBefore ? "before" : "after"}`];
    return explain ? explain(Math.abs(count)) : "";
}

/**
 * Join days that follow each other and have the same reason.
 *
 * @param {{date: string, reason: string}[]} skipped
 * @returns {{first: object, last: object, reason: string}[]} oldest first
 */
function groupSkipped(skipped) {
    const periods = [];
    for (const {date, reason} of skipped.toSorted((a, b) =>
        a.date < b.date ? -1 : 1
    )) {
        const day = deserializeDate(date);
        const last = periods.at(-1);
        if (last?.reason === reason && last.last.plus({days: 1}).hasSame(day, "day")) {
            last.last = day;
        } else {
            periods.push({first: day, last: day, reason});
        }
    }
    return periods;
}

function explainSkipped({skipped, policy, unit}) {
    if (!skipped?.length) {
        return "";
    }
    const days = groupSkipped(skipped)
        .map(({first, last, reason}) =>
            first.hasSame(last, "day")
                ? _t("%(day)s (%(reason)s)", {day: formatDay(first), reason})
                : _t("%(first)s to %(last)s (%(reason)s)", {
                      first: formatDay(first),
                      last: formatDay(last),
                      reason,
                  })
        )
        .join(", ");
    return policy === "working_days" && unit === "days"
        ? _t("Not counted: %s.", days)
        : _t("Moved, since nobody works then: %s.", days);
}

/**
 * Say in words how the date of a step was found.
 *
 * @param {object} [explanation] - what the server noted down: the base and, where it
 *     was computed, the delay and the days left out
 * @returns {string[]} sentences; none where nothing is known
 */
export function explainDate(explanation) {
    const explainBase = EXPLAIN_BASE[explanation?.base];
    if (!explainBase) {
        return [];
    }
    const {base_date: baseDate, before, date} = explanation;
    const sentences = [explainBase(baseDate && formatDay(deserializeDate(baseDate)))];
    if (baseDate) {
        sentences.push(explainDelay(explanation), explainSkipped(explanation));
    } else if (before?.date && before.date !== date) {
        sentences.push(
            _t("It was due on %s before.", formatDay(deserializeDate(before.date)))
        );
    }
    if (date) {
        sentences.push(_t("So it is due on %s.", formatDay(deserializeDate(date))));
    }
    return sentences.map(String).filter(Boolean);
}
