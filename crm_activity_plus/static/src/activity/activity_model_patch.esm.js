// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Activity} from "@mail/core/common/activity_model";
import {_t} from "@web/core/l10n/translation";
import {describeHold} from "./describe_activity.esm";
import {fields} from "@mail/core/common/record";
import {formatBooking} from "../dates/dates.esm";
import {patch} from "@web/core/utils/patch";
import {requestInWords} from "./request_in_words.esm";

const CLOSED_STATUSES = ["done", "cancelled"];

patch(Activity.prototype, {
    setup() {
        super.setup(...arguments);
        this.on_hold_until = fields.Date();
        // What the activity can end with; none where it comes from elsewhere.
        this.outcomes = fields.Attr([]);
        // Fields of its record that its type shows.
        this.card = fields.Attr([]);
        // When it takes place, where that was booked.
        this.booking = fields.Attr(false);
    },

    /**
     * @returns {boolean} whether the server told the suite's part of the data. Where it
     * didn't, the activity is left to core.
     */
    get isTracked() {
        return Boolean(this.status);
    },

    get isClosed() {
        return CLOSED_STATUSES.includes(this.status);
    },

    get isOnHold() {
        return this.status === "on_hold";
    },

    /** @returns {boolean} whether nobody does it, such as after its user has left */
    get isUnassigned() {
        return this.isTracked && !this.isClosed && !this.user_id;
    },

    get canStart() {
        return this.status === "new";
    },

    get canHold() {
        return ["new", "in_progress"].includes(this.status);
    },

    get canBook() {
        return (
            this.isTracked &&
            !this.isClosed &&
            !this.calendar_event_id &&
            ["meeting", "phonecall"].includes(this.activity_category)
        );
    },

    /** @returns {string} where the work stands, or nothing while it is new */
    get statusText() {
        switch (this.status) {
            case "in_progress":
                return _t("In Progress");
            case "done":
                return _t("Done");
            case "cancelled":
                return _t("Cancelled");
            case "on_hold":
                return describeHold(this);
        }
        return "";
    },

    get bookingText() {
        return formatBooking(this.booking);
    },

    /**
     * Ask the server to do something with the activity. Where it refuses, the activity
     * is loaded again, so that the screen shows what somebody else did meanwhile.
     *
     * @param {string} method
     * @param {object} [kwargs]
     * @returns {Promise<{refusal: string, result: any}>} ``refusal``: why it was not
     * done, in a sentence; empty where it was
     */
    async request(method, kwargs = {}) {
        const answer = await requestInWords(() =>
            this.store.env.services.orm.call(
                "mail.activity",
                method,
                [[this.id]],
                kwargs
            )
        );
        if (answer.refusal) {
            await this.refresh();
        }
        return answer;
    },

    /** Load the activity again, where it is still there. */
    async refresh() {
        const {result} = await requestInWords(() =>
            this.store.env.services.orm.silent.call(
                "mail.activity",
                "activity_format",
                [[this.id]]
            )
        );
        if (result) {
            this.store.insert(result);
        }
    },

    /**
     * Do something with the activity, and say where that is refused.
     *
     * @param {string} method
     * @param {object} [kwargs]
     * @returns {Promise<boolean>} whether it was done
     */
    async act(method, kwargs = {}) {
        const {refusal} = await this.request(method, kwargs);
        if (refusal) {
            this.store.env.services.notification.add(refusal, {type: "warning"});
            return false;
        }
        await this.refresh();
        this.tellOtherTabs();
        return true;
    },

    /** It is closed: it isn't shown until the server has told what comes next. */
    leaveScreen() {
        this.remove();
    },

    tellOtherTabs() {
        this.store.activityBroadcastChannel?.postMessage({
            type: "RELOAD_CHATTER",
            payload: {id: this.res_id, model: this.res_model},
        });
    },

    /** Take the activity off hold, with its whole plan where that is paused. */
    async resume() {
        if (!this.held_by_pause || !this.plan_step) {
            return this.act("action_resume");
        }
        const {refusal} = await requestInWords(() =>
            this.store.env.services.orm.call(
                "mail.activity.plan.run",
                "action_resume",
                [[this.plan_step.run_id]]
            )
        );
        if (refusal) {
            this.store.env.services.notification.add(refusal, {type: "warning"});
        }
        await this.refresh();
        return !refusal;
    },

    /**
     * Mark the activity done, with the feedback that was typed.
     *
     * @param {object} [options] - ``outcome``: its id; ``attachment_ids``
     * @returns {Promise<{refusal: string}>}
     */
    async complete(options = {}) {
        const answer = await this.request("complete", {
            feedback: this.feedback,
            ...options,
        });
        if (!answer.refusal) {
            this.tellOtherTabs();
        }
        return answer;
    },

    /** @override Unlike core's, it says so where somebody else was faster. */
    async markAsDone(attachmentIds = []) {
        if (!this.isTracked) {
            return super.markAsDone(...arguments);
        }
        const {refusal} = await this.complete({attachment_ids: attachmentIds});
        if (refusal) {
            this.store.env.services.notification.add(refusal, {type: "warning"});
        }
    },

    /** Keep what was typed about an activity that can't be completed any more. */
    async logFeedback() {
        const answer = await requestInWords(() =>
            this.store.env.services.orm.call(
                this.res_model,
                "message_post",
                [[this.res_id]],
                {
                    body: this.feedback,
                    message_type: "comment",
                    subtype_xmlid: "mail.mt_note",
                }
            )
        );
        if (!answer.refusal) {
            this.feedback = "";
        }
        return answer;
    },

    /** @override Say why, where the calendar can't be opened. */
    async rescheduleMeeting() {
        if (!this.isTracked) {
            return super.rescheduleMeeting(...arguments);
        }
        const {refusal, result} = await this.request("action_create_calendar_event");
        if (refusal) {
            this.store.env.services.notification.add(refusal, {type: "warning"});
            return;
        }
        await this.store.env.services.action.doAction(result);
    },
});
