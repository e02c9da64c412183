// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityListPopover} from "@mail/core/web/activity_list_popover";
import {patch} from "@web/core/utils/patch";
import {useState} from "@odoo/owl";

patch(ActivityListPopover.prototype, {
    setup() {
        // Before it loads: on hold, so that no relation leads to them.
        this.heldState = useState({ids: []});
        super.setup();
    },

    /** @override */
    get activities() {
        return super.activities.filter((activity) => !activity.isOnHold);
    },

    get heldActivities() {
        const {records} = this.store["mail.activity"];
        return Object.values(records).filter(
            (activity) => activity.isOnHold && this.heldState.ids.includes(activity.id)
        );
    },

    /** @override The record's activities on hold come with the others. */
    async updateFromProps({activityIds, defaultActivityTypeId, resId, resModel}) {
        const data = await this.orm.silent.call(
            "mail.activity",
            "activity_format",
            [activityIds],
            {context: {activity_held_on: [resModel, resId]}}
        );
        this.store.insert(data);
        this.heldState.ids = (data["mail.activity"] || [])
            .filter(
                (row) =>
                    row.status === "on_hold" &&
                    (!defaultActivityTypeId ||
                        row.activity_type_id === defaultActivityTypeId)
            )
            .map((row) => row.id);
    },
});
