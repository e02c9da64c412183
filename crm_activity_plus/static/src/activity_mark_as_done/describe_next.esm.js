// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {formatDay} from "../dates/dates.esm";

/**
 * @param {object} step - one of those that ``preview_complete`` names
 * @returns {string} such as "Call - Second attempt, Nov 26, Marc Demo"
 */
function describeComing(step) {
    const what =
        step.type && step.type !== step.name
            ? _t("%(type)s - %(name)s", {type: step.type, name: step.name})
            : step.name;
    const who =
        step.action_type === "activity" ? step.user_name : _t("runs automatically");
    return [what, step.date_deadline && formatDay(step.date_deadline), who]
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
            return _t("Plan launched: %s", step.name);
        }
        const what = describeComing(step);
        switch (step.kind) {
            case "retry":
                return _t("Next attempt: %s", what);
            case "suggested":
                return _t("Suggested: %s", what);
        }
        return _t("Next: %s", what);
    });
    if (note) {
        sentences.push(note);
    }
    return sentences.length ? sentences : [_t("Nothing follows")];
}
