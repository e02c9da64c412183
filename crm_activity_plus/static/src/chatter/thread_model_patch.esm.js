// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Thread} from "@mail/core/common/thread_model";
import {compareDatetime} from "@mail/utils/common/misc";
import {fields} from "@mail/core/common/record";
import {patch} from "@web/core/utils/patch";

patch(Thread.prototype, {
    setup() {
        super.setup();
        const sort = (a, b) =>
            compareDatetime(a.date_deadline, b.date_deadline) || a.id - b.id;
        this.activities = fields.Many("mail.activity", {
            sort,
            onDelete(activity) {
                // Core forgets what is no longer planned. It may be on hold now.
                if (!activity.isTracked) {
                    activity.remove();
                }
            },
        });
        // Those on hold: they are not among the activities, which are active.
        this.heldActivities = fields.Many("mail.activity", {sort});
    },
});
