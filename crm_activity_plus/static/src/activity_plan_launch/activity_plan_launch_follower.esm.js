// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, status, useEffect, xml} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";
import {useService} from "@web/core/utils/hooks";

const INTERVAL = 2000;
const FOLLOWED_FIELDS = ["processed_count", "state"];

/** Keeps the form of a launch in the background up to date, as long as it goes on. */
export class ActivityPlanLaunchFollower extends Component {
    static template = xml`<t/>`;
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.work = useOneAtATime();
        useEffect(
            (isRunning) => {
                if (!isRunning) {
                    return;
                }
                const timer = browser.setInterval(
                    () => this.work.run(() => this.follow()),
                    INTERVAL
                );
                return () => browser.clearInterval(timer);
            },
            () => [["pending", "running"].includes(this.props.record.data.state)]
        );
    }

    /** Nobody waits for it: where it can't be asked, the next time will do. */
    async follow() {
        const {record} = this.props;
        try {
            const [launch] = await this.orm.silent.read(
                record.resModel,
                [record.resId],
                FOLLOWED_FIELDS
            );
            const isChanged = FOLLOWED_FIELDS.some(
                (name) => launch[name] !== record.data[name]
            );
            if (isChanged && status(this) !== "destroyed") {
                await record.load();
            }
        } catch {
            // Offline, or deleted: the form itself says so when it is used.
        }
    }
}

export const activityPlanLaunchFollower = {
    component: ActivityPlanLaunchFollower,
    fieldDependencies: [
        {name: "processed_count", type: "integer"},
        {name: "state", type: "selection"},
    ],
};

registry
    .category("view_widgets")
    .add("activity_plan_launch_follower", activityPlanLaunchFollower);
