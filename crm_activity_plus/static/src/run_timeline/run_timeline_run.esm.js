// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {describePause, describeRun, describeStopReason} from "./describe_step.esm";
import {Component} from "@odoo/owl";
import {RunTimelineRound} from "./run_timeline_round.esm";
import {RunTimelineStep} from "./run_timeline_step.esm";
import {_t} from "@web/core/l10n/translation";
import {formatDay} from "../dates/dates.esm";

const STATE_LABEL = {
    running: _t("Running"),
    paused: _t("Paused"),
    done: _t("Done"),
    stopped: _t("Stopped"),
    failed: _t("Failed"),
};

const STATE_COLOR = {
    running: "text-bg-info",
    paused: "text-bg-warning",
    done: "text-bg-success",
    stopped: "text-bg-secondary",
    failed: "text-bg-danger",
};

/** A run with its steps. */
export class RunTimelineRun extends Component {
    static template = "crm_activity_plus.RunTimelineRun";
    static components = {RunTimelineRound, RunTimelineStep};
    static props = {
        run: Object,
        isBusy: Boolean,
        isCollapsed: Boolean,
        // On the run's own form, there is nothing to open and nothing to collapse.
        isAlone: Boolean,
        onToggle: Function,
        // Gets the name of an action and the run.
        onAction: Function,
        // Gets the name of an action, the step and the button.
        onStepAction: Function,
    };

    get stateLabel() {
        return STATE_LABEL[this.props.run.state];
    }

    get stateClass() {
        return STATE_COLOR[this.props.run.state];
    }

    get description() {
        return describeRun(this.props.run);
    }

    get pause() {
        return describePause(this.props.run);
    }

    /** @returns {object[]} what came of it before it was restarted, latest first */
    get rounds() {
        return this.props.run.rounds || [];
    }

    get roundLabel() {
        return _t("Round %s", this.rounds.length + 1);
    }

    get stopReason() {
        return describeStopReason(this.props.run);
    }

    get planDate() {
        return _t("Plan date: %s", formatDay(this.props.run.plan_date));
    }

    get progress() {
        return Math.round(this.props.run.progress);
    }

    /** @returns {object[]} what the user can do with the run now */
    get actions() {
        const {actions} = this.props.run;
        // Who may resume a plan may say when it resumes.
        const can = (id) => actions.includes(id === "postpone" ? "resume" : id);
        return [
            {id: "resume", label: _t("Resume"), class: "btn-primary"},
            {id: "pause", label: _t("Pause"), class: "btn-secondary"},
            {id: "postpone", label: this.postponeLabel, class: "btn-secondary"},
            {id: "stop", label: _t("Stop"), class: "btn-secondary"},
            {id: "restart", label: _t("Restart"), class: "btn-secondary"},
        ].filter(({id}) => can(id));
    }

    get postponeLabel() {
        return this.props.run.paused_until ? _t("Change Date") : _t("Set Date");
    }

    get toggleLabel() {
        return this.props.isCollapsed
            ? _t("Show the steps of “%s”", this.props.run.name)
            : _t("Hide the steps of “%s”", this.props.run.name);
    }
}
