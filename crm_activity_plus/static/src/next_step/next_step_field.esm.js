// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {toLocaleDateString} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/** What comes next on the record, and when. What is overdue is said in words, too. */
export class NextStepField extends Component {
    static template = "crm_activity_plus.NextStepField";
    static props = {...standardFieldProps};

    get date() {
        return this.props.record.data.next_step_date;
    }

    get name() {
        return this.props.record.data[this.props.name];
    }

    /** @returns {number} days from today, negative in the past */
    get days() {
        const today = DateTime.local().startOf("day");
        return Math.round(this.date.startOf("day").diff(today, "days").days);
    }

    get isOverdue() {
        return Boolean(this.date) && this.days < 0;
    }

    get dateText() {
        if (this.days === 0) {
            return _t("today");
        }
        if (this.days === 1) {
            return _t("tomorrow");
        }
        if (this.days === -1) {
            return _t("overdue since yesterday");
        }
        return this.days < 0
            ? _t("%s days overdue", -this.days)
            : toLocaleDateString(this.date);
    }

    get dateTitle() {
        return toLocaleDateString(this.date);
    }

    get dateClass() {
        if (this.isOverdue) {
            return "text-danger fw-bolder";
        }
        return this.days === 0 ? "text-warning fw-bolder" : "text-muted";
    }
}

export const nextStepField = {
    component: NextStepField,
    displayName: _t("Next Step"),
    supportedTypes: ["char"],
    fieldDependencies: [{name: "next_step_date", type: "date"}],
};

registry.category("fields").add("next_step", nextStepField);
