// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {describeWhen, describeWho} from "./step_words.esm";
import {sortByLinks} from "./graph_days.esm";

/** A plan to be read from top to bottom, where there is no room to draw. */
export class PlanReading extends Component {
    static template = "crm_activity_plus.PlanReading";
    static props = {drawing: Object, problems: Object, users: Object};

    setup() {
        this.drawing = useState(this.props.drawing);
    }

    get steps() {
        const {graph, kit} = this.drawing;
        return sortByLinks(graph).map((code) => {
            const step = graph.get(code);
            return {
                code,
                name: kit.nameOf(step),
                typeName: kit.getTypeName(step),
                ...kit.getLook(step),
                automatic: step.kind === "activity" ? "" : kit.getKindName(step),
                when: describeWhen(kit, step),
                who: describeWho(kit, step, this.props.users),
                before: graph.to(code).map(({from}) => this.drawing.nameOf(from)),
                outcomes: graph
                    .outcomesOf(code)
                    .map((outcome) => kit.outcomes.get(outcome))
                    .filter(Boolean),
                problems: this.props.problems[code] || [],
            };
        });
    }
}
