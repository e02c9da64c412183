// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, xml} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** What the button that launches a plan says: on how many records it does so. */
export class ActivityPlanLaunchLabel extends Component {
    static template = xml`<t t-out="label" />`;
    static props = {...standardWidgetProps};

    get label() {
        const {is_batch_mode, launch_count} = this.props.record.data;
        if (!is_batch_mode) {
            return _t("Launch");
        }
        return launch_count === 1
            ? _t("Launch on 1 Record")
            : _t("Launch on %s Records", launch_count);
    }
}

export const activityPlanLaunchLabel = {
    component: ActivityPlanLaunchLabel,
    fieldDependencies: [
        {name: "is_batch_mode", type: "boolean"},
        {name: "launch_count", type: "integer"},
    ],
};

registry
    .category("view_widgets")
    .add("activity_plan_launch_label", activityPlanLaunchLabel);
