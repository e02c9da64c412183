// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    PlanGraph,
    makeCode,
    readGraph,
} from "@crm_activity_plus/plan_designer/plan_graph.esm";
import {
    arrangeColumns,
    estimateDays,
} from "@crm_activity_plus/plan_designer/graph_days.esm";
import {describe, expect, test} from "@odoo/hoot";
import {layOut} from "@crm_activity_plus/plan_designer/graph_layout.esm";
import {GraphHistory} from "@crm_activity_plus/plan_designer/graph_history.esm";
import {mergeGraphs} from "@crm_activity_plus/plan_designer/graph_merge.esm";

describe.current.tags("headless");

function step(code, values = {}) {
    return {
        code,
        type: "call",
        kind: "activity",
        delay_count: 0,
        delay_unit: "days",
        delay_from: "after_plan_date",
        ...values,
    };
}

/** Make a graph of words: `a>b` is a link, `a>b:won` one with an outcome. */
function makeGraph(words) {
    const steps = new Map();
    const links = [];
    for (const word of words.split(" ")) {
        const [arrow, outcome] = word.split(":");
        const codes = arrow.split(">");
        codes.forEach((code) => steps.set(code, step(code)));
        if (codes.length > 1) {
            const [from, to] = codes;
            links.push({from, to, outcomes: outcome ? [outcome] : []});
        }
    }
    return new PlanGraph([...steps.values()], links);
}

function tell(graph) {
    const links = graph.links.map(({from, to, outcomes}) =>
        [`${from}>${to}`, ...outcomes].join(":")
    );
    return [graph.codes.join(" "), links.sort().join(" ")];
}

test("a step is put between two others", () => {
    const graph = makeGraph("a>b:won c");
    expect(tell(graph.insert("a", "b", step("x")))).toEqual(["a x b c", "a>x:won x>b"]);
    // What another step leads to keeps its outcomes.
    const both = makeGraph("a>b:won c>b:won").insert("a", "b", step("x"));
    expect(tell(both)).toEqual(["a x b c", "a>x:won c>b:won x>b:won"]);
    expect(tell(graph)).toEqual(["a b c", "a>b:won"]);
});

test("what waited for a removed step waits for the one before", () => {
    expect(tell(makeGraph("a>b:won b>c:lost").remove(["b"]))).toEqual([
        "a c",
        "a>c:won",
    ]);
    expect(tell(makeGraph("a>b b>c d>c").remove(["b"]))).toEqual(["a c d", "d>c"]);
    expect(tell(makeGraph("a>b b>c").remove(["a", "b"]))).toEqual(["c", ""]);
});

test("steps can't wait for each other", () => {
    const graph = makeGraph("a>b b>c");
    expect(graph.whyNotLink("a", "a")).toEqual({reason: "self", path: ["a"]});
    expect(graph.whyNotLink("a", "b")).toEqual({reason: "twice", path: ["a", "b"]});
    expect(graph.whyNotLink("c", "a")).toEqual({
        reason: "cycle",
        path: ["a", "b", "c", "a"],
    });
    expect(graph.whyNotLink("a", "c")).toBe(null);
    expect([...graph.findBehind("a")].sort()).toEqual(["b", "c"]);
});

test("a step has the same outcomes for all that it waits for", () => {
    const graph = makeGraph("a>c:won b").link("b", "c");
    expect(tell(graph)[1]).toBe("a>c:won b>c:won");
    expect(tell(graph.setOutcomes("c", []))[1]).toBe("a>c b>c");
});

test("copies have codes of their own, and the links between them", () => {
    const graph = makeGraph("a>b:won b>c");
    const {graph: pasted, codes} = graph.paste(graph.cut(["a", "b"]), new Set(["a_2"]));
    expect(codes).toEqual(["a_3", "b_2"]);
    expect(tell(pasted)).toEqual(["a b c a_3 b_2", "a>b:won a_3>b_2:won b>c"]);
    const doubled = graph.duplicate(["b"], new Set());
    expect(tell(doubled.graph)).toEqual(["a b c b_2", "a>b:won a>b_2:won b>c"]);
    expect(makeCode("call", new Set(["call", "call_2"]))).toBe("call_3");
});

test("what was done is undone, and done again", () => {
    const history = new GraphHistory(makeGraph("a"));
    const first = history.graph;
    history.push(first.add(step("b")));
    history.push(history.graph.update("b", {summary: "B"}), "b: summary");
    history.push(history.graph.update("b", {summary: "Bo"}), "b: summary");
    history.undo();
    expect(history.graph.get("b").summary).toBe(undefined);
    history.undo();
    expect(history.graph).toBe(first);
    expect(history.canUndo).toBe(false);
    history.undo();
    history.redo();
    history.redo();
    expect(history.graph.get("b").summary).toBe("Bo");
    history.undo();
    history.push(history.graph.remove(["b"]));
    expect(history.canRedo).toBe(false);
    expect([...history.knownCodes]).toEqual(["a", "b"]);
});

test("days run from left to right, and no step is before what it waits for", () => {
    const graph = new PlanGraph(
        [
            step("late", {delay_count: 2, delay_unit: "weeks"}),
            step("early", {delay_count: 3, delay_from: "before_plan_date"}),
            step("behind", {delay_count: 1, delay_from: "after_previous_done"}),
            step("soon"),
        ],
        [
            {from: "late", to: "behind", outcomes: []},
            {from: "late", to: "soon", outcomes: []},
        ]
    );
    expect(Object.fromEntries(estimateDays(graph))).toEqual({
        early: -3,
        late: 14,
        behind: 15,
        soon: 14,
    });
    const {days, columnOf} = arrangeColumns(graph);
    expect(days).toEqual([-3, 14, 14, 15]);
    expect(Object.fromEntries(columnOf)).toEqual({
        early: 0,
        late: 1,
        soon: 2,
        behind: 3,
    });
});

test("steps of one column are not on top of each other, and arrows lead to the right", () => {
    const graph = makeGraph("a>b a>c a>d b>e a>e f");
    const {positions} = layOut(graph);
    for (const {from, to} of graph.links) {
        expect(positions.get(from).x).toBeLessThan(positions.get(to).x);
    }
    const ys = ["b", "c", "d"]
        .map((code) => positions.get(code).y)
        .sort((a, b) => a - b);
    expect(ys[1] - ys[0]).toBeGreaterThan(74);
    expect(ys[2] - ys[1]).toBeGreaterThan(74);
    expect(layOut(readGraph(false)).positions.size).toBe(0);
});

test("what two people have drawn is put together", () => {
    const base = makeGraph("a>b b>c");
    const mine = base.add(step("m"), "a").link("a", "m").update("b", {summary: "Mine"});
    const theirs = base
        .update("b", {delay_count: 5})
        .update("c", {summary: "Theirs"})
        .add(step("t"))
        .link("c", "t");
    const {graph, conflicts} = mergeGraphs(base, mine, theirs);
    expect(tell(graph)).toEqual(["a b c t m", "a>b a>m b>c c>t"]);
    expect(graph.get("b")).toEqual(step("b", {summary: "Mine", delay_count: 5}));
    expect(graph.get("c").summary).toBe("Theirs");
    expect(conflicts).toEqual([]);
});

test("where both have changed the same, nothing that was typed is lost", () => {
    const base = makeGraph("a>b b>c");
    const mine = base.update("a", {summary: "Mine"}).update("b", {summary: "Kept"});
    const theirs = base.update("a", {summary: "Theirs"}).remove(["b"]);
    const {graph, conflicts} = mergeGraphs(base, mine, theirs);
    expect(graph.get("a").summary).toBe("Mine");
    expect(graph.get("b").summary).toBe("Kept");
    expect(conflicts).toEqual([
        {code: "a", key: "summary"},
        {code: "b", key: "deleted_there"},
    ]);
});

test("a circle of both is left open, and told", () => {
    const base = makeGraph("a b");
    const merged = mergeGraphs(base, base.link("a", "b"), base.link("b", "a"));
    expect(merged.graph.links.length).toBe(1);
    expect(merged.conflicts.map(({key}) => key)).toEqual(["link"]);
});

test("what is deleted here and not changed there stays deleted", () => {
    const base = makeGraph("a>b b>c");
    const {graph, conflicts} = mergeGraphs(base, base.remove(["b"]), base);
    expect(tell(graph)).toEqual(["a c", "a>c"]);
    expect(conflicts).toEqual([]);
});
