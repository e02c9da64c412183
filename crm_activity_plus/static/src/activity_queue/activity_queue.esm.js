// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    Component,
    markup,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {ActivityQueueModel} from "./activity_queue_model.esm";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {describeAttempt} from "../activity/describe_activity.esm";
import {describeDue, formatMoment, getDayShortcuts} from "../dates/dates.esm";
import {getOutcomeClass} from "../activity/outcome_class.esm";
import {registry} from "@web/core/registry";
import {serializeDate, today} from "@web/core/l10n/dates";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useDropdownState} from "@web/core/dropdown/dropdown_hooks";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {user} from "@web/core/user";

const MAX_KEY = 9;
// More than the server counts.
const MAX_COUNT = 1000;
// Well below the time after which the server gives a claim to somebody else.
const KEEP_INTERVAL = 120000;

/** One activity after the other, with all that is needed to do it. */
export class ActivityQueue extends Component {
    static template = "crm_activity_plus.ActivityQueue";
    static components = {Dropdown, DropdownItem, Layout};
    static props = {...standardActionServiceProps};
    static displayName = _t("Work Queue");

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.formatMoment = formatMoment;
        this.getOutcomeClass = getOutcomeClass;
        this.holdMenu = useDropdownState();
        this.feedbackRef = useRef("feedback");
        this.display = {controlPanel: {}};
        this.env.config.setDisplayName(this.props.action.name || _t("Work Queue"));
        this.isDueToday = !this.props.action.params?.domain;
        this.queue = useState(
            new ActivityQueueModel(this.orm, this.domain, this.props.state)
        );
        useSetupAction({getLocalState: () => this.queue.remember()});
        onWillStart(() => this.queue.load());
        onMounted(() => {
            this.keeper = browser.setInterval(
                () => this.queue.keepClaims(),
                KEEP_INTERVAL
            );
        });
        onWillUnmount(() => {
            browser.clearInterval(this.keeper);
            this.queue.release(this.queue.claimedIds);
        });
        useExternalListener(window, "pagehide", () => this.releaseOnExit());
        this.setupHotkeys();
    }

    setupHotkeys() {
        for (let key = 1; key <= MAX_KEY; key++) {
            useHotkey(String(key), () => this.onOutcomeKey(key));
        }
        useHotkey("d", () => this.queue.complete());
        useHotkey("s", () => this.queue.skip());
        useHotkey("h", () => this.queue.activity && this.holdMenu.open());
        useHotkey("o", () => this.onClickOpen());
        useHotkey("f", () => this.feedbackRef.el?.focus());
        useHotkey("control+enter", () => this.queue.complete(), {
            bypassEditableProtection: true,
        });
    }

    // -------------------------------------------------------------------------
    // What is shown
    // -------------------------------------------------------------------------

    /** @returns {Array} what it was opened with, or what the user has to do today */
    get domain() {
        return (
            this.props.action.params?.domain || [
                ["user_id", "=", user.userId],
                ["date_deadline", "<=", serializeDate(today())],
            ]
        );
    }

    get activity() {
        return this.queue.activity;
    }

    get leftText() {
        const {left} = this.queue;
        if (left >= MAX_COUNT) {
            return _t("More than %s left", MAX_COUNT - 1);
        }
        return left === 1 ? _t("Last one") : _t("%s left", left);
    }

    get finishedTitle() {
        return this.isDueToday ? _t("All done for today") : _t("All done");
    }

    get attempt() {
        return describeAttempt(this.activity);
    }

    get dueText() {
        return describeDue(this.activity.date_deadline);
    }

    get dueClass() {
        return {
            overdue: "text-bg-danger",
            today: "text-bg-warning",
            planned: "text-bg-success",
        }[this.activity.state];
    }

    get note() {
        return markup(this.activity.note);
    }

    get stepText() {
        const {plan, number, count} = this.activity.plan_step;
        return _t("%(plan)s: step %(number)s of %(count)s", {plan, number, count});
    }

    get progress() {
        const {number, count} = this.activity.plan_step;
        return Math.round((100 * (number - 1)) / count);
    }

    get holdDates() {
        return getDayShortcuts().map((shortcut) => ({
            ...shortcut,
            value: serializeDate(shortcut.day),
        }));
    }

    get firstHoldDate() {
        return serializeDate(today().plus({days: 1}));
    }

    /**
     * @param {number} index - of an outcome
     * @returns {string} its key, where it has one
     */
    getKey(index) {
        return index < MAX_KEY ? String(index + 1) : "";
    }

    // -------------------------------------------------------------------------
    // Handlers
    // -------------------------------------------------------------------------

    onOutcomeKey(key) {
        const outcome = this.activity && this.activity.outcomes[key - 1];
        if (outcome) {
            this.queue.complete(outcome);
        }
    }

    onInputFeedback(ev) {
        this.queue.setFeedback(ev.target.value);
    }

    onChangeHoldDate(ev) {
        if (ev.target.value >= this.firstHoldDate) {
            this.holdMenu.close();
            this.queue.hold(ev.target.value);
        }
    }

    async onClickEmail() {
        const action = await this.orm.call("mail.activity", "queue_write_email", [
            [this.activity.id],
        ]);
        await this.action.doAction(action, {onClose: () => this.queue.refresh()});
    }

    onClickOpen() {
        if (!this.activity?.readable) {
            return;
        }
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.activity.res_model,
            res_id: this.activity.res_id,
            views: [[false, "form"]],
        });
    }

    onClickActivities() {
        this.action.doAction("crm_activity_plus.mail_activity_my_action", {
            clearBreadcrumbs: true,
        });
    }

    /** Nobody is there any more to wait for an answer. */
    releaseOnExit() {
        const ids = this.queue.claimedIds;
        if (!ids.length || !browser.navigator.sendBeacon) {
            return;
        }
        const request = {
            jsonrpc: "2.0",
            method: "call",
            params: {
                model: "mail.activity",
                method: "queue_release",
                args: [ids],
                kwargs: {},
            },
        };
        browser.navigator.sendBeacon(
            "/web/dataset/call_kw/mail.activity/queue_release",
            new Blob([JSON.stringify(request)], {type: "application/json"})
        );
    }
}

registry.category("actions").add("crm_activity_plus.activity_queue", ActivityQueue);
