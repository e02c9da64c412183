// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {describeWaits, describeWhen, describeWho} from "./step_words.esm";
import {_t} from "@web/core/l10n/translation";
import {lookOfLink} from "./graph_outcomes.esm";

// Problems of what leads to a step.
const ARROW_PROBLEMS = [
    "after_last_attempt",
    "cycle",
    "outcome_impossible",
    "outcome_unknown",
    "outcomes_differ",
    "unreached",
];

/**
 * @param {import("./plan_drawing.esm").PlanDrawing} drawing
 * @param {object} step
 * @param {object[]} problems those of the step
 * @param {Map<number, string>} users id -> name
 * @returns {object} what the drawing says about a step, wherever it is
 */
export function describeNode(drawing, step, problems, users) {
    const {graph, kit} = drawing;
    const isError = problems.some(({level}) => level === "error");
    const node = {
        code: step.code,
        name: kit.nameOf(step),
        typeName: kit.getTypeName(step),
        ...kit.getLook(step),
        automatic: step.kind === "activity" ? "" : kit.getKindName(step),
        when: describeWhen(kit, step),
        who: describeWho(kit, step, users),
        problem: problems.map(({message}) => message).join("\n"),
        level: problems.length ? (isError ? "error" : "warning") : "",
        condition: Boolean(step.condition_domain),
    };
    return {...node, words: tellNode(node, describeWaits(kit, graph, step.code))};
}

/** @returns {string} a step, for those who don't see the drawing */
function tellNode({name, typeName, automatic, when, who, problem}, waits) {
    const sentences = [
        `${typeName}: ${name}.`,
        automatic && `${automatic}.`,
        `${when}.`,
        `${who}.`,
        ...waits,
        problem && _t("Problem: %s", problem),
    ];
    return sentences.filter(Boolean).join(" ");
}

/**
 * @param {import("./plan_drawing.esm").PlanDrawing} drawing
 * @param {object} link
 * @param {object[]} problems those of the step that it leads to
 * @returns {object} what the drawing says about an arrow, wherever it is
 */
export function describeArrow(drawing, link, problems) {
    const {from, to} = link;
    const {arrow, graph, kit} = drawing;
    const own = problems.filter(({code}) => ARROW_PROBLEMS.includes(code));
    const {kind, outcomes} = lookOfLink(kit, graph, link);
    return {
        key: `${from},${to}`,
        from,
        to,
        kind,
        isSelected: arrow?.from === from && arrow.to === to,
        isDoubtful: own.length > 0,
        isWrong: own.some(({level}) => level === "error"),
        label: kind === "otherwise" ? _t("Otherwise") : nameOutcomes(outcomes),
        words: tellArrow(drawing, link),
    };
}

function nameOutcomes(outcomes) {
    const [first, second, ...others] = outcomes.map(({name}) => name);
    const names = [first, second].filter(Boolean).join(", ");
    return others.length ? `${names} +${others.length}` : names;
}

function tellArrow(drawing, {from, to, outcomes}) {
    const names = {from: drawing.nameOf(from), to: drawing.nameOf(to)};
    if (!outcomes.length) {
        return _t("Arrow from “%(from)s” to “%(to)s”", names);
    }
    const chosen = outcomes.map((code) => drawing.kit.getOutcomeName(code));
    return _t("Arrow from “%(from)s” to “%(to)s” after: %(outcomes)s", {
        ...names,
        outcomes: chosen.join(", "),
    });
}
