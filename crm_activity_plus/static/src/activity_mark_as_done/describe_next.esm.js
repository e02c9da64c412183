// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {deserializeDate} from "@web/core/l10n/dates";

/**
 * @param {string} value - a date of the server
 * @returns {string} the day, with the year where it is another one
 */
function formatShortDay(value) {
    const day = deserializeDate(value);
    const options = {day: "numeric", month: "short"};
    if (day.year !== luxon.DateTime.local().year) {
        options.year = "numeric";
    }
    return day.toLocaleString(options);
}

/**
 * @param {object} step - one of those that ``preview_complete`` names
 * @returns {string} such as "Call - Second try, 26 Nov, Marc Demo"
 */
function describeStep(step) {
    const what =
        step.type && step.type !== step.name
            ? _t("%(type)s - %(name)s", {type: step.type, name: step.name})
            : step.name;
    const who =
        step.action_type === "activity" ? step.user_name : _t("done automatically");
    return [what, step.date_deadline && formatShortDay(step.date_deadline), who]
        .filter(Boolean)
        .join(", ");
}

/**
 * Name what completing an activity would start.
 *
 * @param {{note: string, steps: object[]}} preview - see ``preview_complete``
 * @returns {string[]} sentences
 */
export function describeNext({note, steps}) {
    const sentences = steps.map((step) => {
        if (step.kind === "plan") {
            return _t("Launches the plan “%s”", step.name);
        }
        const what = describeStep(step);
        switch (step.kind) {
            case "retry":
                return _t("Again: %s", what);
            case "suggested":
                return _t("Suggested: %s", what);
        }
        return _t("Next: %s", what);
    });
    if (note) {
        sentences.push(note);
    }
    return sentences.length ? sentences : [_t("Nothing follows.")];
}
