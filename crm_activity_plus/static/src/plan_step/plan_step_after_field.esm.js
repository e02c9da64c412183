// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillStart, useState} from "@odoo/owl";
import {AutoComplete} from "@web/core/autocomplete/autocomplete";
import {TagsList} from "@web/core/tags_list/tags_list";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/**
 * The steps that a step waits for, by their codes: those of the plan that are saved, and
 * those that are not. Its view has to have `code` and `plan_id`, too.
 */
export class PlanStepAfterField extends Component {
    static template = "crm_activity_plus.PlanStepAfterField";
    static components = {AutoComplete, TagsList};
    static props = {
        ...standardFieldProps,
        placeholder: {type: String, optional: true},
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({saved: []});
        onWillStart(() => this.loadSaved());
    }

    /** In a form of its own, a step doesn't know the others of its plan. */
    async loadSaved() {
        const {data, model, resModel} = this.props.record;
        if (!this.lines && data.plan_id) {
            this.state.saved = await this.orm.searchRead(
                resModel || model.config.resModel,
                [["plan_id", "=", data.plan_id.id]],
                ["code", "display_name"]
            );
        }
    }

    /** @returns {object[]|undefined} the lines of the plan's form */
    get lines() {
        return this.props.record._parentRecord?.data.template_ids?.records;
    }

    /** @returns {{code: string, name: string}[]} the other steps of the plan */
    get steps() {
        const {record} = this.props;
        const steps = this.lines
            ? this.lines
                  .filter((line) => line !== record)
                  .map(({data}) => ({
                      code: data.code,
                      name: data.summary || data.activity_type_id?.display_name || "",
                  }))
            : this.state.saved.map((row) => ({
                  code: row.code,
                  name: row.display_name,
              }));
        return steps.filter(({code}) => code && code !== record.data.code);
    }

    get codes() {
        const text = this.props.record.data[this.props.name] || "";
        return text
            .split(",")
            .map((code) => code.trim())
            .filter(Boolean);
    }

    get tags() {
        const names = new Map(this.steps.map(({code, name}) => [code, name]));
        return this.codes.map((code) => ({
            id: code,
            text: names.get(code) || code,
            colorIndex: names.has(code) ? 0 : 1,
            title: names.has(code) ? names.get(code) : _t("There is no such step."),
            onDelete: this.props.readonly
                ? undefined
                : () => this.update(this.codes.filter((other) => other !== code)),
        }));
    }

    get sources() {
        return [{options: (request) => this.getOptions(request)}];
    }

    getOptions(request) {
        const {codes} = this;
        const words = request.toLowerCase();
        const options = this.steps
            .filter(({code}) => !codes.includes(code))
            .filter(({name}) => name.toLowerCase().includes(words))
            .map(({code, name}) => ({
                label: name,
                onSelect: () => this.update([...this.codes, code]),
            }));
        return options.length ? options : [{label: _t("No other step")}];
    }

    onKeydown(ev) {
        if (ev.key === "Backspace" && !ev.target.value && this.codes.length) {
            this.update(this.codes.slice(0, -1));
        }
    }

    update(codes) {
        return this.props.record.update({[this.props.name]: codes.join(", ")});
    }
}

registry.category("fields").add("plan_step_after", {
    component: PlanStepAfterField,
    supportedTypes: ["char"],
    extractProps: ({attrs, placeholder}) => ({
        placeholder: placeholder || attrs.placeholder,
    }),
});
