// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {describeCondition} from "./describe_condition.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

const fields = registry.category("fields");

/**
 * The type of a step with its icon, and what runs by itself. Its view has to have `icon`
 * and `action_type`, too.
 */
export class PlanStepTypeField extends Component {
    static template = "crm_activity_plus.PlanStepTypeField";
    static props = {...standardFieldProps};

    get data() {
        return this.props.record.data;
    }

    get name() {
        return this.data[this.props.name]?.display_name || "";
    }

    /** @returns {string} the kind of a step that nobody does by hand, else empty */
    get automatic() {
        const kind = this.data.action_type;
        if (!kind || kind === "activity") {
            return "";
        }
        const {selection} = this.props.record.fields.action_type;
        return selection.find(([value]) => value === kind)?.[1] || kind;
    }
}

fields.add("plan_step_type", {
    component: PlanStepTypeField,
    supportedTypes: ["many2one"],
});

/** After which outcomes and on which records a step is done. */
export class PlanStepOnlyIfField extends Component {
    static template = "crm_activity_plus.PlanStepOnlyIfField";
    static props = {...standardFieldProps};

    setup() {
        super.setup();
        this.treeProcessor = useService("tree_processor");
        this.state = useState({condition: ""});
        useRecordObserver((record) => this.describe(record.data[this.props.name]));
    }

    get outcomes() {
        return this.props.record.data[this.props.name]?.outcomes || [];
    }

    /** Say in words what a condition says as a domain. */
    async describe({condition, res_model: resModel} = {}) {
        this.condition = condition;
        if (!condition || !resModel) {
            this.state.condition = condition || "";
            return;
        }
        const text = await describeCondition(this.treeProcessor, resModel, condition);
        if (this.condition === condition) {
            this.state.condition = text;
        }
    }
}

fields.add("plan_step_only_if", {
    component: PlanStepOnlyIfField,
    supportedTypes: ["json"],
});

/** What is wrong with a step: an icon in a list, sentences in a form. */
export class PlanStepProblemsField extends Component {
    static template = "crm_activity_plus.PlanStepProblemsField";
    static props = {...standardFieldProps, isBrief: {type: Boolean, optional: true}};

    get problems() {
        return this.props.record.data[this.props.name] || [];
    }

    get isError() {
        return this.problems.some(({level}) => level === "error");
    }

    get tooltip() {
        return this.problems.map(({message}) => message).join("\n");
    }
}

fields.add("plan_step_problems", {
    component: PlanStepProblemsField,
    supportedTypes: ["json"],
    extractProps: ({viewType}) => ({isBrief: viewType !== "form"}),
});
