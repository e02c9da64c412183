// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillStart, useState} from "@odoo/owl";
import {OUTCOME_COLOR} from "../run_timeline/step_style.esm";
import {_t} from "@web/core/l10n/translation";
import {describeCondition} from "../plan_step/describe_condition.esm";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {tellPlace} from "../plan_try/plan_walk.esm";
import {useService} from "@web/core/utils/hooks";

const MAX_DEPTH = 4;

/** The steps of a plan along its days, whichever day the plan date will be. */
export class PlanTimeline extends Component {
    static template = "crm_activity_plus.PlanTimeline";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.treeProcessor = useService("tree_processor");
        this.state = useState({days: [], conditions: {}, error: "", isStale: false});
        onWillStart(() => this.load());
    }

    get isNew() {
        return !this.props.record.resId;
    }

    async load() {
        const {record} = this.props;
        if (this.isNew) {
            return;
        }
        const {graph, template_ids: lines} = await record.getChanges();
        this.state.isStale = Boolean(lines);
        try {
            const told = await this.orm.call(
                "mail.activity.plan",
                "get_timeline",
                [[record.resId]],
                graph ? {graph} : {}
            );
            this.state.days = this.groupByDay(told);
            this.describeConditions(told);
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            this.state.error = error.data.message;
        }
    }

    groupByDay({steps, policy}) {
        const days = [];
        for (const step of steps) {
            const label = tellPlace(step.days, step.months);
            if (days.at(-1)?.label !== label) {
                days.push({label, title: describePlace(step, policy), steps: []});
            }
            days.at(-1).steps.push(step);
        }
        return days;
    }

    async describeConditions({steps, res_model: resModel}) {
        for (const {code, condition} of steps.filter((step) => step.condition)) {
            this.state.conditions[code] = condition;
            this.state.conditions[code] = await describeCondition(
                this.treeProcessor,
                resModel,
                condition
            );
        }
    }

    getOutcomeColor({kind}) {
        return OUTCOME_COLOR[kind];
    }

    getBranchClass({depth}) {
        return depth ? `o_branch o_branch_${Math.min(depth, MAX_DEPTH)}` : "";
    }
}

/** @returns {string} a place in words, for whoever doesn't read "D+3" */
function describePlace({days, months}, policy) {
    if (!days && !months) {
        return _t("On the plan date");
    }
    const count = [
        months &&
            (Math.abs(months) === 1
                ? _t("1 month")
                : _t("%s months", Math.abs(months))),
        days && describeDays(Math.abs(days), policy),
    ]
        .filter(Boolean)
        .join(", ");
    return days < 0 || months < 0
        ? _t("%s before the plan date", count)
        : _t("%s after the plan date", count);
}

function describeDays(count, policy) {
    if (policy === "working_days") {
        return count === 1 ? _t("1 working day") : _t("%s working days", count);
    }
    return count === 1 ? _t("1 day") : _t("%s days", count);
}

registry.category("view_widgets").add("plan_timeline", {component: PlanTimeline});
