// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {describeRun, describeStep} from "./describe_step.esm";
import {OUTCOME_COLOR, STATE_COLOR, STATE_ICON, STATE_LABEL} from "./step_style.esm";
import {_t} from "@web/core/l10n/translation";
import {describeAttempt} from "../activity/describe_activity.esm";

/** What came of a run before it was restarted; shown when somebody asks for it. */
export class RunTimelineRound extends Component {
    static template = "crm_activity_plus.RunTimelineRound";
    static props = {
        round: Object,
    };

    setup() {
        this.state = useState({isShown: false});
    }

    get title() {
        return _t("Round %s", this.props.round.number);
    }

    get description() {
        const {round} = this.props;
        return describeRun({...round, changed_by: round.user});
    }

    get steps() {
        return this.props.round.steps.map((step) => ({
            ...step,
            color: STATE_COLOR[step.state],
            stateIcon: STATE_ICON[step.state] || step.icon,
            stateLabel: STATE_LABEL[step.state],
            text: describeStep(step),
            attemptText: describeAttempt(step),
            outcomeClass: step.outcome && OUTCOME_COLOR[step.outcome.kind],
        }));
    }

    onClickToggle() {
        this.state.isShown = !this.state.isShown;
    }
}
