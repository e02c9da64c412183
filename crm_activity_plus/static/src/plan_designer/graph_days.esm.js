// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

const DAYS = {days: 1, weeks: 7, months: 30};
const AFTER_PREVIOUS = ["after_previous_done", "after_previous_deadline"];

/**
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @returns {string[]} codes of its steps, each behind those that it waits for; those of a
 *     circle come last
 */
export function sortByLinks(graph) {
    const waiting = new Map(graph.codes.map((code) => [code, graph.to(code).length]));
    const sorted = graph.codes.filter((code) => !waiting.get(code));
    for (const code of sorted) {
        for (const {to} of graph.from(code)) {
            waiting.set(to, waiting.get(to) - 1);
            if (!waiting.get(to)) {
                sorted.push(to);
            }
        }
    }
    const known = new Set(sorted);
    return [...sorted, ...graph.codes.filter((code) => !known.has(code))];
}

function getDelay(step) {
    return (step.delay_count || 0) * (DAYS[step.delay_unit] || 1);
}

function getOwnDay(step, before) {
    if (AFTER_PREVIOUS.includes(step.delay_from)) {
        return Math.max(0, ...before) * (before.length ? 1 : 0) + getDelay(step);
    }
    return step.delay_from === "before_plan_date" ? -getDelay(step) : getDelay(step);
}

/**
 * Reckon roughly on which day of the plan each step is due: working days and how long
 * people take are left out. No step is before those that it waits for.
 *
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @returns {Map<string, number>} code -> days from the plan date on
 */
export function estimateDays(graph) {
    const days = new Map();
    for (const code of sortByLinks(graph)) {
        const before = graph
            .to(code)
            .map((link) => days.get(link.from))
            .filter((day) => day !== undefined);
        days.set(code, Math.max(getOwnDay(graph.get(code), before), ...before));
    }
    return days;
}

/**
 * Arrange the steps in columns, from left to right along the days. Those of one day that
 * wait for each other are in several columns.
 *
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @returns {{days: number[], columnOf: Map<string, number>}} the day of each column, and
 *     code -> number of its column
 */
export function arrangeColumns(graph) {
    const days = estimateDays(graph);
    const depths = new Map();
    for (const code of sortByLinks(graph)) {
        const before = graph
            .to(code)
            .filter((link) => days.get(link.from) === days.get(code))
            .map((link) => (depths.get(link.from) ?? -1) + 1);
        depths.set(code, Math.max(0, ...before));
    }
    const keys = graph.codes.map((code) => [days.get(code), depths.get(code)]);
    const sorted = [...new Map(keys.map((key) => [key.join(), key])).values()].sort(
        (one, other) => one[0] - other[0] || one[1] - other[1]
    );
    const places = new Map(sorted.map((key, number) => [key.join(), number]));
    return {
        days: sorted.map(([day]) => day),
        columnOf: new Map(
            graph.codes.map((code, number) => [code, places.get(keys[number].join())])
        ),
    };
}
