// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillUpdateProps, useState} from "@odoo/owl";
import {STATE_COLOR, STATE_ICON, STATE_LABEL} from "../run_timeline/step_style.esm";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {DateExplanation} from "../date_explanation/date_explanation.esm";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {PlanTryEmail} from "./plan_try_email.esm";
import {_t} from "@web/core/l10n/translation";
import {explainDate} from "../date_explanation/explain_date.esm";
import {formatWeekday} from "../dates/dates.esm";
import {getOutcomeClass} from "../activity/outcome_class.esm";

const {DateTime} = luxon;

/** A step of a plan that is tried, and what can be chosen for it. */
export class PlanTryStep extends Component {
    static template = "crm_activity_plus.PlanTryStep";
    static components = {DateExplanation, DateTimeInput, PlanTryEmail};
    static props = {
        // Gets what is chosen, see ``simulate`` of the plan.
        choose: Function,
        // The day that was reached.
        day: String,
        isBusy: Boolean,
        isChanged: Boolean,
        isNext: Boolean,
        isOpen: Boolean,
        // Such as "D+3".
        place: String,
        step: Object,
        toggle: Function,
    };

    setup() {
        this.getOutcomeClass = getOutcomeClass;
        this.state = useState({day: false, agreed: false, dated: false});
        onWillUpdateProps(({step, day}) => {
            if (step.state !== this.props.step.state || day !== this.props.day) {
                this.reset();
            }
        });
    }

    reset() {
        Object.assign(this.state, {day: false, agreed: false, dated: false});
    }

    get step() {
        return this.props.step;
    }

    get stateLabel() {
        return STATE_LABEL[this.step.state];
    }

    get icon() {
        return STATE_ICON[this.step.state] || this.step.icon;
    }

    get color() {
        return STATE_COLOR[this.step.state];
    }

    /** @returns {string} when it is due or, once it is closed, when that was */
    get date() {
        const {date_deadline: due, date_done: done, state} = this.step;
        if (done) {
            return state === "done"
                ? _t("Done on %s", formatWeekday(done))
                : formatWeekday(done);
        }
        if (!due) {
            return "";
        }
        return state === "waiting"
            ? _t("Expected %s", formatWeekday(due))
            : formatWeekday(due);
    }

    get isOverdue() {
        const {date_deadline: due, state} = this.step;
        return state === "scheduled" && Boolean(due) && due < this.props.day;
    }

    /** @returns {string} such as "9:30 AM", for what does itself */
    get time() {
        const {time, state, action_type: kind} = this.step;
        if (time === false || state !== "scheduled" || kind === "meeting") {
            return "";
        }
        return DateTime.fromObject({hour: Math.floor(time)})
            .plus({minutes: Math.round((time % 1) * 60)})
            .toLocaleString(DateTime.TIME_SIMPLE);
    }

    get attempt() {
        const {attempt, max_attempts: most} = this.step;
        if (attempt < 2) {
            return "";
        }
        return most
            ? _t("Attempt %(number)s of %(most)s", {most, number: attempt})
            : _t("Attempt %s", attempt);
    }

    /** @returns {string} how the date was found, where days were skipped */
    get skippedDays() {
        const {explanation, date_done: done} = this.step;
        return !done && explanation?.skipped?.length ? explainDate(explanation) : "";
    }

    /** @returns {string} under which conditions it comes */
    get condition() {
        return this.step.state === "waiting" ? this.step.when || "" : "";
    }

    get doLabel() {
        return (
            {
                email: _t("Send it"),
                meeting: _t("Book it"),
                server_action: _t("Run it"),
            }[this.step.action_type] || _t("Mark Done")
        );
    }

    /** The first day on which it can happen, and the one on which it does. */
    get firstDay() {
        return deserializeDate(this.props.day);
    }

    get chosenDay() {
        const due = this.step.date_deadline && deserializeDate(this.step.date_deadline);
        return this.state.day || (due > this.firstDay ? due : this.firstDay);
    }

    can(action) {
        return this.step.actions.includes(action);
    }

    /** @returns {string} what an outcome leads to, beside the steps */
    describeOutcome(outcome) {
        const told = [...outcome.effects];
        if (outcome.is_retried) {
            told.push(_t("another attempt"));
        }
        if (outcome.effect === "stop") {
            told.push(_t("the plan is stopped"));
        }
        return told.join(", ");
    }

    choose(action, outcome) {
        const choice = {action, step: this.step.code};
        if (outcome) {
            choice.outcome = outcome.code;
        }
        if (this.state.day) {
            choice.date = serializeDate(this.state.day);
        }
        if (outcome && this.state.agreed && outcome.is_retried && outcome.asks_date) {
            choice.retry_date = serializeDate(this.state.agreed);
        }
        return this.props.choose(choice);
    }

    get asksDate() {
        return this.step.outcomes.some(
            ({asks_date: asks, is_retried: isRetried}) => asks && isRetried
        );
    }
}
