// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityListPopover} from "@mail/core/web/activity_list_popover";
import {patch} from "@web/core/utils/patch";
import {useState} from "@odoo/owl";

patch(ActivityListPopover.prototype, {
    setup() {
        // Before it loads: inactive, so that no relation leads to them.
        this.inactiveState = useState({on_hold: [], cancelled: []});
        super.setup();
    },

    /** @override */
    get activities() {
        return super.activities.filter((activity) => !activity.isOnHold);
    },

    get heldActivities() {
        return this.getInactive("on_hold");
    },

    get cancelledActivities() {
        return this.getInactive("cancelled");
    },

    /** @returns {object[]} those that came with the others and still have the status */
    getInactive(status) {
        return this.inactiveState[status]
            .map((id) => this.store["mail.activity"].get(id))
            .filter((activity) => activity?.status === status);
    },

    /** @override The record's activities on hold come with the others, and those that
     * were cancelled last. */
    async updateFromProps({activityIds, defaultActivityTypeId, resId, resModel}) {
        const data = await this.orm.silent.call(
            "mail.activity",
            "activity_format",
            [activityIds],
            {context: {activity_held_on: [resModel, resId]}}
        );
        this.store.insert(data);
        const rows = (data["mail.activity"] || []).filter(
            (row) =>
                !defaultActivityTypeId || row.activity_type_id === defaultActivityTypeId
        );
        for (const status of ["on_hold", "cancelled"]) {
            this.inactiveState[status] = rows
                .filter((row) => row.status === status && !activityIds.includes(row.id))
                .map((row) => row.id);
        }
    },
});
