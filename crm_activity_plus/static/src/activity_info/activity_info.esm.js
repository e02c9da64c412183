// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {describeAttempt} from "../activity/describe_activity.esm";

const STATUS_ICONS = {
    cancelled: "fa-times",
    done: "fa-check",
    on_hold: "fa-pause",
};

/**
 * What there is to know about an activity at a glance: the step of which plan it is,
 * where it stands, when it takes place, and the fields of its record that its type shows.
 *
 * @typedef {object} Props
 * @property {import("models").Activity} activity
 * @property {Function} [onLeave] - called when a click leads elsewhere
 */
export class ActivityInfo extends Component {
    static template = "crm_activity_plus.ActivityInfo";
    static props = {
        activity: Object,
        onLeave: {type: Function, optional: true},
    };

    get hasContent() {
        const {activity} = this.props;
        return Boolean(
            activity.plan_step ||
                activity.isUnassigned ||
                activity.statusText ||
                this.attempt ||
                activity.bookingText ||
                activity.card?.length
        );
    }

    get attempt() {
        return describeAttempt(this.props.activity);
    }

    get statusIcon() {
        const {isClosing, status} = this.props.activity;
        return STATUS_ICONS[isClosing ? "done" : status] || "fa-play";
    }

    onClickPlan() {
        this.props.onLeave?.();
        this.env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.activity.plan.run",
            res_id: this.props.activity.plan_step.run_id,
            views: [[false, "form"]],
        });
    }
}
