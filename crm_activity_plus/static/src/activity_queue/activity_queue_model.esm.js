// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ConnectionLostError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {doAlone} from "../one_at_a_time/one_at_a_time.esm";
import {markRaw} from "@odoo/owl";

const MODEL = "mail.activity";
const DRAFT_KEY = "crm_activity_plus.activity_queue.";

/**
 * The work queue without its looks: one activity after the other.
 *
 * The one after the present one is fetched, and claimed, while somebody works on the
 * present one, so that it appears at once.
 */
export class ActivityQueueModel {
    /**
     * @param {object} orm - the service
     * @param {Array} domain - the activities to work through
     * @param {object} [memory] - what `remember` gave, where somebody comes back
     */
    constructor(orm, domain, memory = {}) {
        this.orm = markRaw(orm);
        this.domain = domain;
        this.activity = false;
        this.left = 0;
        this.feedback = "";
        this.isBusy = false;
        this.isFinished = false;
        // What to tell the user: {type, text, canRetry, isGone}
        this.alert = false;
        this.skippedIds = memory.skippedIds || [];
        this.results = memory.results || [];
        // What somebody else has closed, or the user may not change any more.
        this.goneIds = [];
        this.ahead = false;
        this.retry = false;
    }

    remember() {
        return {skippedIds: this.skippedIds, results: this.results};
    }

    /** @returns {number[]} what is claimed at present */
    get claimedIds() {
        return [this.activity, this.ahead.activity]
            .filter(Boolean)
            .map((activity) => activity.id);
    }

    /** @returns {{name: string, count: number}[]} what was done in this session */
    get summary() {
        const counts = new Map();
        for (const name of this.results) {
            counts.set(name, (counts.get(name) || 0) + 1);
        }
        return [...counts].map(([name, count]) => ({name, count}));
    }

    // -------------------------------------------------------------------------
    // From one to the next
    // -------------------------------------------------------------------------

    async load() {
        await this.perform(() => this.advance());
    }

    /**
     * Show the next activity.
     *
     * @param {boolean} [isAheadValid] - whether the one that was fetched ahead is still
     *     to be done
     */
    async advance(isAheadValid = false) {
        const ahead = isAheadValid && this.ahead;
        this.ahead = false;
        const next = ahead || (await this.fetch());
        this.activity = next.activity;
        this.left = next.left;
        this.isFinished = !next.activity;
        this.feedback = next.activity ? this.readDraft(next.activity.id) : "";
        if (this.activity) {
            this.fetchAhead();
        }
    }

    /**
     * @param {number} [currentId] - the one that is being worked on
     * @returns {Promise<{activity: object, left: number}>}
     */
    fetch(currentId) {
        const skipIds = [...this.skippedIds, ...this.goneIds];
        if (currentId) {
            skipIds.push(currentId);
        }
        return this.orm.call(MODEL, "queue_next", [this.domain], {skip_ids: skipIds});
    }

    /** Nobody waits for it: where it fails, the next one is fetched when it is needed. */
    async fetchAhead() {
        const current = this.activity;
        let ahead = false;
        try {
            ahead = await this.fetch(current.id);
        } catch {
            return;
        }
        if (this.activity === current && ahead.activity) {
            this.ahead = ahead;
        } else if (ahead.activity && ahead.activity.id !== this.activity.id) {
            this.release([ahead.activity.id]);
        }
    }

    async skip() {
        if (!this.activity) {
            return;
        }
        const {id} = this.activity;
        await this.perform(async () => {
            this.skippedIds.push(id);
            await this.advance(Boolean(this.ahead));
            this.release([id]);
        });
    }

    /** Go through those that were skipped for now. */
    async startSkipped() {
        this.skippedIds = [];
        await this.load();
    }

    // -------------------------------------------------------------------------
    // Doing it
    // -------------------------------------------------------------------------

    /** @param {object} [outcome] - without one it is just done */
    async complete(outcome) {
        await this.finish(outcome ? outcome.name : _t("Done"), "queue_complete", {
            outcome: outcome ? outcome.id : false,
            feedback: this.feedback,
        });
    }

    /** @param {string} until - the day on which it comes back */
    async hold(until) {
        await this.finish(_t("On hold"), "queue_hold", {until, reason: this.feedback});
    }

    async finish(name, method, kwargs) {
        if (!this.activity || this.alert.isGone) {
            return;
        }
        const {id} = this.activity;
        await this.perform(async () => {
            const result = await this.orm.call(MODEL, method, [[id]], {
                ...kwargs,
                next_id: this.ahead ? this.ahead.activity.id : false,
            });
            if (!result.done) {
                this.alert = {type: "warning", text: result.reason, isGone: true};
                return;
            }
            this.results.push(String(name));
            this.writeDraft(id, "");
            await this.advance(result.is_next_valid);
        });
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
            await this.advance(Boolean(this.ahead));
        });
    }

    /** Go on where the present one can't be done any more. */
    async leaveGone() {
        const {id} = this.activity;
        await this.perform(async () => {
            this.goneIds.push(id);
            await this.advance(Boolean(this.ahead));
            this.release([id]);
        });
    }

    /** Read the present one once more, after its record was changed. */
    async refresh() {
        const current = this.activity;
        const activity =
            current && (await this.orm.call(MODEL, "queue_read", [[current.id]]));
        if (activity && this.activity === current) {
            this.activity = activity;
        }
    }

    /**
     * Do something, once at a time. What fails is told, and can be retried; nothing
     * that was typed is lost.
     *
     * @param {Function} work
     */
    async perform(work) {
        await doAlone(this, async () => {
            this.alert = false;
            this.retry = false;
            try {
                await work();
            } catch (error) {
                this.retry = work;
                this.alert = this.explain(error);
            }
        });
    }

    async retryFailed() {
        if (this.retry) {
            await this.perform(this.retry);
        }
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
