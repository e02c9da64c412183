// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    describePastAttempt,
    describeStep,
    isOpen,
    isOverdue,
} from "./describe_step.esm";
import {OUTCOME_COLOR, STATE_COLOR, STATE_ICON, STATE_LABEL} from "./step_style.esm";
import {Component} from "@odoo/owl";
import {DateExplanation} from "../date_explanation/date_explanation.esm";
import {_t} from "@web/core/l10n/translation";
import {describeAttempt} from "../activity/describe_activity.esm";

/** One step of a run: how it ended, or when it comes and why then. */
export class RunTimelineStep extends Component {
    static template = "crm_activity_plus.RunTimelineStep";
    static components = {DateExplanation};
    static props = {
        step: Object,
        isBusy: Boolean,
        // Gets the name of an action, the step and the button.
        onAction: Function,
    };

    get icon() {
        const {icon, state} = this.props.step;
        if (state === "scheduled" && icon === STATE_ICON.done) {
            // To-dos have the icon of what is done.
            return "fa-square-o";
        }
        return STATE_ICON[state] || icon || "fa-tasks";
    }

    get color() {
        return isOverdue(this.props.step)
            ? "text-bg-danger"
            : STATE_COLOR[this.props.step.state];
    }

    get stateLabel() {
        return isOverdue(this.props.step)
            ? _t("Overdue")
            : STATE_LABEL[this.props.step.state];
    }

    get description() {
        return describeStep(this.props.step);
    }

    get descriptionClass() {
        if (isOverdue(this.props.step)) {
            return "text-danger fw-bolder";
        }
        return this.props.step.state === "scheduled" ? "" : "text-muted";
    }

    get outcomeClass() {
        return OUTCOME_COLOR[this.props.step.outcome.kind] || OUTCOME_COLOR.neutral;
    }

    /** @returns {string} whose it is, as long as nobody did it */
    get assignee() {
        const {step} = this.props;
        if (!isOpen(step)) {
            return "";
        }
        if (step.user) {
            return step.user.name;
        }
        return this.isUnassigned ? _t("Unassigned") : "";
    }

    /** @returns {boolean} whether somebody has to be found; for what waits, that is so
     * when its turn comes */
    get isUnassigned() {
        const {step} = this.props;
        return step.state === "scheduled" && !step.user;
    }

    get attempt() {
        return describeAttempt(this.props.step);
    }

    get attempts() {
        return this.props.step.attempts.map((attempt) => ({
            ...attempt,
            text: describePastAttempt(attempt),
        }));
    }

    /** @returns {object|false} how the date was found, as long as it matters */
    get explanation() {
        const {step} = this.props;
        return isOpen(step) && step.date_deadline && step.date_explanation;
    }

    /** @returns {object[]} what the user can do with the step now */
    get actions() {
        const {actions, name} = this.props.step;
        return [
            {id: "done", label: _t("Mark Done"), title: _t("Mark “%s” done", name)},
            {id: "open", label: _t("Open"), title: _t("Open “%s”", name)},
            {id: "snooze", label: _t("Reschedule"), title: _t("Reschedule “%s”", name)},
            {id: "skip", label: _t("Skip"), title: _t("Skip “%s”", name)},
        ].filter(({id}) => actions.includes(id));
    }
}
