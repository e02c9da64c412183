// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** How far the record's plan is: a bar, and the same in words. */
export class PlanProgressField extends Component {
    static template = "crm_activity_plus.PlanProgressField";
    static props = {...standardFieldProps};

    get count() {
        return this.props.record.data.plan_step_count;
    }

    get isPaused() {
        return this.props.record.data.plan_state === "paused";
    }

    get progress() {
        return Math.round(this.props.record.data[this.props.name]);
    }

    get text() {
        return this.props.record.data.plan_progress_text;
    }

    get label() {
        return this.isPaused
            ? _t("Plan paused: %s", this.text)
            : _t("Plan: %s", this.text);
    }
}

export const planProgressField = {
    component: PlanProgressField,
    displayName: _t("Progress of the Activity Plan"),
    supportedTypes: ["float"],
    fieldDependencies: [
        {name: "plan_state", type: "selection"},
        {name: "plan_progress_text", type: "char"},
        {name: "plan_step_count", type: "integer"},
    ],
    listViewWidth: [110, 140],
};

registry.category("fields").add("plan_progress", planProgressField);
