// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {DateTimeField, dateField} from "@web/views/fields/datetime/datetime_field";
import {Component} from "@odoo/owl";
import {DateExplanation} from "./date_explanation.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// Room for the icon, in pixels.
const ICON_WIDTH = 20;

/** A date, with an icon that tells how it was found. */
export class ActivityDateExplanationField extends Component {
    static template = "crm_activity_plus.ActivityDateExplanationField";
    static components = {DateExplanation, DateTimeField};
    static props = {...DateTimeField.props};

    get explanation() {
        const {data} = this.props.record;
        return data[this.props.name] && data.date_explanation;
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
