// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {countDays, describeDue, formatDay, formatMoment} from "../dates/dates.esm";
import {_t} from "@web/core/l10n/translation";
import {describeHold} from "../activity/describe_activity.esm";
import {formatList} from "@web/core/l10n/utils";

const OPEN_STATES = ["waiting", "scheduled"];

// Who did it and when, or when the engine did it automatically.
const CLOSED_TEXT = {
    done: {
        by: (date, user) => _t("Marked done by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Done automatically on %s", date),
    },
    skipped: {
        by: (date, user) => _t("Skipped by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Skipped on %s", date),
    },
    cancelled: {
        by: (date, user) => _t("Cancelled by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Cancelled on %s", date),
    },
    failed: {
        alone: (date) => _t("Failed on %s", date),
    },
};

/** @returns {boolean} whether the step is still to be done */
export function isOpen(step) {
    return OPEN_STATES.includes(step.state);
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

function describeScheduled(step) {
    if (step.status === "on_hold" || step.held_by_pause) {
        return describeHold(step);
    }
    if (step.action_type !== "activity") {
        return step.date_due
            ? _t("Runs automatically on %s", formatMoment(step.date_due))
            : _t("Runs automatically");
    }
    if (!step.date_deadline) {
        return _t("No due date");
    }
    const due = describeDue(step.date_deadline);
    return isOverdue(step)
        ? _t("%(overdue)s, since %(day)s", {
              overdue: due,
              day: formatDay(step.date_deadline),
          })
        : due;
}

/**
 * @param {object} step - of a run, or of a plan before its launch
 * @returns {string} what it waits for; empty where it waits for no step
 */
export function describeWait(step) {
    if (!step.after.length) {
        return "";
    }
    const quote = (names, style) =>
        formatList(
            names.map((name) => `“${name}”`),
            {style}
        );
    const steps = quote(step.after, step.after_mode === "any" ? "or" : "standard");
    return step.after_outcomes.length
        ? _t("After %(steps)s, only if the outcome is %(outcomes)s", {
              steps,
              outcomes: quote(step.after_outcomes, "or"),
          })
        : _t("After %s", steps);
}

function describeWaiting(step) {
    const wait = describeWait(step) || _t("Waiting");
    return step.date_deadline
        ? _t("%(wait)s. Expected %(day)s", {
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
        return describeWaiting(step);
    }
    if (step.state === "scheduled") {
        return describeScheduled(step);
    }
    const {by, alone} = CLOSED_TEXT[step.state];
    const date = step.date_done ? formatMoment(step.date_done) : "";
    return by && step.done_by ? by(date, step.done_by.name) : alone(date);
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
    return attempt.user
        ? _t("Attempt %(number)s: %(outcome)s (%(user)s, %(date)s)", values)
        : _t("Attempt %(number)s: %(outcome)s (%(date)s)", values);
}

// Who brought a run to where it stands, and when.
const RUN_TEXT = {
    running: {
        date: "date_start",
        user: "launched_by",
        by: (date, user) => _t("Launched by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Launched on %s", date),
    },
    paused: {
        date: "date_paused",
        user: "changed_by",
        by: (date, user) => _t("Paused by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Paused on %s", date),
    },
    done: {
        date: "date_end",
        alone: (date) => _t("All steps closed on %s", date),
    },
    restarted: {
        date: "date_end",
        user: "changed_by",
        by: (date, user) => _t("Restarted by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Restarted on %s", date),
    },
    stopped: {
        date: "date_end",
        user: "changed_by",
        by: (date, user) => _t("Stopped by %(user)s on %(date)s", {date, user}),
        alone: (date) => _t("Stopped on %s", date),
    },
    failed: {
        date: "date_end",
        alone: (date) => _t("Nothing was done: failed on %s", date),
    },
};

/**
 * @param {object} run - as the server tells of it
 * @returns {string} where the run stands and how it came there, in a sentence
 */
export function describeRun(run) {
    const text = RUN_TEXT[run.state];
    const date = run[text.date] ? formatMoment(run[text.date]) : "";
    const user = run[text.user];
    return user ? text.by(date, user.name) : text.alone(date);
}

/**
 * @param {object} run
 * @returns {string} until when a run is paused, and why; empty where it isn't
 */
export function describePause(run) {
    if (run.state !== "paused") {
        return "";
    }
    const {paused_until: until, pause_reason: reason} = run;
    const when = until
        ? _t("Resumes on %s", formatDay(until))
        : _t("No date on which it resumes");
    return [when, reason].filter(Boolean).join(" – ");
}

/**
 * @param {object} run
 * @returns {string} why a run was stopped, or nothing
 */
export function describeStopReason(run) {
    if (run.state !== "stopped" || !run.stop_reason) {
        return "";
    }
    return [run.stop_reason, run.stop_note].filter(Boolean).join(": ");
}
