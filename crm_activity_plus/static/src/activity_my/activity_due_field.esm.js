// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {DueDateField, dueDateField} from "../due_date/due_date_field.esm";
import {_t} from "@web/core/l10n/translation";
import {describeHold} from "../activity/describe_activity.esm";
import {formatDay} from "../dates/dates.esm";
import {registry} from "@web/core/registry";

const CLOSED_STATUSES = ["done", "cancelled"];

/** When an activity is due; of one on hold, when it resumes; when it was due, of one that
 * is closed. */
export class ActivityDueField extends DueDateField {
    static template = "crm_activity_plus.ActivityDueField";

    get isOnHold() {
        return this.props.record.data.status === "on_hold";
    }

    get isClosed() {
        return CLOSED_STATUSES.includes(this.props.record.data.status);
    }

    /** @override */
    get diffString() {
        return this.isClosed ? this.formattedValue : super.diffString;
    }

    /** @override */
    get classNames() {
        return this.isClosed ? null : super.classNames;
    }

    /** @returns {string} short, since the status says that it is on hold */
    get holdText() {
        const {
            held_by_pause: isHeldByPause,
            on_hold_until: ownUntil,
            plan_paused_until: planUntil,
        } = this.props.record.data;
        const until = isHeldByPause ? planUntil : ownUntil;
        if (until) {
            return _t("Until %s", formatDay(until));
        }
        return isHeldByPause ? _t("Plan paused") : _t("No date");
    }

    get holdTitle() {
        return describeHold(this.props.record.data);
    }
}

export const activityDueField = {
    ...dueDateField,
    component: ActivityDueField,
    displayName: _t("Due Date or End of the Hold"),
    fieldDependencies: [
        {name: "held_by_pause", type: "boolean"},
        {name: "on_hold_until", type: "date"},
        {name: "plan_paused_until", type: "date"},
        {name: "status", type: "selection"},
    ],
};

registry.category("fields").add("activity_due", activityDueField);
