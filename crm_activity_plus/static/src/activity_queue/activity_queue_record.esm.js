// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, markup} from "@odoo/owl";
import {formatMoment} from "../dates/dates.esm";
import {useService} from "@web/core/utils/hooks";

/** What there is to know about an activity's record: key facts and last messages. */
export class ActivityQueueRecord extends Component {
    static template = "crm_activity_plus.ActivityQueueRecord";
    static props = {activity: Object};

    setup() {
        this.store = useService("mail.store");
        this.formatMoment = formatMoment;
    }

    /** @returns {object[]} HTML, which the server has sanitized */
    get messages() {
        return this.props.activity.messages.map((message) => ({
            ...message,
            html: markup(message.body),
        }));
    }

    /** Links to records and people open as they do in the chatter. */
    onClickMessage(ev) {
        this.store.handleClickOnLink(ev);
    }
}
