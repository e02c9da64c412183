// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ConnectionLostError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {doAlone} from "../one_at_a_time/one_at_a_time.esm";
import {markRaw} from "@odoo/owl";

const MODEL = "mail.activity";
const DRAFT_KEY = "crm_activity_plus.activity_queue.";
// For so long a digit tells the outcome of what Ctrl+Enter has just closed.
const CHOICE_DELAY = 3000;

function isSameRecord(first, second) {
    return (
        Boolean(first.res_model) &&
        first.res_model === second.res_model &&
        first.res_id === second.res_id
    );
}

/**
 * The work queue without its looks: one activity after the other.
 *
 * The one after the present one is fetched, and claimed, while somebody works on the
 * present one, so that it appears at once. What is closed waits in the outbox for some
 * seconds: the queue goes on as if it were closed, and takes it back where it is undone
 * or refused.
 */
export class ActivityQueueModel {
    /**
     * @param {{orm: object, outbox: object}} services
     * @param {Array} domain - the activities to work through
     * @param {object} [memory] - what `remember` gave, where somebody comes back
     */
    constructor({orm, outbox}, domain, memory = {}) {
        this.orm = markRaw(orm);
        this.outbox = outbox;
        this.domain = domain;
        this.activity = false;
        this.left = 0;
        this.feedback = "";
        this.isBusy = false;
        this.isFinished = false;
        // Whether there is still a screen to show what the server answers.
        this.isAlive = true;
        // What to tell the user: {type, text, canRetry, isGone, canReturn}
        this.alert = false;
        // What has just moved, for those who hear it.
        this.message = "";
        // Whether the email was written, or the document uploaded: {text}
        this.offer = false;
        this.skipped = memory.skipped || [];
        // What was done: {id, name}
        this.results = memory.results || [];
        // The ids of the activities that were shown, the last one at the end.
        this.history = memory.history || [];
        this.rememberedId = memory.currentId;
        // What somebody else has closed, or the user may not change any more.
        this.goneIds = [];
        // What was closed here, and that the server hasn't confirmed yet.
        this.closing = [];
        // What was refused while the user was typing about the next one.
        this.refused = [];
        this.ahead = false;
        this.coming = [];
        // Files that were uploaded, by the id of the activity.
        this.uploads = {};
        this.retry = false;
        // What was just closed, and whose outcome can be told by a digit.
        this.choice = false;
        // When the user last went on from one to the next.
        this.movedAt = 0;
    }

    remember() {
        return {
            currentId: this.activity && this.activity.id,
            history: this.history,
            results: this.results,
            skipped: this.skipped,
        };
    }

    /** @returns {number[]} what is claimed at present */
    get claimedIds() {
        return [this.activity, this.ahead.activity, ...this.closing]
            .filter(Boolean)
            .map((activity) => activity.id);
    }

    /** @returns {number[]} what is claimed and stays open where the queue is left */
    get openIds() {
        return this.claimedIds.filter((id) => !this.isClosing(id));
    }

    /** @returns {{name: string, count: number}[]} what was done in this session */
    get summary() {
        const counts = new Map();
        for (const {name} of this.results) {
            counts.set(name, (counts.get(name) || 0) + 1);
        }
        return [...counts].map(([name, count]) => ({name, count}));
    }

    /** @returns {object[]} what comes after the present one, without what was skipped */
    get comingRows() {
        return this.coming.filter(
            ({id}) =>
                id !== this.activity.id &&
                !this.isSkipped(id) &&
                !this.isClosing(id) &&
                !this.goneIds.includes(id)
        );
    }

    get attachments() {
        return this.uploads[this.activity.id] || [];
    }

    /** @returns {boolean} whether the last one can be taken back */
    get canUndo() {
        const {waiting} = this.outbox;
        return Boolean(waiting) && this.isClosing(waiting.activityId);
    }

    get canGoBack() {
        return this.history.some((id) => this.isWithinReach(id));
    }

    isWithinReach(id) {
        return this.isClosing(id)
            ? this.canUndo && this.outbox.waiting.activityId === id
            : !this.results.some((result) => result.id === id) &&
                  !this.goneIds.includes(id);
    }

    isClosing(id) {
        return this.closing.some((closed) => closed.id === id);
    }

    /** @returns {boolean} whether something is being closed on an activity's record */
    isClosingOn(activity) {
        return this.closing.some((closed) => isSameRecord(closed.activity, activity));
    }

    isSkipped(id) {
        return this.skipped.some((row) => row.id === id);
    }

    // -------------------------------------------------------------------------
    // From one to the next
    // -------------------------------------------------------------------------

    async load() {
        await this.perform(async () => {
            await this.advance();
            const id = this.rememberedId;
            this.rememberedId = false;
            if (id && this.activity && this.activity.id !== id) {
                await this.fetchAndShow(id);
                // Whoever comes back has closed it there.
                this.clearAlert();
            }
        });
    }

    /**
     * Show the next activity.
     *
     * @param {object} [ahead] - the one that was fetched ahead
     */
    async advance(ahead = this.ahead) {
        this.ahead = false;
        const next = ahead || (await this.fetch());
        this.setCurrent(next.activity, next.left);
        if (this.activity) {
            this.fetchAhead();
        }
        this.fetchComing();
    }

    setCurrent(activity, left) {
        this.activity = activity;
        this.left = left;
        this.isFinished = !activity;
        this.offer = false;
        this.feedback = activity ? this.readDraft(activity.id) : "";
    }

    /**
     * @param {number} [currentId] - the one that is being worked on
     * @param {Array} [domain]
     * @returns {Promise<{activity: object, left: number}>}
     */
    fetch(currentId, domain = this.domain) {
        const skipIds = [...this.skipped, ...this.closing].map(({id}) => id);
        skipIds.push(...this.goneIds);
        if (currentId) {
            skipIds.push(currentId);
        }
        return this.orm.call(MODEL, "queue_next", [domain], {skip_ids: skipIds});
    }

    /** Nobody waits for it: where it fails, the next one is fetched when it is needed. */
    async fetchAhead() {
        const {id} = this.activity;
        let ahead = false;
        try {
            ahead = await this.fetch(id);
        } catch {
            return;
        }
        const {activity} = ahead;
        if (this.activity.id === id && !this.ahead && !this.isClosing(activity.id)) {
            this.left = ahead.left + 1;
            this.ahead = activity ? ahead : false;
        } else if (activity && !this.claimedIds.includes(activity.id)) {
            this.release([activity.id]);
        }
    }

    /** Fetch the list of what comes; where that fails, the old one is shown. */
    async fetchComing() {
        try {
            this.coming = await this.orm.silent.call(MODEL, "queue_coming", [
                this.domain,
            ]);
        } catch {
            // It is read again after the next one.
        }
    }

    async skip() {
        if (!this.activity || this.isBusy || this.isSkipped(this.activity.id)) {
            return;
        }
        const {activity} = this;
        this.skipped.push(this.getRow(activity));
        this.leave(activity.id);
        await this.perform(async () => {
            await this.advance();
            this.release([activity.id]);
            this.movedAt = Date.now();
            this.message = _t("“%s” is skipped for now.", activity.name);
        });
    }

    getRow({id, name, res_name, type, icon, state, date_deadline}) {
        return {id, name, res_name, type, icon, state, date_deadline};
    }

    /** Go through those that were skipped for now. */
    async startSkipped() {
        this.skipped = [];
        await this.load();
    }

    leave(id) {
        this.history = [...this.history.filter((other) => other !== id), id];
    }

    /** Show the activity before the present one, where it isn't closed for good. */
    async goBack() {
        if (this.isBusy || !this.canGoBack) {
            return;
        }
        const id = this.history.findLast((other) => this.isWithinReach(other));
        if (this.isClosing(id)) {
            this.undo();
            return;
        }
        await this.perform(async () => {
            this.history = this.history.filter((other) => other !== id);
            await this.fetchAndShow(id);
        });
    }

    /**
     * Do another activity now; the present one comes after it.
     *
     * @param {number} id - of one that comes, or that was skipped
     */
    async open(id) {
        const {activity} = this;
        if (this.isBusy || activity.id === id) {
            return;
        }
        await this.perform(async () => {
            if ((await this.fetchAndShow(id)) && activity) {
                this.leave(activity.id);
            }
        });
    }

    /** @returns {Promise<boolean>} whether it is still to be done */
    async fetchAndShow(id) {
        const isAhead = this.ahead && this.ahead.activity.id === id;
        const activity = isAhead
            ? this.ahead.activity
            : await this.orm.call(MODEL, "queue_read", [[id]]);
        if (!activity) {
            this.goneIds.push(id);
            this.skipped = this.skipped.filter((row) => row.id !== id);
            this.alert = {
                type: "info",
                text: _t("This activity is closed, or somebody else is working on it."),
            };
            return false;
        }
        if (isAhead) {
            this.ahead = false;
        }
        const isMore = this.isSkipped(id) || !this.activity;
        this.skipped = this.skipped.filter((row) => row.id !== id);
        this.show(activity, this.left + (isMore ? 1 : 0));
        return true;
    }

    /** Show an activity, and the present one after it. */
    show(activity, left) {
        const {ahead, activity: current} = this;
        this.ahead =
            current && current.id !== activity.id
                ? {activity: current, left: left - 1}
                : false;
        if (ahead && ahead.activity.id !== activity.id) {
            this.release([ahead.activity.id]);
        }
        this.setCurrent(activity, left);
    }

    // -------------------------------------------------------------------------
    // Doing it
    // -------------------------------------------------------------------------

    /**
     * @param {object} [outcome] - without one it is just done
     * @param {object} [options] - ``date``: agreed for the next attempt;
     *     ``isChoosable``: whether the outcome can be told right after it
     */
    async complete(outcome, options = {}) {
        const {activity} = this;
        if (!this.canClose()) {
            return;
        }
        await this.finish({
            ...this.describeDone(activity, outcome),
            method: "queue_complete",
            kwargs: {
                outcome: outcome ? outcome.id : false,
                feedback: this.feedback,
                attachment_ids: this.attachments.map(({id}) => id),
                retry_date: options.date || false,
            },
            endsMore: Boolean(outcome && outcome.ends_more),
            redo: () => this.complete(outcome, {date: options.date}),
        });
        if (options.isChoosable && activity.outcomes.length) {
            this.offerChoice();
        }
    }

    describeDone({name}, outcome) {
        return outcome
            ? {
                  result: outcome.name,
                  text: _t("%(outcome)s: “%(activity)s”", {
                      outcome: outcome.name,
                      activity: name,
                  }),
              }
            : {result: _t("Done"), text: _t("Marked done: “%s”", name)};
    }

    /** For a moment, the outcome of what was just closed can be told. */
    offerChoice() {
        this.endChoice();
        this.choice = this.closing.at(-1);
        this.choiceTimer = browser.setTimeout(() => this.endChoice(), CHOICE_DELAY);
    }

    endChoice() {
        browser.clearTimeout(this.choiceTimer);
        this.choice = false;
    }

    /** @returns {object[]} the outcomes that can be told of what was just closed */
    get choices() {
        return this.choice && this.canUndo ? this.choice.activity.outcomes : [];
    }

    /** @param {object} outcome - of what was just closed without one */
    choose(outcome) {
        const {activity} = this.choice;
        const {waiting} = this.outbox;
        const {result, text} = this.describeDone(activity, outcome);
        this.endChoice();
        this.outbox.change({text, kwargs: {...waiting.kwargs, outcome: outcome.id}});
        this.results.find(({id}) => id === activity.id).name = String(result);
        this.closing.at(-1).redo = () => this.complete(outcome);
        this.message = text;
    }

    /** @param {string} until - the day on which it comes back */
    async hold(until) {
        await this.finish({
            result: _t("On hold"),
            text: _t("Put on hold: “%s”", this.activity.name),
            method: "queue_hold",
            kwargs: {until, reason: this.feedback},
            redo: () => this.hold(until),
        });
    }

    async cancel() {
        await this.finish({
            result: _t("Cancelled"),
            text: _t("Cancelled: “%s”", this.activity.name),
            method: "queue_cancel",
            kwargs: {reason: this.feedback},
            endsMore: true,
            redo: () => this.cancel(),
        });
    }

    canClose() {
        return (
            Boolean(this.activity) &&
            !this.isBusy &&
            !this.alert.isGone &&
            !this.isClosing(this.activity.id)
        );
    }

    /**
     * Close the present activity, and go on. It can be taken back for some seconds.
     *
     * @param {object} how - ``result`` and ``text`` in words; ``method`` and its
     *     ``kwargs``; ``endsMore``: whether others may be closed along with it;
     *     ``redo``: does it again
     */
    async finish(how) {
        if (!this.canClose()) {
            return;
        }
        const {result, text, method, kwargs, endsMore, redo} = how;
        const {activity} = this;
        const {id, name} = activity;
        const closed = {id, activity, redo, nextId: false};
        this.endChoice();
        this.outbox.put({
            activityId: id,
            name,
            text,
            method,
            kwargs: {...kwargs, seen_id: activity.seen_id || false},
            getKwargs: () => this.getNextId(closed),
            onSent: (answer) => this.onSent(closed, answer),
            onRefused: (refusal) => this.onRefused(closed, refusal),
            onUndone: () => this.onUndone(closed),
        });
        this.closing.push(closed);
        this.results.push({id, name: String(result)});
        this.leave(id);
        await this.perform(async () => {
            await this.advance(await this.chooseNext(activity, endsMore));
            this.movedAt = Date.now();
            this.message = _t("%s. Press Z to undo.", text);
        });
    }

    /**
     * @returns {Promise<object|undefined>} what to show after an activity that may close
     * others of its record: one of another record, where there is one
     */
    async chooseNext(activity, endsMore) {
        const {ahead} = this;
        if (!endsMore || !ahead || !isSameRecord(ahead.activity, activity)) {
            return ahead;
        }
        const next = await this.fetch(0, [
            "|",
            ["res_model", "!=", activity.res_model],
            ["res_id", "!=", activity.res_id],
            ...this.domain,
        ]);
        if (!next.activity) {
            return ahead;
        }
        this.release([ahead.activity.id]);
        return {...next, left: ahead.left};
    }

    getNextId(closed) {
        const id = this.isAlive && this.activity && this.activity.id;
        closed.nextId = id || false;
        return {next_id: closed.nextId};
    }

    undo() {
        if (this.canUndo && !this.isBusy) {
            this.outbox.undo();
        }
    }

    /** Don't wait any longer. */
    sendNow() {
        return this.outbox.send();
    }

    onUndone(closed) {
        this.takeBack(closed);
        this.message = _t("“%s” is open again.", closed.activity.name);
    }

    takeBack(closed) {
        this.drop(closed);
        this.history = this.history.filter((id) => id !== closed.id);
        this.results = this.results.filter(({id}) => id !== closed.id);
        this.clearAlert();
        this.show(closed.activity, this.left + 1);
    }

    drop(closed) {
        if (this.choice?.id === closed.id) {
            this.endChoice();
        }
        this.closing = this.closing.filter(({id}) => id !== closed.id);
    }

    async onSent(closed, answer) {
        this.drop(closed);
        this.writeDraft(closed.id, "");
        if (!this.isAlive) {
            return;
        }
        const {activity} = this;
        if (!activity) {
            // What follows may be due today.
            await this.perform(() => this.advance());
        } else if (activity.id === closed.nextId && !answer.is_next_valid) {
            await this.onClosedAlong(closed);
        } else {
            this.refreshAhead(closed);
        }
    }

    /** What is due next may be another one now. */
    refreshAhead({activity}) {
        if (this.ahead && isSameRecord(this.ahead.activity, activity)) {
            this.release([this.ahead.activity.id]);
            this.ahead = false;
        }
        if (!this.ahead) {
            this.fetchAhead();
        }
        this.fetchComing();
    }

    /** The present one was closed together with the last one. */
    async onClosedAlong(closed) {
        const {id, name} = this.activity;
        const text = _t(
            "“%(activity)s” was closed together with “%(other)s”, or somebody else has it now.",
            {activity: name, other: closed.activity.name}
        );
        if (this.feedback) {
            this.alert = {type: "warning", text, isGone: true};
            return;
        }
        await this.perform(async () => {
            this.goneIds.push(id);
            this.ahead = false;
            await this.advance();
        });
        this.alert = this.alert || {type: "info", text};
    }

    /** @returns {boolean} whether the user was told */
    onRefused(closed, refusal) {
        if (!this.isAlive) {
            this.drop(closed);
            return false;
        }
        const alert = {type: refusal.isGone ? "warning" : "danger", ...refusal};
        if (this.feedback) {
            // Nothing is pulled away from under the hands of somebody who types.
            this.drop(closed);
            this.results = this.results.filter(({id}) => id !== closed.id);
            const notice = {
                type: alert.type,
                text: _t("“%(activity)s”: %(reason)s", {
                    activity: closed.activity.name,
                    reason: refusal.text,
                }),
                canReturn: true,
            };
            this.refused.push({closed, alert, notice});
            this.clearAlert();
            return true;
        }
        this.returnTo({closed, alert});
        return true;
    }

    /** Show what was refused, with the reason. */
    returnTo({closed, alert}) {
        this.takeBack(closed);
        this.alert = alert;
        this.retry = async () => {
            await closed.redo();
            this.outbox.send();
        };
    }

    /** What was refused is told until the user has looked at it. */
    clearAlert() {
        this.alert = this.refused.length ? this.refused.at(-1).notice : false;
    }

    returnToRefused() {
        this.returnTo(this.refused.pop());
    }

    /** Keep what was typed for an activity that somebody else has closed. */
    async postFeedback() {
        const {res_model: resModel, res_id: resId, id} = this.activity;
        await this.perform(async () => {
            await this.orm.call(resModel, "message_post", [[resId]], {
                body: this.feedback,
            });
            this.writeDraft(id, "");
            this.goneIds.push(id);
            await this.advance();
        });
    }

    /** Go on where the present one can't be done any more. */
    async leaveGone() {
        const {id} = this.activity;
        await this.perform(async () => {
            this.goneIds.push(id);
            await this.advance();
            this.release([id]);
        });
    }

    /** Read the present one once more, after its record was changed. */
    async refresh() {
        const {id} = this.activity;
        const activity = await this.orm.call(MODEL, "queue_read", [[id]]);
        if (activity && this.activity.id === id) {
            this.activity = activity;
        }
    }

    /**
     * The record has got what the activity asks for: what is left is to say so.
     *
     * @param {string} text
     */
    offerToComplete(text) {
        this.offer = {text};
        this.message = text;
    }

    /** @param {{id: number, name: string}} attachment - a file on the record */
    addAttachment(attachment) {
        const {id} = this.activity;
        this.uploads[id] = [...this.attachments, attachment];
        this.offerToComplete(_t("“%s” is uploaded.", attachment.name));
    }

    /**
     * Do something, once at a time. What fails is told, and can be retried; nothing
     * that was typed is lost.
     *
     * @param {Function} work
     */
    async perform(work) {
        await doAlone(this, async () => {
            this.clearAlert();
            this.retry = false;
            try {
                await work();
            } catch (error) {
                this.retry = () => this.perform(work);
                this.alert = this.explain(error);
            }
        });
    }

    async retryFailed() {
        const {retry} = this;
        this.clearAlert();
        this.retry = false;
        await retry?.();
    }

    explain(error) {
        if (error instanceof ConnectionLostError) {
            return {
                type: "danger",
                text: _t(
                    "The connection is lost. Your feedback is kept: retry when you are online again."
                ),
                canRetry: true,
            };
        }
        if (error.data?.message) {
            return {type: "danger", text: error.data.message, canRetry: true};
        }
        throw error;
    }

    // -------------------------------------------------------------------------
    // Claims
    // -------------------------------------------------------------------------

    /** Say that somebody is still there. */
    async keepClaims() {
        if (this.claimedIds.length) {
            await this.orm.silent
                .call(MODEL, "queue_keep", [this.claimedIds])
                .catch(() => {
                    // The next time will do: claims last longer than that.
                });
        }
    }

    release(ids) {
        if (ids.length) {
            this.orm.silent.call(MODEL, "queue_release", [ids]).catch(() => {
                // They are given back by themselves, a little later.
            });
        }
    }

    /** The screen is left: give back what isn't closed, and send what is. */
    close() {
        this.isAlive = false;
        this.endChoice();
        this.outbox.send();
        this.release(this.openIds);
    }

    // -------------------------------------------------------------------------
    // Drafts
    // -------------------------------------------------------------------------

    /** @param {string} text - the feedback, as it is being typed */
    setFeedback(text) {
        this.feedback = text;
        this.writeDraft(this.activity.id, text);
    }

    readDraft(id) {
        return browser.localStorage.getItem(DRAFT_KEY + id) || "";
    }

    writeDraft(id, text) {
        if (text) {
            browser.localStorage.setItem(DRAFT_KEY + id, text);
        } else {
            browser.localStorage.removeItem(DRAFT_KEY + id);
        }
    }
}
