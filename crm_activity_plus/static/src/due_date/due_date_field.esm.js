// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    RemainingDaysField,
    remainingDaysField,
} from "@web/views/fields/remaining_days/remaining_days_field";
import {_t} from "@web/core/l10n/translation";
import {capitalize} from "@web/core/utils/strings";
import {describeDue} from "../dates/dates.esm";
import {registry} from "@web/core/registry";

// A date that is farther away is told itself.
const MAX_DAYS = 99;

/**
 * When something is due: as Odoo says it, but what is overdue is called so, and next
 * week isn't “next month”.
 */
export class DueDateField extends RemainingDaysField {
    /** @override */
    get diffString() {
        const {diffDays} = this;
        const day = this.props.record.data[this.props.name];
        if (diffDays < 0) {
            return describeDue(day);
        }
        return day && diffDays <= MAX_DAYS
            ? capitalize(day.toRelativeCalendar({unit: "days"}))
            : super.diffString;
    }
}

export const dueDateField = {
    ...remainingDaysField,
    component: DueDateField,
    displayName: _t("Due Date"),
};

registry.category("fields").add("due_date", dueDateField);
