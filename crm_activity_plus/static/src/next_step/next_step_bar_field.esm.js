// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    describeDue,
    formatBooking,
    formatDay,
    formatNearDay,
    countDays,
} from "../dates/dates.esm";
import {Component} from "@odoo/owl";
import {PauseDialog} from "../run_timeline/pause_dialog.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useActivityDialog} from "../activity_dialog/activity_dialog.esm";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";
import {useService} from "@web/core/utils/hooks";

/**
 * What is next on the record, at the top of its form: what, when, who, and what can be
 * done about it. The server tells all of it in one field, which is read with the form:
 * so it follows whatever reloads that, such as a change in the chatter.
 */
export class NextStepBarField extends Component {
    static template = "crm_activity_plus.NextStepBarField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.store = useService("mail.store");
        this.work = useOneAtATime();
        this.activityDialog = useActivityDialog(() => this.refresh());
    }

    /** @returns {object|false} see ``next_step_details`` of the lead */
    get step() {
        return this.props.record.data[this.props.name];
    }

    get isMissing() {
        return this.step.kind === "missing";
    }

    get isOverdue() {
        return this.step.kind === "activity" && countDays(this.step.date) < 0;
    }

    get isToday() {
        return this.step.kind === "activity" && countDays(this.step.date) === 0;
    }

    get name() {
        const {type, name} = this.step;
        return type && type !== name ? _t("%(type)s: %(name)s", {type, name}) : name;
    }

    get dateText() {
        const {booking, date, kind} = this.step;
        if (kind === "hold") {
            return _t("On hold until %s", formatDay(date));
        }
        if (this.isOverdue) {
            return describeDue(date);
        }
        if (booking) {
            return formatBooking(booking);
        }
        if (kind === "automatic") {
            return _t("Runs automatically: %s", formatNearDay(date));
        }
        return kind === "activity" ? describeDue(date) : formatNearDay(date);
    }

    get dateTitle() {
        return formatDay(this.step.date);
    }

    get dateClass() {
        if (this.isOverdue) {
            return "text-danger fw-bolder";
        }
        return this.isToday ? "text-warning-emphasis fw-bolder" : "text-muted";
    }

    get userTitle() {
        return _t("Assigned to %s", this.step.user);
    }

    /** @returns {string} what would be next, if it had a date */
    get hint() {
        const {held, plan} = this.step;
        if (plan) {
            return _t("“%s” is paused without a date on which it resumes.", plan);
        }
        return held
            ? _t("“%s” is on hold without a date on which it resumes.", held)
            : "";
    }

    /** @returns {object[]} what the user can do about it; the first one stands out */
    get buttons() {
        const labels = {
            done: _t("Mark Done"),
            resume: _t("Resume"),
            resume_plan: _t("Resume Plan"),
            postpone: _t("Set Date"),
            plan: _t("Schedule Activity"),
            hold: _t("Hold"),
            open: _t("Open"),
        };
        return Object.keys(labels)
            .filter((id) => this.step.actions.includes(id))
            .map((id) => ({id, label: labels[id]}));
    }

    onClick(id) {
        return this.work.run(async () => {
            // What was typed is kept: the form is read again afterwards.
            if (!(await this.props.record.save())) {
                return;
            }
            await this.perform(id);
        });
    }

    async perform(id) {
        const {activity_id: activityId, run_id: runId} = this.step;
        switch (id) {
            case "done":
            case "hold":
                await this.activityDialog.ask(id, activityId);
                break;
            case "resume": {
                const activity = await this.activityDialog.load(activityId);
                await activity?.resume();
                await this.refresh();
                break;
            }
            case "resume_plan":
                await this.orm.call("mail.activity.plan.run", "action_resume", [
                    [runId],
                ]);
                await this.refresh();
                break;
            case "postpone":
                this.askForDay();
                break;
            case "plan":
                await this.plan();
                break;
            case "open":
                await this.open();
        }
    }

    /** When does the paused plan resume? */
    askForDay() {
        const {plan, run_id: runId} = this.step;
        this.dialog.add(PauseDialog, {
            isPaused: true,
            plan,
            confirm: async (until, reason) => {
                await this.orm.call(
                    "mail.activity.plan.run",
                    "action_pause",
                    [[runId]],
                    {until, reason}
                );
                await this.refresh();
                return true;
            },
        });
    }

    async plan() {
        const {resId, resModel} = this.props.record;
        const action = await this.orm.call(resModel, "action_schedule_next_step", [
            [resId],
        ]);
        await this.openDialog(action);
    }

    async open() {
        const {activity_id: activityId, event_id: eventId, run_id: runId} = this.step;
        const action = {type: "ir.actions.act_window", views: [[false, "form"]]};
        if (activityId) {
            return this.openDialog({
                ...action,
                name: this.name,
                res_id: activityId,
                res_model: "mail.activity",
                target: "new",
            });
        }
        const target = eventId
            ? {res_model: "calendar.event", res_id: eventId}
            : {res_model: "mail.activity.plan.run", res_id: runId};
        return this.action.doAction({...action, ...target});
    }

    /** Not waited for: what the pop-up does may have replaced this form. */
    openDialog(action) {
        return this.action.doAction(action, {onClose: () => this.refresh()});
    }

    /** The form, and the chatter with it. */
    async refresh() {
        const {record} = this.props;
        const thread = this.store.Thread.insert({
            id: record.resId,
            model: record.resModel,
        });
        await Promise.all([
            record.load(),
            thread.fetchThreadData(["activities", "messages"]),
        ]);
    }
}

export const nextStepBarField = {
    component: NextStepBarField,
    displayName: _t("Next Step with Buttons"),
    supportedTypes: ["json"],
};

registry.category("fields").add("next_step_bar", nextStepBarField);
