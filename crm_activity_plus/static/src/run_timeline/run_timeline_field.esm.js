// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, status, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {PauseDialog} from "./pause_dialog.esm";
import {ReasonDialog} from "./reason_dialog.esm";
import {RescheduleDialog} from "./reschedule_dialog.esm";
import {RunTimelineRun} from "./run_timeline_run.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useMarkDone} from "../activity_mark_as_done/mark_done_hook.esm";
import {useService} from "@web/core/utils/hooks";

const RUN_MODEL = "mail.activity.plan.run";
const STEP_MODEL = "mail.activity.plan.run.line";
const OPEN_STATES = ["running", "paused"];

/**
 * What was done, is open and comes of the plans of a record. It is used on a
 * list of runs, and on the steps of one run, on its own form.
 *
 * What changes a run saves the form first and reloads it afterwards: so the chatter and
 * the buttons of the form follow, and this follows what happens there.
 */
export class RunTimelineField extends Component {
    static template = "crm_activity_plus.RunTimelineField";
    static components = {RunTimelineRun};
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.work = useOneAtATime();
        this.openMarkDone = useMarkDone(() => this.refresh());
        this.state = useState({
            hasFailed: false,
            runs: [],
            // Of runs that were clicked: whether their steps are hidden.
            collapsed: {},
        });
        this.lastRequest = 0;
        // The runs that were loaded ahead of the form.
        this.freshIds = null;
        // The record has other data after each reload, also where these are the same.
        useRecordObserver((record, props) => this.follow(record, props));
    }

    /** @returns {boolean} whether this is the form of the run itself */
    get isAlone() {
        return this.props.record.resModel === RUN_MODEL;
    }

    get canLaunch() {
        return !this.isAlone && !this.props.readonly;
    }

    get hasOpenRun() {
        return this.state.runs.some((run) => OPEN_STATES.includes(run.state));
    }

    getRunIds(record, props) {
        if (record.resModel === RUN_MODEL) {
            // Read to be told when it changes.
            return record.data[props.name] && record.resId ? [record.resId] : [];
        }
        return record.data[props.name]?.currentIds || [];
    }

    /** Load what the form has now, where that wasn't done just before the form. */
    follow(record, props) {
        const runIds = this.getRunIds(record, props);
        const isFresh = String(this.freshIds) === String(runIds);
        this.freshIds = null;
        return isFresh ? undefined : this.load(runIds);
    }

    /**
     * @param {object} run
     * @returns {boolean} whether its steps are hidden: those of closed ones are, where
     *     there are others
     */
    isCollapsed(run) {
        if (this.isAlone) {
            return false;
        }
        return (
            this.state.collapsed[run.id] ??
            (this.state.runs.length > 1 && !OPEN_STATES.includes(run.state))
        );
    }

    /**
     * Ask the server. It never throws: where it can't be asked, that is shown, and the
     * form stays usable.
     *
     * @param {number[]} runIds
     */
    async load(runIds) {
        this.lastRequest += 1;
        const request = this.lastRequest;
        let runs = [];
        let hasFailed = false;
        if (runIds.length) {
            try {
                runs = await this.orm.silent.call(RUN_MODEL, "get_timeline", [runIds]);
            } catch {
                hasFailed = true;
            }
        }
        if (request !== this.lastRequest || status(this) === "destroyed") {
            return;
        }
        this.state.hasFailed = hasFailed;
        if (!hasFailed) {
            this.state.runs = runs;
        }
    }

    onRetry() {
        return this.load(this.getRunIds(this.props.record, this.props));
    }

    onToggle(run) {
        this.state.collapsed[run.id] = !this.isCollapsed(run);
    }

    onRunAction(action, run) {
        if (action === "open") {
            return this.openForm(RUN_MODEL, run.id);
        }
        if (["pause", "postpone"].includes(action)) {
            return this.askToPause(run);
        }
        if (action === "stop") {
            return this.askToStop(run);
        }
        if (action === "restart") {
            return this.askToRestart(run);
        }
        return this.change(RUN_MODEL, `action_${action}`, [[run.id]]);
    }

    onStepAction(action, step, target) {
        switch (action) {
            case "done":
                return this.askForOutcome(step, target);
            case "open":
                return this.openActivity(step);
            case "snooze":
                return this.askForDay(step);
        }
        return this.askToSkip(step);
    }

    /** The chatter's own pop-up. What was typed in the form is saved before. */
    askForOutcome(step, target) {
        return this.work.run(async () => {
            if (await this.saveForm()) {
                await this.openMarkDone(target, step.activity_id);
            }
        });
    }

    /** Until when? A paused plan gets a date, or another one. */
    askToPause(run) {
        this.dialog.add(PauseDialog, {
            isPaused: run.state === "paused",
            plan: run.name,
            confirm: (until, reason) =>
                this.change(RUN_MODEL, "action_pause", [[run.id]], {until, reason}),
        });
    }

    askToStop(run) {
        this.dialog.add(ReasonDialog, {
            title: _t("Stop “%s”", run.name),
            body: _t("Its open activities are cancelled and no further steps start."),
            placeholder: _t("e.g. Supplier already chosen for this year"),
            confirmLabel: _t("Stop Plan"),
            confirm: (reason) =>
                this.change(RUN_MODEL, "action_stop", [[run.id]], {
                    note: reason || false,
                }),
        });
    }

    askToRestart(run) {
        const restart = () => this.change(RUN_MODEL, "action_restart", [[run.id]]);
        this.dialog.add(ConfirmationDialog, {
            title: _t("Restart “%s”", run.name),
            body: OPEN_STATES.includes(run.state)
                ? _t(
                      "The plan starts again from its first steps. Open activities are cancelled."
                  )
                : _t("The plan starts again from its first steps."),
            confirmLabel: _t("Restart"),
            confirm: restart,
            cancel: () => true,
        });
    }

    askToSkip(step) {
        this.dialog.add(ReasonDialog, {
            title: _t("Skip “%s”", step.name),
            body: _t("The step is not carried out. Steps that wait for it continue."),
            placeholder: _t("e.g. Documents already received"),
            confirmLabel: _t("Skip Step"),
            confirm: (reason) =>
                this.change(STEP_MODEL, "action_skip", [[step.id]], {
                    reason: reason || false,
                }),
        });
    }

    askForDay(step) {
        this.dialog.add(RescheduleDialog, {
            step: step.name,
            deadline: step.date_deadline,
            confirm: (day) =>
                this.change(STEP_MODEL, "action_snooze", [[step.id]], {until: day}),
        });
    }

    /**
     * Call a method that changes a run, and show the result in the whole form.
     * What was typed in the form is saved before.
     *
     * @param {string} model
     * @param {string} method
     * @param {any[]} args
     * @param {object} [kwargs]
     * @returns {Promise<boolean>} whether it was done
     */
    change(model, method, args, kwargs = {}) {
        return this.work.run(async () => {
            try {
                if (!(await this.saveForm())) {
                    return false;
                }
                await this.orm.call(model, method, args, kwargs);
                await this.refresh();
                return true;
            } catch (error) {
                // Somebody else was faster, perhaps: show how it is now.
                await this.onRetry();
                throw error;
            }
        });
    }

    /** @returns {Promise<boolean>} whether nothing is left that was typed only */
    async saveForm() {
        const {record} = this.props;
        if (record.isNew || (await record.isDirty())) {
            return record.save();
        }
        return true;
    }

    /** What was clicked is seen before the rest of the form. */
    async refresh() {
        if (status(this) !== "destroyed") {
            const runIds = this.getRunIds(this.props.record, this.props);
            await this.load(runIds);
            this.freshIds = runIds;
        }
        if (status(this) !== "destroyed") {
            await this.props.record.load();
        }
    }

    async openForm(model, id) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** @param {object} step - one with an open activity */
    async openActivity(step) {
        if (!(await this.saveForm())) {
            return;
        }
        await this.openDialog({
            name: step.name,
            res_model: "mail.activity",
            res_id: step.activity_id,
        });
    }

    async onClickLaunch() {
        const {record} = this.props;
        if (!(await this.saveForm())) {
            return;
        }
        await this.openDialog({
            name: _t("Launch Plan"),
            res_model: "mail.activity.schedule",
            context: {
                active_id: record.resId,
                active_ids: [record.resId],
                active_model: record.resModel,
                dialog_size: "large",
                plan_mode: true,
            },
        });
    }

    async openDialog(action) {
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                views: [[false, "form"]],
                target: "new",
                ...action,
            },
            {
                onClose: () => {
                    // Not waited for: the dialog would wait, and what it did may have
                    // replaced this form, which then never answers.
                    this.refresh();
                },
            }
        );
    }
}

export const runTimelineField = {
    component: RunTimelineField,
    displayName: _t("Plan Timeline"),
    supportedTypes: ["one2many"],
    useSubView: false,
};

registry.category("fields").add("run_timeline", runTimelineField);
