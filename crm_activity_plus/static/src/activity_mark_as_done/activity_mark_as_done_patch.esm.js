// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {onMounted, onWillDestroy, useState} from "@odoo/owl";
import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {describeNext} from "./describe_next.esm";
import {getOutcomeClass} from "../activity/outcome_class.esm";
import {patch} from "@web/core/utils/patch";
import {serializeDate} from "@web/core/l10n/dates";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";
import {useService} from "@web/core/utils/hooks";
import {_t} from "@web/core/l10n/translation";

patch(ActivityMarkAsDone.prototype, {
    setup() {
        super.setup();
        this.outbox = useService("crm_activity_plus.activity_outbox");
        this.ui = useService("ui");
        this.work = useOneAtATime();
        this.outcomeState = useState({
            // The outcome that was chosen, and whose next attempt needs a date.
            dated: null,
            date: "",
            isNoteLogged: false,
            // What completing would start, by the id of the outcome; 0 for none.
            preview: {},
            pointedOutcome: 0,
            refusal: "",
        });
        onMounted(() => this.loadPreview());
        onWillDestroy(() => {
            if (this.outcomeState.refusal) {
                // Somebody else changed what is around this.
                this.props.onActivityChanged?.(this.thread);
            }
        });
    },

    /** @returns {object[]} how the activity can end; the server alone knows */
    get outcomes() {
        return this.props.activity.outcomes || [];
    },

    get thread() {
        const {res_id: id, res_model: model} = this.props.activity;
        return this.env.services["mail.store"].Thread.insert({id, model});
    },

    /** @returns {string[]} what the outcome that is pointed at would start */
    get nextSentences() {
        const {preview, pointedOutcome} = this.outcomeState;
        return preview[pointedOutcome] || [];
    },

    getOutcomeClass,

    async loadPreview() {
        if (!this.props.activity.isTracked) {
            return;
        }
        const {refusal, result} = await this.props.activity.request("preview_complete");
        this.outcomeState.refusal = refusal;
        this.outcomeState.preview = Object.fromEntries(
            (result || []).map((row) => [row.outcome_id || 0, describeNext(row)])
        );
    },

    pointAt(outcome) {
        this.outcomeState.pointedOutcome = outcome ? outcome.id : 0;
    },

    /** @returns {string} the first date that a next attempt can be agreed for */
    get today() {
        return serializeDate(luxon.DateTime.local());
    },

    /** Some outcomes need a date first: when is the next attempt? */
    onChooseOutcome(outcome) {
        if (outcome.asks_date) {
            const date = serializeDate(luxon.DateTime.local().plus({days: 1}));
            Object.assign(this.outcomeState, {dated: outcome, date});
            return;
        }
        return this.onClickOutcome(outcome);
    },

    /**
     * Complete the activity. Where the server refuses, the pop-up stays with what was
     * typed, and says why.
     *
     * @param {object} [outcome]
     * @param {string} [date] - the date agreed for the next attempt
     */
    onClickOutcome(outcome, date) {
        if (this.ui.isSmall) {
            return this.completeUndoably(outcome, date);
        }
        return this.work.run(async () => {
            const {thread} = this;
            const {refusal} = await this.props.activity.complete({
                ...(outcome && {outcome: outcome.id}),
                ...(date && {retry_date: date}),
            });
            this.outcomeState.refusal = refusal;
            if (!refusal) {
                await this.leave(thread);
            }
        });
    },

    /**
     * Complete the activity, so that it can be taken back for some seconds: on a phone a
     * tap may be a slip. Where the server refuses, a notification says why, and the
     * feedback is there again when the pop-up is opened.
     *
     * @param {object} [outcome]
     * @param {string} [date] - the date agreed for the next attempt
     */
    completeUndoably(outcome, date) {
        const {activity, close} = this.props;
        const {thread} = this;
        const name = activity.summary || activity.display_name;
        const setClosing = (isClosing) => {
            activity.isClosing = isClosing;
        };
        setClosing(true);
        this.outbox.put({
            activityId: activity.id,
            name,
            text: outcome
                ? _t("%(outcome)s: “%(activity)s”", {
                      outcome: outcome.name,
                      activity: name,
                  })
                : _t("Marked done: “%s”", name),
            isNotified: true,
            method: "queue_complete",
            kwargs: {
                outcome: outcome ? outcome.id : false,
                feedback: activity.feedback || false,
                retry_date: date || false,
            },
            onSent: () => {
                activity.tellOtherTabs();
                return this.showClosed(thread);
            },
            onRefused: () => {
                setClosing(false);
                activity.refresh();
                // The outbox says why.
                return false;
            },
            onUndone: () => setClosing(false),
        });
        close?.();
    },

    /** @override */
    onClickDone() {
        if (!this.props.activity.isTracked) {
            return super.onClickDone();
        }
        return this.onClickOutcome();
    },

    /** @override Unlike core's, the pop-up stays until it is done. */
    onClickDoneAndScheduleNext() {
        if (!this.props.activity.isTracked) {
            return super.onClickDoneAndScheduleNext();
        }
        return this.work.run(async () => {
            const {thread} = this;
            const {activity, onActivityChanged, onClickDoneAndScheduleNext} =
                this.props;
            const {refusal, result} = await activity.request(
                "action_feedback_schedule_next",
                {feedback: activity.feedback}
            );
            this.outcomeState.refusal = refusal;
            if (refusal) {
                return;
            }
            activity.tellOtherTabs();
            onClickDoneAndScheduleNext?.();
            await this.leave(thread);
            if (result) {
                await new Promise((resolve) => {
                    this.env.services.action.doAction(result, {onClose: resolve});
                });
                onActivityChanged?.(thread);
            }
        });
    },

    leave(thread) {
        this.props.close?.();
        return this.showClosed(thread);
    },

    async showClosed(thread) {
        const {activity, onActivityChanged} = this.props;
        activity.leaveScreen();
        onActivityChanged?.(thread);
        // Where its messages aren't shown, nobody waits for new ones.
        if (thread.isLoaded) {
            await thread.fetchNewMessages();
        }
    },

    onClickLogNote() {
        return this.work.run(async () => {
            const {thread} = this;
            const {refusal} = await this.props.activity.logFeedback();
            if (refusal) {
                this.outcomeState.refusal = refusal;
                return;
            }
            this.outcomeState.isNoteLogged = true;
            await thread.fetchNewMessages();
        });
    },
});
