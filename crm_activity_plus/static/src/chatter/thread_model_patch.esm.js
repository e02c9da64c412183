// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Thread} from "@mail/core/common/thread_model";
import {compareDatetime} from "@mail/utils/common/misc";
import {fields} from "@mail/core/common/record";
import {patch} from "@web/core/utils/patch";

patch(Thread.prototype, {
    setup() {
        super.setup();
        // Those on hold: they are not among the activities, which are active.
        this.heldActivities = fields.Many("mail.activity", {
            sort: (a, b) =>
                compareDatetime(a.date_deadline, b.date_deadline) || a.id - b.id,
        });
    },
});
