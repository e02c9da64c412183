// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {formatFloatTime} from "@web/views/fields/formatters";

function describeDelay(count, unit) {
    const words = {
        days: () => (count === 1 ? _t("1 day") : _t("%s days", count)),
        weeks: () => (count === 1 ? _t("1 week") : _t("%s weeks", count)),
        months: () => (count === 1 ? _t("1 month") : _t("%s months", count)),
    };
    return (words[unit] || (() => `${count} ${unit}`))();
}

/** @returns {string} on which day a step is due */
function describeDay(kit, step) {
    const delay = describeDelay(Math.abs(step.delay_count || 0), step.delay_unit);
    const isBefore =
        (step.delay_from === "before_plan_date") !== (step.delay_count || 0) < 0;
    const isNow = !step.delay_count;
    switch (step.delay_from) {
        case "after_previous_done":
            if (isNow) {
                return _t("Right after the previous step");
            }
            return isBefore
                ? _t("%s before the previous step", delay)
                : _t("%s after the previous step", delay);
        case "after_previous_deadline":
            if (isNow) {
                return _t("On the previous step's due date");
            }
            return isBefore
                ? _t("%s before the previous step's due date", delay)
                : _t("%s after the previous step's due date", delay);
        case "after_plan_date":
        case "before_plan_date":
            if (isNow) {
                return _t("On the plan date");
            }
            return isBefore
                ? _t("%s before the plan date", delay)
                : _t("%s after the plan date", delay);
        default:
            return `${isNow ? "" : delay} ${kit.label("delay_from", step.delay_from)}`.trim();
    }
}

/**
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {object} step
 * @returns {string} when a step is due
 */
export function describeWhen(kit, step) {
    const day = describeDay(kit, step);
    if (step.kind === "activity") {
        return day;
    }
    return _t("%(day)s, at %(time)s", {
        day,
        time: formatFloatTime(step.time_of_day || 0),
    });
}

/** @returns {string} the day of a column */
export function describeColumn(day) {
    if (!day) {
        return _t("D");
    }
    return day < 0 ? _t("D-%s", -day) : _t("D+%s", day);
}

/**
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {object} step
 * @param {Map<number, string>} users id -> name
 * @returns {string} who does a step
 */
export function describeWho(kit, step, users) {
    if (step.responsible_type === "other") {
        return users.get(step.responsible_id) || _t("Nobody chosen");
    }
    return kit.label("responsible_type", step.responsible_type);
}

/** @returns {string[]} what a step waits for, a sentence for each */
export function describeWaits(kit, graph, code) {
    return graph.to(code).map(({from, outcomes}) => {
        const name = kit.nameOf(graph.get(from));
        if (!outcomes.length) {
            return _t("Waits for “%s”.", name);
        }
        return _t("Waits for “%(step)s” with the outcome %(outcomes)s.", {
            step: name,
            outcomes: outcomes.map((outcome) => kit.getOutcomeName(outcome)).join(", "),
        });
    });
}

/** @returns {string} why a step can't wait for another one */
export function describeRefusal(kit, graph, {reason, path}) {
    const names = path.map((code) => _t("“%s”", kit.nameOf(graph.get(code))));
    switch (reason) {
        case "self":
            return _t("%s can't wait for itself.", names[0]);
        case "twice":
            return _t("%(one)s waits for %(other)s already.", {
                one: names[1],
                other: names[0],
            });
        default:
            return _t(
                "These steps would wait for each other in a circle: %s.",
                names.join(" → ")
            );
    }
}

/**
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @param {{code: string, key: string}} conflict see `mergeGraphs`
 * @returns {string} what two people have changed, and what became of it
 */
export function describeConflict(kit, graph, {code, key}) {
    const step = graph.get(code);
    const names = {
        step: step ? kit.nameOf(step) : code,
        field: kit.fields[kit.fieldByKey[key]]?.string || key,
    };
    switch (key) {
        case "deleted_here":
            return _t(
                "You deleted “%(step)s”, but somebody else changed it: it is kept.",
                names
            );
        case "deleted_there":
            return _t(
                "Somebody else deleted “%(step)s”, but you changed it: it is kept.",
                names
            );
        case "link":
            return _t(
                "An arrow to “%(step)s” was left out: the steps would wait for each other in a circle.",
                names
            );
        default:
            return _t(
                "“%(field)s” of “%(step)s” was changed by somebody else, too: yours is kept.",
                names
            );
    }
}
