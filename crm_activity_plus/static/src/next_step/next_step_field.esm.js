// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {countDays, describeDue, formatDay, formatNearDay} from "../dates/dates.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

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

    get days() {
        return countDays(this.date);
    }

    get dateText() {
        return this.days < 0 ? describeDue(this.date) : formatNearDay(this.date);
    }

    get dateTitle() {
        return formatDay(this.date);
    }

    get dateClass() {
        if (this.days < 0) {
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
