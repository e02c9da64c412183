// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityCancel} from "../activity_cancel/activity_cancel.esm";
import {ActivityHold} from "../activity_hold/activity_hold.esm";
import {ActivityInfo} from "../activity_info/activity_info.esm";
import {ActivityListPopoverItem} from "@mail/core/web/activity_list_popover_item";
import {countDays, describeDue} from "../dates/dates.esm";
import {patch} from "@web/core/utils/patch";
import {useActivityActions} from "../activity/activity_actions_hook.esm";
import {useEffect, useRef, useState} from "@odoo/owl";

Object.assign(ActivityListPopoverItem.components, {
    ActivityCancel,
    ActivityHold,
    ActivityInfo,
});

patch(ActivityListPopoverItem.prototype, {
    setup() {
        super.setup();
        this.actions = useActivityActions(() => this.props.activity);
        // Which form is shown below the activity, beside core's own.
        this.formState = useState({name: ""});
        this.closeForm = this.closeForm.bind(this);
        this.onChanged = this.onChanged.bind(this);
        this.item = useRef("item");
        // The buttons of a form are at its end, below what the pop-over has room for.
        useEffect(
            (hasForm) => {
                if (hasForm) {
                    this.item.el.scrollIntoView({block: "nearest"});
                }
            },
            () => [this.state.hasMarkDoneView || Boolean(this.formState.name)]
        );
    },

    get canWork() {
        const {activity} = this.props;
        return activity.isTracked && activity.can_write && !activity.isClosed;
    },

    /** @override What is overdue is called so, also since yesterday. */
    get delayLabel() {
        const {date_deadline: deadline} = this.props.activity;
        return deadline && countDays(deadline) < 0
            ? describeDue(deadline)
            : super.delayLabel;
    },

    get isCancelled() {
        return this.props.activity.status === "cancelled";
    },

    /** @override */
    get hasCancelButton() {
        return !this.isCancelled && super.hasCancelButton;
    },

    /** @override */
    get hasEditButton() {
        return !this.isCancelled && super.hasEditButton;
    },

    /** @override */
    get hasFileUploader() {
        return !this.isCancelled && super.hasFileUploader;
    },

    /** @override */
    get hasMarkDoneButton() {
        return !this.isCancelled && super.hasMarkDoneButton;
    },

    closeForm() {
        this.formState.name = "";
    },

    toggleForm(name) {
        this.state.hasMarkDoneView = false;
        this.formState.name = this.formState.name === name ? "" : name;
    },

    onChanged() {
        this.props.onActivityChanged?.(this.thread);
    },

    get thread() {
        const {res_id: id, res_model: model} = this.props.activity;
        return this.env.services["mail.store"].Thread.insert({id, model});
    },

    onClickStart() {
        return this.actions.start();
    },

    async onClickResume() {
        await this.actions.resume();
        this.onChanged();
    },

    async onClickBook() {
        this.props.onClickEditActivityButton?.();
        await this.actions.book();
    },

    /** @override */
    onClickMarkAsDone() {
        this.closeForm();
        super.onClickMarkAsDone();
    },

    /** @override Cancelling keeps the activity, and asks why. */
    unlink() {
        if (!this.props.activity.isTracked) {
            return super.unlink(...arguments);
        }
        this.toggleForm("cancel");
    },
});
