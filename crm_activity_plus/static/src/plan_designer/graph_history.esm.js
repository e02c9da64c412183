// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

// So many steps can be undone.
const MAX_UNDO = 100;

/** The graphs that there were, for undo and redo. */
export class GraphHistory {
    /** @param {import("./plan_graph.esm").PlanGraph} graph */
    constructor(graph) {
        this.knownCodes = new Set();
        this.start(graph);
    }

    /** Begin anew: what was before can't be undone. */
    start(graph) {
        this._past = [];
        this._future = [];
        this._topic = null;
        this.replace(graph);
    }

    /** Have another graph that says the same, as it was saved, say. */
    replace(graph) {
        this.graph = graph;
        // A code that was deleted isn't given to another step: on the server, that would
        // be the same one.
        graph.codes.forEach((code) => this.knownCodes.add(code));
    }

    /**
     * @param {import("./plan_graph.esm").PlanGraph} graph
     * @param {string} [topic] what was changed; of several changes of the same in a row,
     *     such as letter by letter, the last one counts
     */
    push(graph, topic = null) {
        if (!topic || topic !== this._topic) {
            this._past.push(this.graph);
            this._past.splice(0, this._past.length - MAX_UNDO);
        }
        this._topic = topic;
        this._future = [];
        this.replace(graph);
    }

    get canUndo() {
        return this._past.length > 0;
    }

    get canRedo() {
        return this._future.length > 0;
    }

    undo() {
        this._move(this._past, this._future);
    }

    redo() {
        this._move(this._future, this._past);
    }

    _move(from, to) {
        if (from.length) {
            to.push(this.graph);
            this._topic = null;
            this.replace(from.pop());
        }
    }
}
