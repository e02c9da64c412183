// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {formatDay} from "../dates/dates.esm";

/**
 * @param {{held_by_pause: boolean, on_hold_until: any, plan_paused_until: any}} activity -
 *     or a step of a run
 * @returns {string} until when it is on hold
 */
export function describeHold({
    held_by_pause: isHeldByPause,
    on_hold_until: until,
    plan_paused_until: planUntil,
}) {
    if (isHeldByPause) {
        return planUntil
            ? _t("On hold until the plan resumes on %s", formatDay(planUntil))
            : _t("On hold until the plan is resumed");
    }
    return until ? _t("On hold until %s", formatDay(until)) : _t("On hold");
}

/**
 * @param {{attempt: number, max_attempts?: number}} activity - or a step of a run
 * @returns {string} which attempt it is; empty where it is the first one
 */
export function describeAttempt({attempt: number, max_attempts: max}) {
    if (!number || number < 2) {
        return "";
    }
    return max
        ? _t("Attempt %(number)s of %(max)s", {number, max})
        : _t("Attempt %(number)s", {number});
}
