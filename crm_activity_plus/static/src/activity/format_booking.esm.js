// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {is24HourFormat} from "@web/core/l10n/time";

const {DateTime} = luxon;

/**
 * @param {DateTime} day
 * @returns {string} a day as people say it
 */
export function formatDay(day) {
    const today = DateTime.local().startOf("day");
    const distance = Math.round(day.startOf("day").diff(today, "days").days);
    switch (distance) {
        case -1:
            return _t("Yesterday");
        case 0:
            return _t("Today");
        case 1:
            return _t("Tomorrow");
    }
    const options = {weekday: "short", day: "numeric", month: "short"};
    if (day.year !== today.year) {
        options.year = "numeric";
    }
    return day.toLocaleString(options);
}

/**
 * Tell when an activity takes place, in the user's time zone.
 *
 * @param {{start: string, stop: string, allday: boolean} | false} booking - moments in UTC,
 * or days
 * @returns {string} such as "Tomorrow 10:00-10:30"
 */
export function formatBooking(booking) {
    if (!booking) {
        return "";
    }
    if (booking.allday) {
        return formatDays(
            deserializeDate(booking.start),
            deserializeDate(booking.stop)
        );
    }
    const start = deserializeDateTime(booking.start);
    const stop = deserializeDateTime(booking.stop);
    const names = {
        day: formatDay(start),
        start: formatTime(start),
        end_day: formatDay(stop),
        end: formatTime(stop),
    };
    return start.hasSame(stop, "day")
        ? _t("%(day)s %(start)s–%(end)s", names)
        : _t("%(day)s %(start)s – %(end_day)s %(end)s", names);
}

function formatDays(first, last) {
    const names = {first: formatDay(first), last: formatDay(last)};
    return first.hasSame(last, "day")
        ? _t("%(first)s, all day", names)
        : _t("%(first)s – %(last)s, all day", names);
}

function formatTime(moment) {
    return moment.toFormat(is24HourFormat() ? "HH:mm" : "h:mm a");
}
