// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {markRaw, reactive} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {user} from "@web/core/user";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";

const MODEL = "mail.activity";
const STORAGE_KEY = "crm_activity_plus.activity_outbox";
/** For so long a request can be taken back. */
export const UNDO_DELAY = 7000;
// After that, the page that put a request into the outbox is certainly gone.
const GRACE_DELAY = 10000;

let lastKey = 0;

function explain(error) {
    if (error instanceof ConnectionLostError) {
        return _t(
            "The connection is lost. Your feedback is kept: retry when you are online again."
        );
    }
    return (error instanceof RPCError && error.data?.message) || "";
}

/**
 * What closes an activity, and waits for some seconds before it is sent, so that it can
 * be taken back before anything irreversible has happened.
 *
 * One request waits at a time: the next one, or leaving the page, sends it. Until the
 * server has answered, it is in the browser's storage, too: what was on its way when the
 * page was left is sent once more by the next page. The server does nothing twice.
 *
 * @typedef {object} OutboxRequest
 * @property {number} activityId
 * @property {string} name - of the activity
 * @property {string} text - what is done, in words
 * @property {string} method - of ``mail.activity``: one of those named ``queue_``
 * @property {object} kwargs
 * @property {boolean} [isNotified] - whether a notification offers to take it back
 * @property {Function} [getKwargs] - more of these, as they are when it is sent
 * @property {Function} [onSent] - gets the server's answer
 * @property {Function} [onRefused] - gets ``text``, ``canRetry`` and ``isGone``; returns
 *     whether it told the user
 * @property {Function} [onUndone]
 */
export class ActivityOutbox {
    /** @param {{notification: object, orm: object}} services */
    constructor({notification, orm}) {
        this.notification = markRaw(notification);
        this.orm = markRaw(orm);
        // What can be taken back.
        this.waiting = false;
        // What can't any more, and isn't answered yet.
        this.sending = [];
        this.work = Promise.resolve();
        this.isLeaving = false;
    }

    /** @param {OutboxRequest} request */
    put(request) {
        this.send();
        lastKey += 1;
        this.waiting = {...request, key: `${Date.now()}-${lastKey}`};
        this.wait();
    }

    /**
     * Change what waits, and wait again.
     *
     * @param {object} values - of the request
     */
    change(values) {
        if (this.waiting) {
            Object.assign(this.waiting, values);
            this.wait();
        }
    }

    wait() {
        const entry = this.waiting;
        browser.clearTimeout(this.timer);
        entry.due = Date.now() + UNDO_DELAY;
        this.timer = browser.setTimeout(() => this.send(), UNDO_DELAY);
        this.keep(entry);
        if (entry.isNotified) {
            this.closeNotice = this.notification.add(entry.text, {
                type: "success",
                autocloseDelay: UNDO_DELAY,
                buttons: [
                    {name: _t("Undo"), primary: true, onClick: () => this.undo()},
                ],
            });
        }
    }

    /** @returns {boolean} whether there was something to take back */
    undo() {
        const entry = this.take();
        if (!entry) {
            return false;
        }
        this.forget(entry);
        entry.onUndone?.();
        return true;
    }

    /** @returns {Promise} over when all that was sent is answered */
    send() {
        const entry = this.take();
        if (entry) {
            this.sending.push(entry);
            // One after the other: the second may depend on what the first has done.
            this.work = this.work
                .then(() => this.request(entry))
                .catch((error) => {
                    // A defect: it is shown, and what comes after it is sent.
                    Promise.reject(error);
                });
        }
        return this.work;
    }

    take() {
        const entry = this.waiting;
        this.waiting = false;
        browser.clearTimeout(this.timer);
        this.closeNotice?.();
        this.closeNotice = undefined;
        return entry;
    }

    async request(entry) {
        let answer = false;
        let failure = false;
        try {
            answer = await this.orm.silent.call(
                MODEL,
                entry.method,
                [[entry.activityId]],
                {...entry.kwargs, ...entry.getKwargs?.()}
            );
        } catch (error) {
            failure = error;
        }
        if (failure && this.isLeaving) {
            // It is the page's end that interrupted it: the next page asks again.
            return;
        }
        this.sending = this.sending.filter(({key}) => key !== entry.key);
        if (failure instanceof ConnectionLostError && !entry.onRefused) {
            // Nobody waits for it: it can wait until there is a connection.
            browser.setTimeout(() => this.replay(), GRACE_DELAY);
            return;
        }
        this.forget(entry);
        this.tell(entry, answer, failure);
    }

    tell(entry, answer, failure) {
        if (answer?.done) {
            entry.onSent?.(answer);
            return;
        }
        const text = failure ? explain(failure) : answer.reason;
        const isTold = entry.onRefused?.({
            text: text || _t("Something went wrong. Retry in a moment."),
            canRetry: Boolean(failure),
            isGone: !failure,
        });
        if (!isTold) {
            this.notifyRefusal(entry, text);
        }
        if (failure && !text) {
            throw failure;
        }
    }

    notifyRefusal({name, kwargs}, text) {
        const typed = kwargs.feedback || kwargs.reason;
        const sentences = [
            _t("“%(activity)s”: %(reason)s", {activity: name, reason: text}),
        ];
        if (typed) {
            sentences.push(_t("Your feedback was: %s", typed));
        }
        this.notification.add(sentences.join(" "), {type: "danger", sticky: true});
    }

    // -------------------------------------------------------------------------
    // Pages that are left
    // -------------------------------------------------------------------------

    /** Nobody is there any more to wait for an answer. */
    leave() {
        this.isLeaving = true;
        const entry = this.take();
        if (entry) {
            this.sending.push(entry);
        }
        for (const {activityId, method, kwargs} of this.sending) {
            sendOnExit(method, [activityId], kwargs);
        }
    }

    /** The browser shows a page again that was left; what was on its way is unknown. */
    comeBack() {
        this.isLeaving = false;
        this.sending = [];
        this.replay();
    }

    /** Send what other pages left without an answer. */
    async replay() {
        let delay = 0;
        for (const entry of this.read()) {
            const isOwn = [this.waiting, ...this.sending].some(
                (own) => own && own.key === entry.key
            );
            const left = entry.due + GRACE_DELAY - Date.now();
            if (left > 0) {
                delay = Math.max(delay, left);
            } else if (!isOwn) {
                this.sending.push(entry);
                await this.request(entry);
            }
        }
        if (delay) {
            browser.setTimeout(() => this.replay(), delay);
        }
    }

    // -------------------------------------------------------------------------
    // Storage
    // -------------------------------------------------------------------------

    get storageKey() {
        return `${STORAGE_KEY}.${session.db}.${user.userId}`;
    }

    read() {
        try {
            return JSON.parse(browser.localStorage.getItem(this.storageKey)) || [];
        } catch {
            return [];
        }
    }

    keep({key, activityId, name, method, kwargs, due}) {
        this.write([
            ...this.read().filter((other) => other.key !== key),
            {key, activityId, name, method, kwargs, due},
        ]);
    }

    forget({key}) {
        this.write(this.read().filter((other) => other.key !== key));
    }

    write(entries) {
        if (!entries.length) {
            browser.localStorage.removeItem(this.storageKey);
            return;
        }
        try {
            browser.localStorage.setItem(this.storageKey, JSON.stringify(entries));
        } catch {
            // The storage is full or forbidden: it is sent all the same.
        }
    }
}

/**
 * Call a method of activities from a page that is being left: the browser sends it, and
 * nobody gets the answer.
 *
 * @param {string} method
 * @param {number[]} ids
 * @param {object} [kwargs]
 */
export function sendOnExit(method, ids, kwargs = {}) {
    if (!browser.navigator.sendBeacon) {
        return;
    }
    const request = {
        jsonrpc: "2.0",
        method: "call",
        params: {model: MODEL, method, args: [ids], kwargs},
    };
    browser.navigator.sendBeacon(
        `/web/dataset/call_kw/${MODEL}/${method}`,
        new Blob([JSON.stringify(request)], {type: "application/json"})
    );
}

export const activityOutboxService = {
    dependencies: ["notification", "orm"],
    start(env, services) {
        const outbox = reactive(new ActivityOutbox(services));
        browser.addEventListener("pagehide", () => outbox.leave());
        browser.addEventListener("pageshow", () => {
            if (outbox.isLeaving) {
                outbox.comeBack();
            }
        });
        // A phone may end a page that isn't seen without telling it.
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "hidden") {
                outbox.send();
            }
        });
        outbox.replay();
        return outbox;
    },
};

registry
    .category("services")
    .add("crm_activity_plus.activity_outbox", activityOutboxService);
