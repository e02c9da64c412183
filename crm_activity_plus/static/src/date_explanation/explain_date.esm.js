// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {countDays, formatDays, formatMinutes, formatWeekday} from "../dates/dates.esm";
import {_t} from "@web/core/l10n/translation";

// What a date counts from.
const DESCRIBE_BASE = {
    plan_date: (day) => _t("Plan date %s", day),
    previous_done: (day) => _t("Previous step closed on %s", day),
    previous_deadline: (day) => _t("Previous step due %s", day),
    retry: (day) => _t("Last attempt on %s", day),
    pause: (day) => _t("Due %s before the pause", day),
    hold: (day) => _t("On hold until %s", day),
    reassigned: (day) => _t("Due %s before it was reassigned", day),
};

// A date that somebody chose, and where it is known, the one before.
const DESCRIBE_CHOICE = {
    rescheduled: {
        from: (day, before) =>
            _t("Rescheduled from %(before)s to %(day)s", {before, day}),
        alone: (day) => _t("Rescheduled to %s", day),
    },
    chosen_at_launch: {
        alone: (day) => _t("Set to %s at launch", day),
    },
    agreed: {
        alone: (day) => _t("Agreed for %s", day),
    },
    daily_limit: {
        from: (day, before) =>
            _t("Moved from %(before)s to %(day)s by the limit for a day", {
                before,
                day,
            }),
        alone: (day) => _t("Moved to %s by the limit for a day", day),
    },
};

const DESCRIBE_COUNT = {
    days: (n) => (n === 1 ? _t("1 day") : _t("%s days", n)),
    working_days: (n) => (n === 1 ? _t("1 working day") : _t("%s working days", n)),
    weeks: (n) => (n === 1 ? _t("1 week") : _t("%s weeks", n)),
    months: (n) => (n === 1 ? _t("1 month") : _t("%s months", n)),
};

function describeDelay({count, unit, direction, policy}) {
    const isWorkingDays = policy === "working_days" && unit === "days";
    const describe = DESCRIBE_COUNT[isWorkingDays ? "working_days" : unit];
    // A negative delay leads the other way.
    const isBefore = (direction === "before") !== count < 0;
    return describe ? `${isBefore ? "−" : "+"} ${describe(Math.abs(count))}` : "";
}

function describePeriod({date, date_end: dateEnd, count, reason}) {
    // Days that were noted down one by one have no end.
    const last = dateEnd || date;
    const values = {reason, count, days: formatDays(date, last)};
    const span = countDays(last) - countDays(date) + 1;
    return !count || count >= span
        ? _t("%(reason)s %(days)s", values)
        : _t("%(reason)s, %(count)s days in %(days)s", values);
}

const WEEKEND_LENGTH = 2;

function isWeekend({reason_code: code}) {
    return code === "weekend";
}

function describeWeekends(areSeveral) {
    return areSeveral ? _t("weekends") : _t("weekend");
}

function describeSkipped({skipped, skipped_more: more}) {
    if (!skipped?.length) {
        return "";
    }
    const sorted = skipped.toSorted((a, b) => (a.date < b.date ? -1 : 1));
    // Everybody knows when weekends are.
    const [first, ...others] = sorted.filter(isWeekend);
    const periods = sorted
        .filter((period) => period === first || !isWeekend(period))
        .map((period) =>
            period === first
                ? describeWeekends(others.length || first.count > WEEKEND_LENGTH)
                : describePeriod(period)
        );
    if (more) {
        periods.push(more === 1 ? _t("1 more day") : _t("%s more days", more));
    }
    return _t("(%s skipped)", periods.join(", "));
}

function describeChoice({base, before, date}) {
    const {from, alone} = DESCRIBE_CHOICE[base];
    const day = formatWeekday(date);
    return from && before?.date && before.date !== date
        ? from(day, formatWeekday(before.date))
        : alone(day);
}

function describeSum(explanation) {
    const {base, base_date: baseDate, count, date} = explanation;
    const parts = [DESCRIBE_BASE[base](formatWeekday(baseDate))];
    if (count) {
        parts.push(describeDelay(explanation));
    }
    if (count || date !== baseDate) {
        parts.push("=", formatWeekday(date));
    }
    parts.push(describeSkipped(explanation));
    return parts.map(String).filter(Boolean).join(" ");
}

// The time of day, where it isn't the one that the plan says.
function describeTime({wanted, minutes, is_full: isFull}) {
    const values = {wanted: formatMinutes(wanted), time: formatMinutes(minutes)};
    return isFull
        ? _t("at %(time)s, although no time is free on that day", values)
        : _t("at %(time)s, since %(wanted)s is taken", values);
}

function describeDate(explanation) {
    const {base, base_date: baseDate, date} = explanation;
    if (date && base in DESCRIBE_CHOICE) {
        return describeChoice(explanation);
    }
    return date && baseDate && base in DESCRIBE_BASE ? describeSum(explanation) : "";
}

/**
 * Say how the date of a step was found, as a sum, such as "Plan date Fri, Nov 27 + 3
 * working days = Wed, Dec 2 (weekend skipped)".
 *
 * @param {object} [explanation] - what the server noted down: the base and, where it
 *     was computed, the delay and the days skipped
 * @returns {string} empty where nothing is known
 */
export function explainDate(explanation) {
    const text = describeDate(explanation || {});
    const time = explanation?.time;
    return text && time ? `${text}, ${describeTime(time)}` : text;
}
