// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    deserializeDate,
    deserializeDateTime,
    toLocaleDateString,
    toLocaleDateTimeString,
    today,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {capitalize} from "@web/core/utils/strings";

const {DateTime, Interval} = luxon;

const SATURDAY = 6;

/**
 * Days and moments as Odoo's own fields show them. A day is one of the server's, as text,
 * or luxon's.
 */
function readDay(day) {
    return typeof day === "string" ? deserializeDate(day) : day;
}

/** @returns {string} such as "Nov 27", with the year where it is another one */
export function formatDay(day) {
    return toLocaleDateString(readDay(day));
}

/** @returns {string} such as "Nov 27 – Nov 29", or one day */
export function formatDays(first, last) {
    return [...new Set([first, last].map(formatDay))].join(" – ");
}

/** @returns {string} such as "Fri, Nov 27", where it matters which day of the week it is */
export function formatWeekday(day) {
    const date = readDay(day);
    const format = {...DateTime.DATE_MED_WITH_WEEKDAY};
    if (date.year === today().year) {
        delete format.year;
    }
    return date.toLocaleString(format);
}

/**
 * @param {string} moment - as the server writes it, in UTC
 * @returns {string} such as "Nov 27, 10:30 AM", in the user's time zone
 */
export function formatMoment(moment) {
    return toLocaleDateTimeString(deserializeDateTime(moment));
}

/**
 * @param {number} minutes - of the day
 * @returns {string} such as "10:30 AM"
 */
export function formatMinutes(minutes) {
    return today()
        .set({hour: Math.floor(minutes / 60), minute: minutes % 60})
        .toLocaleString(DateTime.TIME_SIMPLE);
}

/** @returns {number} days from today, negative in the past */
export function countDays(day) {
    return Math.round(readDay(day).startOf("day").diff(today(), "days").days);
}

/** @returns {string} such as "Tomorrow", or "Nov 27" where it is farther away */
export function formatNearDay(day) {
    return Math.abs(countDays(day)) < 2
        ? capitalize(readDay(day).toRelativeCalendar({unit: "days"}))
        : formatDay(day);
}

/** @returns {string} when a date is due, for people */
export function describeDue(day) {
    const days = countDays(day);
    if (days < 0) {
        return days === -1 ? _t("1 day overdue") : _t("%s days overdue", -days);
    }
    if (days > 1) {
        return _t("Due %s", formatDay(day));
    }
    return days ? _t("Due tomorrow") : _t("Due today");
}

/**
 * @param {{start: string, stop: string, allday: boolean} | false} booking - moments in
 *     UTC, or days
 * @returns {string} when it takes place, such as "Tomorrow, 10:00 – 10:30 AM"
 */
export function formatBooking(booking) {
    if (!booking) {
        return "";
    }
    const {allday} = booking;
    const [start, stop] = [booking.start, booking.stop].map((moment) =>
        allday ? deserializeDate(moment) : deserializeDateTime(moment)
    );
    const span = Interval.fromDateTimes(start, stop);
    if (!start.hasSame(stop, "day")) {
        return allday
            ? span.toLocaleString({month: "short", day: "numeric"})
            : `${formatMoment(booking.start)} – ${formatMoment(booking.stop)}`;
    }
    const day = formatNearDay(start);
    return allday
        ? _t("%s, all day", day)
        : `${day}, ${span.toLocaleString(DateTime.TIME_SIMPLE)}`;
}

function leaveWeekend(day) {
    return day.weekday < SATURDAY ? day : day.plus({days: 8 - day.weekday});
}

/**
 * The days that are one click away, wherever somebody chooses a later one.
 *
 * @returns {{id: string, label: string, day: object, text: string}[]} each day once
 */
export function getDayShortcuts() {
    const from = today();
    const shortcuts = [
        ["tomorrow", _t("Tomorrow"), from.plus({days: 1})],
        ["next_week", _t("Next week"), from.startOf("week").plus({weeks: 1})],
        ["two_weeks", _t("In two weeks"), leaveWeekend(from.plus({weeks: 2}))],
        ["next_month", _t("In a month"), leaveWeekend(from.plus({months: 1}))],
    ].map(([id, label, day]) => ({id, label, day, text: formatWeekday(day)}));
    return shortcuts.filter(
        ({day}, index) => shortcuts.findIndex((other) => +other.day === +day) === index
    );
}
