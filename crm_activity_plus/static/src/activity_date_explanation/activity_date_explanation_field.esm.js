// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {DateTimeField, dateField} from "@web/views/fields/datetime/datetime_field";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {explainDate} from "./explain_date.esm";
import {registry} from "@web/core/registry";

// Room for the icon, in pixels.
const ICON_WIDTH = 20;

/** A date, with an icon that tells how it was found. */
export class ActivityDateExplanationField extends Component {
    static template = "crm_activity_plus.ActivityDateExplanationField";
    static components = {DateTimeField};
    static props = {...DateTimeField.props};

    get sentences() {
        return this.props.record.data[this.props.name]
            ? explainDate(this.props.record.data.date_explanation)
            : [];
    }

    get tooltipInfo() {
        return JSON.stringify({sentences: this.sentences});
    }
}

export const activityDateExplanationField = {
    ...dateField,
    component: ActivityDateExplanationField,
    displayName: _t("Date with Explanation"),
    fieldDependencies: [{name: "date_explanation", type: "json"}],
    listViewWidth: (params) => dateField.listViewWidth(params) + ICON_WIDTH,
};

registry
    .category("fields")
    .add("activity_date_explanation", activityDateExplanationField);
