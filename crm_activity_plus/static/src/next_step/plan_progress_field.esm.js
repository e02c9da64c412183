// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** How many steps of the record's plan are closed: a bar, and the same in words. */
export class PlanProgressField extends Component {
    static template = "crm_activity_plus.PlanProgressField";
    static props = {...standardFieldProps};

    get closedCount() {
        return this.props.record.data.plan_step_closed_count;
    }

    get count() {
        return this.props.record.data.plan_step_count;
    }

    get isPaused() {
        return this.props.record.data.plan_state === "paused";
    }

    get progress() {
        return Math.round((100 * this.closedCount) / this.count);
    }

    get text() {
        return _t("%(closed)s of %(count)s", {
            closed: this.closedCount,
            count: this.count,
        });
    }

    get label() {
        const values = {closed: this.closedCount, count: this.count};
        return this.isPaused
            ? _t("Plan paused: %(closed)s of %(count)s steps are closed", values)
            : _t("Plan: %(closed)s of %(count)s steps are closed", values);
    }
}

export const planProgressField = {
    component: PlanProgressField,
    displayName: _t("Progress of the Activity Plan"),
    supportedTypes: ["float"],
    fieldDependencies: [
        {name: "plan_state", type: "selection"},
        {name: "plan_step_closed_count", type: "integer"},
        {name: "plan_step_count", type: "integer"},
    ],
    listViewWidth: [110, 140],
};

registry.category("fields").add("plan_progress", planProgressField);
