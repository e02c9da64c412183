// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {MailActivityListRescheduleDropdown} from "@mail/views/web/list/mail_activity_list_reschedule";
import {patch} from "@web/core/utils/patch";

patch(MailActivityListRescheduleDropdown.prototype, {
    /** @returns {boolean} whether the row can get another date: what is on hold is
     * resumed first. Other lists don't say where their rows stand. */
    get canReschedule() {
        const {status = "new"} = this.props.record.data;
        return ["new", "in_progress"].includes(status);
    },
});
