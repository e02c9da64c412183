// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Activity} from "@mail/core/web/activity";
import {ActivityCancel} from "../activity_cancel/activity_cancel.esm";
import {ActivityHistory} from "../activity_history/activity_history.esm";
import {ActivityHold} from "../activity_hold/activity_hold.esm";
import {ActivityInfo} from "../activity_info/activity_info.esm";
import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {patch} from "@web/core/utils/patch";
import {useActivityActions} from "./activity_actions_hook.esm";
import {usePopover} from "@web/core/popover/popover_hook";

// Where there is no room beside the button, it lies over it, and never outside of the
// window.
const popoverOptions = {
    extendedFlipping: true,
    popoverClass: "o_activity_popover",
    position: "bottom-start",
};

Object.assign(Activity.components, {ActivityHistory, ActivityInfo});

patch(Activity.prototype, {
    setup() {
        super.setup();
        this.actions = useActivityActions(() => this.props.activity);
        this.markDonePopover = usePopover(ActivityMarkAsDone, {
            ...popoverOptions,
            position: "right",
        });
        this.holdPopover = usePopover(ActivityHold, popoverOptions);
        this.cancelPopover = usePopover(ActivityCancel, popoverOptions);
    },

    get canWork() {
        return this.props.activity.can_write && !this.props.activity.isClosed;
    },

    onClickStart() {
        return this.actions.start();
    },

    onClickHold(ev) {
        this.togglePopover(this.holdPopover, ev.currentTarget);
    },

    async onClickResume() {
        const {thread} = this;
        await this.actions.resume();
        this.props.onActivityChanged(thread);
    },

    onClickBook() {
        return this.actions.book();
    },

    /** @override Cancelling keeps the activity, and asks why. */
    async unlink(ev) {
        if (!this.props.activity.isTracked) {
            return super.unlink(...arguments);
        }
        this.togglePopover(this.cancelPopover, ev.currentTarget);
    },

    togglePopover(popover, target) {
        if (popover.isOpen) {
            popover.close();
            return;
        }
        const {thread} = this;
        popover.open(target, {
            activity: this.props.activity,
            hasHeader: true,
            onChanged: () => this.props.onActivityChanged(thread),
        });
    },
});
