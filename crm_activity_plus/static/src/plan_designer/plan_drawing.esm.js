// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {makeCode, readGraph} from "./plan_graph.esm";
import {GraphHistory} from "./graph_history.esm";
import {_t} from "@web/core/l10n/translation";
import {describeRefusal} from "./step_words.esm";
import {markRaw} from "@odoo/owl";

// What was copied last, for all plans that are drawn on this page.
const clipboard = {part: null};

/**
 * A plan while somebody draws it: the graph, what of it is chosen, and what may be done
 * with it. It knows no screen, and it doesn't save.
 */
export class PlanDrawing {
    /** @param {object|false} told the graph, as the server tells it */
    constructor(told) {
        /** What it is made of; null until that is known. */
        this.kit = null;
        this.version = told?.version || 0;
        this.history = markRaw(new GraphHistory(markRaw(readGraph(told))));
        /** What the drawing began with, and what it is compared with. */
        this.base = this.history.graph;
        this.graph = this.history.graph;
        this.selection = [];
        this.arrow = null;
        this.connectFrom = null;
        this.canUndo = false;
        this.canRedo = false;
        /** Counts what wasn't typed into the panel beside the drawing. */
        this.outside = 0;
    }

    /**
     * @param {object} hooks
     * @param {function(object): void} hooks.onChange is given the graph for the server
     * @param {function(string): void} hooks.announce is given what was done
     * @param {function(string): void} hooks.refuse is given why something can't be done
     */
    setHooks(hooks) {
        this.hooks = markRaw(hooks);
    }

    /** @param {import("./designer_kit.esm").DesignerKit} kit */
    setKit(kit) {
        this.kit = markRaw(kit);
    }

    /** @returns {string|null} the one step that is chosen */
    get chosen() {
        return this.selection.length === 1 ? this.selection[0] : null;
    }

    /** @returns {object} the graph, for the server */
    tell() {
        return {version: this.version, ...this.graph.tell()};
    }

    nameOf(code) {
        const step = this.graph.get(code);
        return step ? this.kit.nameOf(step) : code;
    }

    // ------------------------------------------------------------
    // What is there
    // ------------------------------------------------------------

    /**
     * Show what the server says now: after a save, or when the form was discarded.
     *
     * @param {object|false} told
     */
    load(told) {
        const graph = markRaw(readGraph(told));
        const codes = (other) => other.codes.join();
        this.version = told?.version || 0;
        this.base = graph;
        if (codes(graph) === codes(this.graph)) {
            this.history.replace(graph);
        } else {
            this.history.start(graph);
        }
        this.outside++;
        this._show();
    }

    /**
     * Go on from what somebody else saved.
     *
     * @param {object} told the graph as it is on the server
     * @param {import("./plan_graph.esm").PlanGraph} graph what it is to be
     */
    rebase(told, graph) {
        this.version = told.version;
        this.base = markRaw(readGraph(told));
        this.outside++;
        this._change(graph, null);
    }

    _show() {
        this.graph = this.history.graph;
        this.canUndo = this.history.canUndo;
        this.canRedo = this.history.canRedo;
        this.selection = this.selection.filter((code) => this.graph.get(code));
        if (this.arrow && !this.graph.getLink(this.arrow.from, this.arrow.to)) {
            this.arrow = null;
        }
        if (this.connectFrom && !this.graph.get(this.connectFrom)) {
            this.connectFrom = null;
        }
    }

    /**
     * @param {import("./plan_graph.esm").PlanGraph} graph
     * @param {string} words what was done, for those who don't see it
     * @param {string} [topic] see `GraphHistory.push`
     */
    _change(graph, words, topic) {
        this.history.push(markRaw(graph), topic);
        this._show();
        this.hooks.onChange(this.tell());
        if (words) {
            this.hooks.announce(words);
        }
    }

    undo() {
        if (this.canUndo) {
            this.history.undo();
            this._showOther(_t("Undone."));
        }
    }

    redo() {
        if (this.canRedo) {
            this.history.redo();
            this._showOther(_t("Done again."));
        }
    }

    _showOther(words) {
        this.outside++;
        this._show();
        this.hooks.onChange(this.tell());
        this.hooks.announce(words);
    }

    // ------------------------------------------------------------
    // Choosing
    // ------------------------------------------------------------

    /**
     * @param {string|null} code
     * @param {boolean} [isAdded] beside those that are chosen; or no longer
     */
    select(code, isAdded = false) {
        this.arrow = null;
        if (!code) {
            this.selection = [];
        } else if (!isAdded) {
            this.selection = [code];
        } else if (this.selection.includes(code)) {
            this.selection = this.selection.filter((other) => other !== code);
        } else {
            this.selection = [...this.selection, code];
        }
    }

    selectAll() {
        this.arrow = null;
        this.selection = this.graph.codes;
    }

    selectArrow(from, to) {
        this.selection = [];
        this.arrow = {from, to};
    }

    // ------------------------------------------------------------
    // Steps
    // ------------------------------------------------------------

    /**
     * Add a step: between two others, behind one, or to begin with the plan.
     *
     * @param {object} element see `DesignerKit.elements`
     * @param {{from: string, to: string}|{after: string}} [place]
     * @returns {string} its code
     */
    add(element, place = {}) {
        const {graph, kit} = this;
        const from = place.from || place.after;
        const base = element.kind === "activity" ? element.type : element.kind;
        const code = makeCode(base || "step", this.history.knownCodes);
        const step = kit.makeStep(element, code, Boolean(from));
        const names = {step: kit.nameOf(step), from: from && this.nameOf(from)};
        if (place.to) {
            const words = _t("“%(step)s” was added between “%(from)s” and “%(to)s”.", {
                ...names,
                to: this.nameOf(place.to),
            });
            this._change(graph.insert(place.from, place.to, step), words);
        } else if (from) {
            const words = _t("“%(step)s” was added after “%(from)s”.", names);
            this._change(graph.add(step, from).link(from, code), words);
        } else {
            this._change(graph.add(step), _t("“%s” was added.", names.step));
        }
        this.select(code);
        return code;
    }

    /**
     * @param {string} code
     * @param {object} values as in a graph
     */
    update(code, values) {
        const step = this.graph.get(code);
        if (!step) {
            return;
        }
        const filled = this._fillIn(step, values);
        if (JSON.stringify({...step, ...filled}) !== JSON.stringify(step)) {
            const topic = `${code}: ${Object.keys(values).join()}`;
            this._change(this.graph.update(code, filled), null, topic);
        }
    }

    /** @returns {object} values, with what another type brings along */
    _fillIn(step, values) {
        if (!values.type || values.type === step.type) {
            return values;
        }
        const [old, next] = [step.type, values.type].map((type) =>
            this.kit.fillIn(type)
        );
        const kept = Object.keys(next).filter(
            (key) => step[key] && step[key] !== old[key]
        );
        const brought = Object.entries(next).filter(([key]) => !kept.includes(key));
        return {...Object.fromEntries(brought), ...values};
    }

    /** Take out what is chosen. */
    remove() {
        if (this.arrow) {
            this.unlink(this.arrow.from, this.arrow.to);
        } else if (this.selection.length) {
            const names = this.selection.map((code) => _t("“%s”", this.nameOf(code)));
            this._change(
                this.graph.remove(this.selection),
                _t("%s was removed.", names.join(", "))
            );
        }
    }

    copy() {
        if (this.selection.length) {
            clipboard.part = this.graph.cut(this.selection);
            this.hooks.announce(_t("Copied."));
        }
    }

    paste() {
        if (clipboard.part) {
            const part = {
                // Of a plan for other records, some types may not be usable here.
                steps: clipboard.part.steps.filter(({type}) =>
                    this.kit.types.has(type)
                ),
                links: clipboard.part.links,
            };
            const codes = new Set(part.steps.map(({code}) => code));
            part.links = part.links.filter(
                ({from, to}) => codes.has(from) && codes.has(to)
            );
            this._addCopies(this.graph.paste(part, this.history.knownCodes));
        }
    }

    duplicate() {
        const {knownCodes} = this.history;
        this._addCopies(this.graph.duplicate(this.selection, knownCodes));
    }

    _addCopies({graph, codes}) {
        if (codes.length) {
            this._change(graph, _t("Steps pasted: %s.", codes.length));
            this.arrow = null;
            this.selection = codes;
        }
    }

    // ------------------------------------------------------------
    // Arrows
    // ------------------------------------------------------------

    /** @returns {boolean} whether a step can wait for another one */
    canLink(from, to) {
        return !this.graph.whyNotLink(from, to);
    }

    /**
     * Let a step wait for another one, or say why it can't.
     *
     * @returns {boolean} whether it does now
     */
    link(from, to) {
        const refusal = this.graph.whyNotLink(from, to);
        if (refusal) {
            this.hooks.refuse(describeRefusal(this.kit, this.graph, refusal));
            return false;
        }
        const words = _t("“%(to)s” waits for “%(from)s” now.", {
            from: this.nameOf(from),
            to: this.nameOf(to),
        });
        this._change(this.graph.link(from, to), words);
        return true;
    }

    unlink(from, to) {
        const words = _t("“%(to)s” no longer waits for “%(from)s”.", {
            from: this.nameOf(from),
            to: this.nameOf(to),
        });
        this._change(this.graph.unlink(from, to), words);
    }

    setOutcomes(code, outcomes) {
        this._change(this.graph.setOutcomes(code, outcomes), null);
    }

    /** Begin to draw an arrow with the keyboard. */
    startConnecting(code) {
        this.connectFrom = code;
        this.hooks.announce(
            _t(
                "Which step waits for “%s”? Go there with the arrow keys and press Enter. Escape cancels.",
                this.nameOf(code)
            )
        );
    }

    /** @param {string|null} to the step that is to wait; none cancels */
    stopConnecting(to) {
        const from = this.connectFrom;
        this.connectFrom = null;
        if (to && from) {
            this.link(from, to);
        }
    }
}
