// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {describeDue} from "../dates/dates.esm";

/** What comes, and what was skipped; a click on one shows it now. */
export class ActivityQueueList extends Component {
    static template = "crm_activity_plus.ActivityQueueList";
    static props = {
        queue: Object,
        // Gets the id of an activity.
        onChoose: Function,
    };

    setup() {
        this.describeDue = describeDue;
    }

    /** @returns {number} how many of those that come aren't listed */
    get more() {
        const {left, comingRows} = this.props.queue;
        return Math.max(left - 1 - comingRows.length, 0);
    }

    getDueClass({state}) {
        return {overdue: "text-danger", today: "text-warning-emphasis"}[state];
    }
}
