// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {PlanGraph} from "./plan_graph.esm";

function isSame(one, other) {
    return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * @param {object} base what both began with
 * @param {object} mine
 * @param {object} theirs
 * @returns {{step: object, conflicts: string[]}} with what each has changed; where both
 *     have changed the same, mine, and the keys of that
 */
function mergeStep(base, mine, theirs) {
    const step = {...theirs};
    const conflicts = [];
    for (const [key, value] of Object.entries(mine)) {
        if (!isSame(value, base?.[key])) {
            if (!isSame(theirs[key], base?.[key]) && !isSame(theirs[key], value)) {
                conflicts.push(key);
            }
            step[key] = value;
        }
    }
    return {step, conflicts};
}

function mergeSteps(base, mine, theirs) {
    const steps = new Map();
    const conflicts = [];
    for (const step of theirs.steps) {
        const [old, own] = [base.get(step.code), mine.get(step.code)];
        if (own) {
            const merged = mergeStep(old, own, step);
            steps.set(step.code, merged.step);
            conflicts.push(...merged.conflicts.map((key) => ({code: step.code, key})));
        } else if (!old || !isSame(old, step)) {
            // New there; or deleted here, and changed there: it is kept.
            steps.set(step.code, step);
            if (old) {
                conflicts.push({code: step.code, key: "deleted_here"});
            }
        }
    }
    for (const step of mine.steps) {
        const old = base.get(step.code);
        if (!steps.has(step.code) && !theirs.get(step.code)) {
            // New here; or deleted there, and changed here: it is kept.
            if (!old || !isSame(old, step)) {
                steps.set(step.code, step);
                if (old) {
                    conflicts.push({code: step.code, key: "deleted_there"});
                }
            }
        }
    }
    return {steps, conflicts};
}

/** @returns {Map<string, string[]>} `from,to` -> outcomes */
function mapLinks(graph) {
    return new Map(
        graph.links.map(({from, to, outcomes}) => [`${from},${to}`, outcomes])
    );
}

function mergeLinks(base, mine, theirs) {
    const [old, own, other] = [base, mine, theirs].map(mapLinks);
    const links = new Map();
    for (const key of new Set([...other.keys(), ...own.keys()])) {
        const changedHere = !isSame(old.get(key), own.get(key));
        const outcomes = (changedHere ? own : other).get(key);
        if (outcomes) {
            links.set(key, outcomes);
        }
    }
    return links;
}

/**
 * Put together what two people have made of one plan at the same time.
 *
 * @param {PlanGraph} base what both began with
 * @param {PlanGraph} mine what is kept where both have changed the same
 * @param {PlanGraph} theirs
 * @returns {{graph: PlanGraph, conflicts: {code: string, key: string}[]}} conflicts:
 *     what both have changed, by step; `deleted_here` and `deleted_there` for steps that
 *     one has deleted and the other changed, which are kept
 */
export function mergeGraphs(base, mine, theirs) {
    const {steps, conflicts} = mergeSteps(base, mine, theirs);
    let graph = new PlanGraph([...steps.values()], []);
    for (const [key, outcomes] of mergeLinks(base, mine, theirs)) {
        const [from, to] = key.split(",");
        if (graph.get(from) && graph.get(to)) {
            if (graph.whyNotLink(from, to)) {
                conflicts.push({code: to, key: "link"});
            } else {
                graph = graph.link(from, to, outcomes);
            }
        }
    }
    return {graph, conflicts};
}
