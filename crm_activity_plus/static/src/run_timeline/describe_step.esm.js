// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    deserializeDate,
    deserializeDateTime,
    toLocaleDateString,
    toLocaleDateTimeString,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatList} from "@web/core/l10n/utils";

const {DateTime} = luxon;

const OPEN_STATES = ["waiting", "scheduled"];

// Who did it and when, or when the engine did by itself.
const CLOSED_TEXT = {
    done: {
        by: (date, user) => _t("Done by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Done by itself on %(date)s", {date}),
    },
    skipped: {
        by: (date, user) => _t("Skipped by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Skipped on %(date)s", {date}),
    },
    cancelled: {
        by: (date, user) => _t("Cancelled by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Cancelled on %(date)s", {date}),
    },
    failed: {
        by: (date) => _t("Failed on %(date)s", {date}),
        alone: (date) => _t("Failed on %(date)s", {date}),
    },
};

export function formatDay(date) {
    return toLocaleDateString(deserializeDate(date));
}

export function formatMoment(datetime) {
    return toLocaleDateTimeString(deserializeDateTime(datetime), {
        showSeconds: false,
    });
}

/** @returns {boolean} whether the step is still to be done */
export function isOpen(step) {
    return OPEN_STATES.includes(step.state);
}

/**
 * @param {string} date - as the server writes it
 * @returns {number} days from today, negative in the past
 */
export function countDays(date) {
    const today = DateTime.local().startOf("day");
    return Math.round(deserializeDate(date).diff(today, "days").days);
}

/** @returns {boolean} whether somebody should have done the step already */
export function isOverdue(step) {
    return Boolean(
        step.state === "scheduled" &&
            step.date_deadline &&
            step.status !== "on_hold" &&
            countDays(step.date_deadline) < 0
    );
}

/**
 * @param {string} date - as the server writes it
 * @returns {string} how far away a due date is, for people
 */
export function describeDue(date) {
    const days = countDays(date);
    const day = formatDay(date);
    if (days < -1) {
        return _t("%(days)s days overdue, since %(day)s", {days: -days, day});
    }
    if (days === -1) {
        return _t("Overdue since yesterday");
    }
    if (days === 0) {
        return _t("Due today");
    }
    if (days === 1) {
        return _t("Due tomorrow");
    }
    return _t("Due in %(days)s days, on %(day)s", {days, day});
}

function describeHold(step) {
    if (step.held_by_pause) {
        return _t("On hold while the plan is paused");
    }
    return step.on_hold_until
        ? _t("On hold until %s", formatDay(step.on_hold_until))
        : _t("On hold");
}

function describeScheduled(step) {
    if (step.action_type !== "activity") {
        return step.date_due
            ? _t("Happens by itself on %s", formatMoment(step.date_due))
            : _t("Happens by itself");
    }
    if (step.status === "on_hold") {
        return describeHold(step);
    }
    return step.date_deadline ? describeDue(step.date_deadline) : _t("No due date");
}

/**
 * @param {object} step
 * @returns {string} what a step that waits for others waits for
 */
export function describeWait(step) {
    const isAny = step.after_mode === "any" && step.after.length > 1;
    const steps = formatList(
        step.after.map((name) => `“${name}”`),
        {style: isAny ? "or" : "standard"}
    );
    if (!step.after.length) {
        return _t("Waiting for its turn");
    }
    if (!step.after_outcomes.length) {
        return _t("After %(steps)s", {steps});
    }
    const outcomes = formatList(
        step.after_outcomes.map((name) => `“${name}”`),
        {style: "or"}
    );
    return _t("After %(steps)s, if the outcome is %(outcomes)s", {steps, outcomes});
}

function describeWaiting(step) {
    const wait = describeWait(step);
    return step.date_deadline
        ? _t("%(wait)s. Expected on %(day)s", {
              wait,
              day: formatDay(step.date_deadline),
          })
        : wait;
}

/**
 * @param {object} step - as the server tells of it
 * @returns {string} where the step stands, in a sentence
 */
export function describeStep(step) {
    if (step.state === "waiting") {
        return String(describeWaiting(step));
    }
    if (step.state === "scheduled") {
        return String(describeScheduled(step));
    }
    const texts = CLOSED_TEXT[step.state];
    const date = step.date_done ? formatMoment(step.date_done) : "";
    return String(step.done_by ? texts.by(date, step.done_by.name) : texts.alone(date));
}

/**
 * @param {object} step
 * @returns {string} which attempt it is, or nothing where it is the only one
 */
export function describeAttempt(step) {
    if (step.attempt < 2) {
        return "";
    }
    const {attempt: number, max_attempts: max} = step;
    return String(
        max
            ? _t("Attempt %(number)s of %(max)s", {number, max})
            : _t("Attempt %(number)s", {number})
    );
}

/**
 * @param {object} attempt - one that was made before
 * @returns {string}
 */
export function describePastAttempt(attempt) {
    const values = {
        number: attempt.number,
        outcome: attempt.outcome || "",
        user: attempt.user?.name || "",
        date: formatMoment(attempt.date),
    };
    return String(
        attempt.user
            ? _t("Attempt %(number)s: %(outcome)s (%(user)s, %(date)s)", values)
            : _t("Attempt %(number)s: %(outcome)s (%(date)s)", values)
    );
}

/**
 * @param {object} run - as the server tells of it
 * @returns {string} where the run stands and how it came there, in a sentence
 */
export function describeRun(run) {
    const user = run.changed_by?.name;
    if (run.state === "paused") {
        const date = run.date_paused ? formatMoment(run.date_paused) : "";
        return String(
            user
                ? _t("Paused by %(user)s on %(date)s", {user, date})
                : _t("Paused on %(date)s", {date})
        );
    }
    if (run.state === "running") {
        const launcher = run.launched_by?.name;
        const date = formatMoment(run.date_start);
        return String(
            launcher
                ? _t("Launched by %(user)s on %(date)s", {user: launcher, date})
                : _t("Launched on %(date)s", {date})
        );
    }
    const date = run.date_end ? formatMoment(run.date_end) : "";
    if (run.state === "done") {
        return String(_t("All steps were closed on %(date)s", {date}));
    }
    return String(
        user
            ? _t("Stopped by %(user)s on %(date)s", {user, date})
            : _t("Stopped on %(date)s", {date})
    );
}

/**
 * @param {object} run
 * @returns {string} why a run was stopped, or nothing
 */
export function describeStopReason(run) {
    if (run.state !== "stopped" || !run.stop_reason) {
        return "";
    }
    return run.stop_note
        ? String(
              _t("%(reason)s: %(note)s", {
                  reason: run.stop_reason,
                  note: run.stop_note,
              })
          )
        : run.stop_reason;
}
