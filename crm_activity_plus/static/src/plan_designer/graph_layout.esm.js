// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/* global dagre */

import {arrangeColumns} from "./graph_days.esm";

export const NODE_WIDTH = 210;
export const NODE_HEIGHT = 74;
// Between columns there is room for the name of an outcome.
const COLUMN_GAP = 120;
const ROW_GAP = 26;
const COLUMN_WIDTH = NODE_WIDTH + COLUMN_GAP;
// Dagre takes its time for each column that an arrow passes. When arrows have passed so
// many, the longest of them are left out, and lead straight to where they end.
const MAX_PASSED = 120;
// In larger plans, crossings of arrows are looked for only once.
const MAX_THOROUGH = 150;

/** @returns {object[]} the links that the layout is made of */
function chooseLinks(graph, columnOf) {
    const place = new Map(graph.codes.map((code, number) => [code, number]));
    const span = ({from, to}) => columnOf.get(to) - columnOf.get(from);
    // Whatever order the arrows were drawn in, the plan looks the same. What waits in a
    // circle is drawn without it.
    const links = graph.links
        .filter((link) => span(link) > 0)
        .sort(
            (one, other) =>
                span(one) - span(other) ||
                place.get(one.to) - place.get(other.to) ||
                place.get(one.from) - place.get(other.from)
        );
    let passed = 0;
    return links.filter((link) => {
        passed += span(link) - 1;
        return passed <= MAX_PASSED;
    });
}

function makeDagreGraph(graph, columnOf) {
    const drawn = new dagre.graphlib.Graph();
    drawn.setGraph({
        rankdir: "LR",
        nodesep: ROW_GAP,
        ranksep: COLUMN_GAP,
        // The columns are known: between them, dagre halves the distance for labels.
        ranker: (ranked) => {
            for (const code of ranked.nodes()) {
                const column = columnOf.get(code);
                ranked.node(code).rank = column === undefined ? -2 : 2 * column;
            }
        },
    });
    drawn.setDefaultEdgeLabel(() => ({}));
    for (const code of graph.codes) {
        drawn.setNode(code, {width: NODE_WIDTH, height: NODE_HEIGHT});
    }
    for (const {from, to} of chooseLinks(graph, columnOf)) {
        drawn.setEdge(from, to, {});
    }
    return drawn;
}

/**
 * Lay out a plan from left to right along its days.
 *
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @returns {{positions: Map, bends: Map, columns: object[], width: number,
 *     height: number}} code of a step -> place of its upper left corner;
 *     `from,to` -> points that an arrow passes on its way; the columns with their days
 */
export function layOut(graph) {
    const {days, columnOf} = arrangeColumns(graph);
    const positions = new Map();
    const bends = new Map();
    if (graph.steps.length) {
        const drawn = makeDagreGraph(graph, columnOf);
        const disableOptimalOrderHeuristic = graph.steps.length > MAX_THOROUGH;
        dagre.layout(drawn, {disableOptimalOrderHeuristic});
        for (const code of graph.codes) {
            const {y} = drawn.node(code);
            const x = columnOf.get(code) * COLUMN_WIDTH;
            positions.set(code, {x, y: y - NODE_HEIGHT / 2});
        }
        for (const {v, w} of drawn.edges()) {
            bends.set(
                [v, w].join(),
                findBends(drawn.edge(v, w).points, columnOf, v, w)
            );
        }
    }
    const lowest = Math.max(0, ...[...positions.values()].map(({y}) => y));
    return {
        positions,
        bends,
        columns: groupColumns(days),
        width: Math.max(1, days.length) * COLUMN_WIDTH - COLUMN_GAP,
        height: lowest + NODE_HEIGHT,
    };
}

/** @returns {object[]} where an arrow passes the columns between both ends */
function findBends(points, columnOf, from, to) {
    const [first, last] = [columnOf.get(from), columnOf.get(to)];
    const span = last - first;
    if (span < 2 || points.length < 3) {
        return [];
    }
    // Dagre's own columns are as wide, but begin elsewhere.
    const inner = points.slice(1, -1);
    return Array.from({length: span - 1}, (_item, number) => {
        const share = (number + 1) / span;
        const point = inner[Math.round(share * (inner.length - 1))];
        const x = (first + number + 1) * COLUMN_WIDTH + NODE_WIDTH / 2;
        return {x, y: point.y};
    });
}

/** @returns {object[]} the days with the place that their columns take */
function groupColumns(days) {
    const groups = [];
    days.forEach((day, number) => {
        const group = groups.at(-1);
        if (group?.day === day) {
            group.width += COLUMN_WIDTH;
        } else {
            groups.push({day, x: number * COLUMN_WIDTH, width: COLUMN_WIDTH});
        }
    });
    return groups.map((group) => ({
        ...group,
        x: group.x - COLUMN_GAP / 2,
    }));
}

/**
 * Draw an arrow.
 *
 * @param {{x: number, y: number}} from place of the first step's upper left corner
 * @param {{x: number, y: number}} to place of the second one's
 * @param {object[]} [bends] points that it passes
 * @returns {{path: string, x: number, y: number}} an SVG path, and where its label is
 */
export function drawArrow(from, to, bends = []) {
    const start = {x: from.x + NODE_WIDTH, y: from.y + NODE_HEIGHT / 2};
    const end = {x: to.x - 6, y: to.y + NODE_HEIGHT / 2};
    return drawLine([start, ...bends, end]);
}

/**
 * @param {object[]} points
 * @returns {{path: string, x: number, y: number}} see `drawArrow`
 */
export function drawLine(points) {
    let path = `M${points[0].x} ${points[0].y}`;
    for (let number = 1; number < points.length; number++) {
        const [one, other] = [points[number - 1], points[number]];
        const reach = Math.max(Math.abs(other.x - one.x) / 2, 30);
        path += `C${one.x + reach} ${one.y} ${other.x - reach} ${other.y} ${other.x} ${other.y}`;
    }
    const [last, end] = points.slice(-2);
    return {path, x: (last.x + end.x) / 2, y: (last.y + end.y) / 2};
}
