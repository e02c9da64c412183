// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/**
 * Say what is left of the outcomes of a step, beside those that lead to other steps.
 *
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @param {string} from the step
 * @param {string} [to] the step that is to be taken otherwise
 * @returns {string[]} codes of outcomes; none, where no outcome leads anywhere
 */
export function findOtherwise(kit, graph, from, to) {
    const taken = graph
        .from(from)
        .filter((link) => link.to !== to)
        .flatMap((link) => link.outcomes);
    const possible = kit
        .getOutcomes(graph.get(from))
        .filter(({effect}) => effect === "continue")
        .map(({code}) => code);
    const used = possible.filter((code) => taken.includes(code));
    return used.length ? possible.filter((code) => !taken.includes(code)) : [];
}

/**
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @param {object} link
 * @returns {boolean} whether it is for all that no other arrow is for. Of several such
 *     arrows it is the last one; a single outcome says more by its name
 */
export function isOtherwise(kit, graph, link) {
    const last = graph.from(link.from).findLast(({outcomes}) => outcomes.length);
    if (last?.to !== link.to) {
        return false;
    }
    const others = findOtherwise(kit, graph, link.from, link.to);
    const possible = new Set(
        kit.getOutcomes(graph.get(link.from)).map(({code}) => code)
    );
    const own = link.outcomes.filter((code) => possible.has(code));
    return (
        others.length > 1 &&
        own.length === others.length &&
        others.every((code) => own.includes(code))
    );
}

/**
 * Say how an arrow is drawn: in the colour of its outcomes, where they are of one kind.
 *
 * @param {import("./designer_kit.esm").DesignerKit} kit
 * @param {import("./plan_graph.esm").PlanGraph} graph
 * @param {object} link
 * @returns {{kind: string, outcomes: object[]}} `always`, `otherwise`, or the kind of
 *     the outcomes that the first step can have, `mixed` for several
 */
export function lookOfLink(kit, graph, link) {
    const outcomes = link.outcomes.map(
        (code) => kit.outcomes.get(code) || {code, name: code, kind: "neutral"}
    );
    if (!outcomes.length) {
        return {kind: "always", outcomes};
    }
    const possible = kit.getOutcomes(graph.get(link.from));
    const own = outcomes.filter((outcome) => possible.includes(outcome));
    if (isOtherwise(kit, graph, link)) {
        return {kind: "otherwise", outcomes: own};
    }
    const shown = own.length ? own : outcomes;
    const kinds = new Set(shown.map(({kind}) => kind));
    return {kind: kinds.size === 1 ? [...kinds][0] : "mixed", outcomes: shown};
}
