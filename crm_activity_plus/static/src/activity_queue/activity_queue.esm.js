// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    Component,
    markup,
    onMounted,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {describeDue, formatBooking, getDayShortcuts} from "../dates/dates.esm";
import {ActivityQueueKeys} from "./activity_queue_keys.esm";
import {ActivityQueueList} from "./activity_queue_list.esm";
import {ActivityQueueModel} from "./activity_queue_model.esm";
import {ActivityQueueRecord} from "./activity_queue_record.esm";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {FileUploader} from "@web/views/fields/file_handler";
import {Layout} from "@web/search/layout";
import {QueueMemory} from "./activity_queue_memory.esm";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {describeAttempt} from "../activity/describe_activity.esm";
import {getOutcomeClass} from "../activity/outcome_class.esm";
import {registry} from "@web/core/registry";
import {sendOnExit} from "../activity_outbox/activity_outbox_service.esm";
import {serializeDate, today} from "@web/core/l10n/dates";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useActivityUploader} from "./activity_uploader_hook.esm";
import {useDropdownState} from "@web/core/dropdown/dropdown_hooks";
import {useQueueHotkeys} from "./activity_queue_hotkeys.esm";
import {SIZES} from "@web/core/ui/ui_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {user} from "@web/core/user";

const MAX_KEY = 9;
// More than the server counts.
const MAX_COUNT = 1000;
// Well below the time after which the server gives a claim to somebody else.
const KEEP_INTERVAL = 120000;
// A second click so soon was meant for the activity before.
const DOUBLE_CLICK = 400;

/** One activity after the other, with all that is needed to do it. */
export class ActivityQueue extends Component {
    static template = "crm_activity_plus.ActivityQueue";
    static components = {
        ActivityQueueList,
        ActivityQueueRecord,
        Dropdown,
        DropdownItem,
        FileUploader,
        Layout,
    };
    static props = {...standardActionServiceProps};
    static displayName = _t("Work Queue");

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.outbox = useState(useService("crm_activity_plus.activity_outbox"));
        this.ui = useService("ui");
        this.view = useService("view");
        this.uploader = useActivityUploader();
        this.getOutcomeClass = getOutcomeClass;
        this.holdMenu = useDropdownState();
        this.rootRef = useRef("root");
        this.headingRef = useRef("heading");
        this.feedbackRef = useRef("feedback");
        this.offerRef = useRef("offer");
        this.dateRef = useRef("date");
        this.display = {controlPanel: {}};
        // Beside the card, where there is room for it.
        this.isListBeside = this.ui.size >= SIZES.XL;
        // ``dated``: the outcome that was chosen for an activity, and whose next attempt
        // needs a date.
        this.state = useState({dated: false, isListOpen: this.isListBeside});
        this.env.config.setDisplayName(this.props.action.name || _t("Work Queue"));
        this.setupQueue();
        useQueueHotkeys(this);
        useEffect(
            () => this.focusCard(),
            () => [this.activity.id, this.queue.isFinished]
        );
        useEffect(
            () => this.offerRef.el?.focus(),
            () => [this.queue.offer]
        );
        useEffect(
            () => this.dateRef.el?.focus(),
            () => [this.dated]
        );
    }

    setupQueue() {
        this.memory = new QueueMemory(this.props);
        this.isDueToday = !this.memory.domain;
        this.queue = useState(
            new ActivityQueueModel(
                {orm: this.orm, outbox: this.outbox},
                this.domain,
                this.memory.values
            )
        );
        useSetupAction({getLocalState: () => this.memory.write(this.queue.remember())});
        onWillStart(() => this.queue.load());
        onMounted(() => {
            this.memory.open();
            this.keeper = browser.setInterval(
                () => this.queue.keepClaims(),
                KEEP_INTERVAL
            );
        });
        onWillUnmount(() => {
            browser.clearInterval(this.keeper);
            this.memory.close(this.queue.remember());
            this.queue.close();
        });
        useExternalListener(window, "pagehide", () => {
            this.memory.write(this.queue.remember());
            if (this.queue.openIds.length) {
                sendOnExit("queue_release", this.queue.openIds);
            }
        });
        useEffect(
            (resModel) => {
                if (resModel) {
                    this.prepareForm(resModel);
                }
            },
            () => [this.activity.readable && this.activity.res_model]
        );
    }

    // -------------------------------------------------------------------------
    // What is shown
    // -------------------------------------------------------------------------

    /** @returns {Array} what it was opened with, or what the user has to do today */
    get domain() {
        return (
            this.memory.domain || [
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
        if (this.queue.skipped.length) {
            return _t("Only skipped activities are left");
        }
        return this.isDueToday ? _t("All done for today") : _t("All done");
    }

    /** @returns {string} what has just happened, and what is shown now, to be heard */
    get spokenText() {
        const sentences = [this.queue.message];
        if (this.activity) {
            const {name, res_name: record} = this.activity;
            sentences.push(
                record ? _t("Now: %(name)s, %(record)s.", {name, record}) : name,
                `${this.leftText}.`
            );
        } else if (this.queue.isFinished) {
            sentences.push(this.finishedTitle);
        }
        return sentences.filter(Boolean).join(" ");
    }

    get isLocked() {
        return this.queue.isBusy || Boolean(this.queue.alert.isGone);
    }

    get attempt() {
        return describeAttempt(this.activity);
    }

    get bookingText() {
        return formatBooking(this.activity.booking);
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

    get canCall() {
        return Boolean(this.activity.phone);
    }

    get canWriteEmail() {
        const {email, kind, readable} = this.activity;
        return Boolean(readable && (email || kind === "email"));
    }

    get canUpload() {
        const {kind, readable} = this.activity;
        return Boolean(readable && kind === "upload");
    }

    get canBook() {
        const {booking, kind} = this.activity;
        return ["call", "meeting"].includes(kind) && !booking;
    }

    /**
     * @param {...string} kinds - of activities
     * @returns {string} what a button looks like that is the main one of these
     */
    getActionClass(...kinds) {
        return kinds.includes(this.activity.kind) ? "btn-primary" : "btn-secondary";
    }

    get callKinds() {
        return this.canBook || this.canWriteEmail || this.canUpload
            ? ["call", "other"]
            : ["call", "meeting", "other"];
    }

    get holdDates() {
        return getDayShortcuts().map((shortcut) => ({
            ...shortcut,
            value: serializeDate(shortcut.day),
        }));
    }

    /** @returns {object|false} ``outcome`` and ``date``, where a date is asked for */
    get dated() {
        const {dated} = this.state;
        return dated && dated.activityId === this.activity.id && dated;
    }

    get todayDate() {
        return serializeDate(today());
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
    // Focus
    // -------------------------------------------------------------------------

    /** The keys work, and a screen reader is at the beginning of the card. */
    focusCard() {
        if (this.ui.activeElement === document) {
            this.headingRef.el?.focus();
        }
    }

    onKeydownFeedback(ev) {
        if (ev.key === "Escape" && !ev.isComposing) {
            ev.preventDefault();
            ev.stopPropagation();
            this.focusCard();
        }
    }

    // -------------------------------------------------------------------------
    // Handlers
    // -------------------------------------------------------------------------

    /**
     * Close the activity by a click, unless that was meant for the one before.
     *
     * @param {Event} ev
     * @param {Function} close
     */
    onClickClose(ev, close) {
        // The keyboard clicks, too, but not twice by accident.
        const isPointer = ev.detail > 0;
        if (!isPointer || Date.now() - this.queue.movedAt > DOUBLE_CLICK) {
            close();
        }
    }

    /** Some outcomes need a date first: when is the next attempt? */
    complete(outcome) {
        if (!outcome.asks_date) {
            this.queue.complete(outcome);
            return;
        }
        const date = this.firstHoldDate;
        this.state.dated = {activityId: this.activity.id, date, outcome};
    }

    onSubmitDate() {
        const {date, outcome} = this.dated;
        this.queue.complete(outcome, {date});
        this.state.dated = false;
    }

    onKeydownDate(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.state.dated = false;
            this.focusCard();
        }
    }

    onClickOutcome(ev, outcome) {
        this.onClickClose(ev, () => this.complete(outcome));
    }

    /** @param {object} outcome - of what was just closed without one */
    onChooseOutcome(outcome) {
        if (outcome.asks_date) {
            this.queue.undo();
            this.complete(outcome);
        } else {
            this.queue.choose(outcome);
        }
    }

    onOutcomeKey(key) {
        const choice = this.queue.choices[key - 1];
        if (choice) {
            this.onChooseOutcome(choice);
            return;
        }
        const outcome = this.activity && this.activity.outcomes[key - 1];
        if (outcome) {
            this.complete(outcome);
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
        const {sent_id: sentId} = this.activity;
        const action = await this.orm.call("mail.activity", "queue_write_email", [
            [this.activity.id],
        ]);
        await this.action.doAction(action, {onClose: () => this.afterEmail(sentId)});
    }

    /** @param {number|false} sentId - what was sent last before the email was written */
    async afterEmail(sentId) {
        await this.queue.refresh();
        if ((this.activity.sent_id || false) === (sentId || false)) {
            this.focusCard();
        } else {
            this.queue.offerToComplete(_t("The email is sent."));
        }
    }

    async onUploaded(file) {
        const attachment = await this.uploader.upload(this.activity, file);
        if (attachment) {
            this.queue.addAttachment(attachment);
        }
    }

    async onClickBook() {
        const {id} = this.activity;
        await this.queue.perform(async () => {
            const action = await this.orm.call(
                "mail.activity",
                "action_create_calendar_event",
                [[id]]
            );
            await this.action.doAction(action);
        });
    }

    async onClickOpen() {
        if (!this.activity?.readable) {
            return;
        }
        const {res_model: resModel, res_id: resId} = this.activity;
        if (this.queue.isClosingOn(this.activity)) {
            // It is shown as it is after that.
            await this.queue.sendNow();
            if (this.queue.alert) {
                return;
            }
        }
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    /** Fetch what the form of a record needs, before somebody waits for it. */
    prepareForm(resModel) {
        this.view
            .loadViews(
                {context: {...user.context}, resModel, views: [[false, "form"]]},
                {loadActionMenus: true, loadIrFilters: false}
            )
            .catch(() => {
                // It is fetched when it is needed.
            });
    }

    onClickActivities() {
        this.action.doAction("crm_activity_plus.mail_activity_my_action", {
            clearBreadcrumbs: true,
        });
    }

    showKeys() {
        this.dialog.add(ActivityQueueKeys, {});
    }

    toggleList() {
        this.state.isListOpen = !this.state.isListOpen;
    }

    onChoose(id) {
        this.state.isListOpen = this.isListBeside && this.state.isListOpen;
        this.queue.open(id);
    }
}

registry.category("actions").add("crm_activity_plus.activity_queue", ActivityQueue);
