// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {findOtherwise} from "./graph_outcomes.esm";

/** After which outcomes of the steps before it a step is taken. */
export class OutcomeChoice extends Component {
    static template = "crm_activity_plus.OutcomeChoice";
    static props = {
        drawing: Object,
        code: String,
        // The arrow that it is about; without one, it is about all that lead to the step.
        from: {type: String, optional: true},
        readonly: Boolean,
    };

    setup() {
        this.drawing = useState(this.props.drawing);
    }

    get chosen() {
        return this.drawing.graph.outcomesOf(this.props.code);
    }

    get sources() {
        const {code, from} = this.props;
        return from ? [from] : this.drawing.graph.to(code).map((link) => link.from);
    }

    /** @returns {object[]} the outcomes that can be chosen, and those that are */
    get outcomes() {
        const {graph, kit} = this.drawing;
        const possible = new Map();
        for (const source of this.sources) {
            for (const outcome of kit.getOutcomes(graph.get(source))) {
                possible.set(outcome.code, {...outcome, isPossible: true});
            }
        }
        for (const code of this.chosen) {
            if (!possible.has(code)) {
                const outcome = kit.outcomes.get(code) || {name: code, kind: "neutral"};
                possible.set(code, {...outcome, code, isPossible: false});
            }
        }
        return [...possible.values()];
    }

    /** @returns {boolean} whether the choice is for other arrows, too */
    get isShared() {
        return (
            Boolean(this.props.from) &&
            this.drawing.graph.to(this.props.code).length > 1
        );
    }

    /** @returns {string[]} what no other arrow from here is for */
    get otherwise() {
        const {graph, kit} = this.drawing;
        const [source, another] = this.sources;
        return source && !another
            ? findOtherwise(kit, graph, source, this.props.code)
            : [];
    }

    toggle(code) {
        const {chosen} = this;
        const outcomes = chosen.includes(code)
            ? chosen.filter((other) => other !== code)
            : [...chosen, code];
        this.set(outcomes);
    }

    set(outcomes) {
        this.drawing.setOutcomes(this.props.code, outcomes);
    }
}
