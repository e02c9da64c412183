// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {OutcomeChoice} from "./outcome_choice.esm";
import {StepForm} from "./step_form.esm";
import {_t} from "@web/core/l10n/translation";

/** A step beside the drawing: what, who, when, and only if. */
export class StepPanel extends Component {
    static template = "crm_activity_plus.StepPanel";
    static components = {OutcomeChoice, StepForm};
    static props = {
        drawing: Object,
        code: String,
        problems: Array,
        readonly: Boolean,
        context: Object,
        bus: Object,
        onClose: Function,
        onRemove: Function,
    };

    setup() {
        this.drawing = useState(this.props.drawing);
    }

    get step() {
        return this.drawing.graph.get(this.props.code);
    }

    get title() {
        return this.drawing.kit.nameOf(this.step);
    }

    get look() {
        return this.drawing.kit.getLook(this.step);
    }

    /** @returns {object[]} the steps that it waits for */
    get before() {
        return this.drawing.graph
            .to(this.props.code)
            .map(({from}) => ({code: from, name: this.drawing.nameOf(from)}));
    }

    /** @returns {object[]} all other steps; it can't wait for those that wait for it */
    get others() {
        const {graph} = this.drawing;
        const {code} = this.props;
        const behind = graph.findBehind(code);
        return graph.codes
            .filter((other) => other !== code && !graph.getLink(other, code))
            .map((other) => ({
                code: other,
                name: this.drawing.nameOf(other),
                refusal: behind.has(other) && _t("It waits for this step."),
            }));
    }

    /** @returns {object[]} the types that it can have, and the one that it has */
    get types() {
        const {kit} = this.drawing;
        const {type} = this.step;
        const types = [...kit.types.values()].filter(
            ({code, is_offered: isOffered}) => isOffered || code === type
        );
        return kit.types.has(type) ? types : [...types, {code: type, name: type}];
    }

    /** What a type brings along is shown, too. */
    choose(key, ev) {
        this.drawing.update(this.props.code, {[key]: ev.target.value});
        this.drawing.outside++;
    }

    onChooseBefore(ev) {
        if (ev.target.value) {
            this.drawing.link(ev.target.value, this.props.code);
            ev.target.value = "";
        }
    }

    setMode(mode) {
        this.drawing.update(this.props.code, {after_mode: mode});
    }
}

/** An arrow beside the drawing: after which outcomes the step is taken. */
export class ArrowPanel extends Component {
    static template = "crm_activity_plus.ArrowPanel";
    static components = {OutcomeChoice};
    static props = {
        drawing: Object,
        from: String,
        to: String,
        problems: Array,
        readonly: Boolean,
        onClose: Function,
        onRemove: Function,
    };

    setup() {
        this.drawing = useState(this.props.drawing);
    }

    get names() {
        const {from, to} = this.props;
        return {from: this.drawing.nameOf(from), to: this.drawing.nameOf(to)};
    }
}
