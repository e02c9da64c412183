// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {OUTCOME_COLOR} from "../run_timeline/step_style.esm";
import {_t} from "@web/core/l10n/translation";
import {describeCondition} from "../plan_step/describe_condition.esm";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {tellPlace} from "../plan_try/plan_walk.esm";
import {useRecordObserver} from "@web/model/relational_model/utils";
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
        this.asked = 0;
        // Another plan may be shown, or this one saved or discarded.
        useRecordObserver(({data, resId}, {record}) =>
            this.load(record, resId, data.graph)
        );
    }

    get isNew() {
        return !this.props.record.resId;
    }

    /**
     * @param {object} record - of the form
     * @param {number|false} planId
     * @param {object} graph - the steps as they are drawn
     */
    async load(record, planId, graph) {
        const asked = ++this.asked;
        const told = planId ? await this.ask(record, planId, graph) : {steps: []};
        if (asked === this.asked) {
            const {error = "", isStale = false} = told;
            const days = this.groupByDay(told);
            Object.assign(this.state, {days, conditions: {}, error, isStale});
            this.describeConditions(told, asked);
        }
    }

    /** @returns {Promise<object>} what the server tells, or why it can't */
    async ask(record, planId, graph) {
        const changes = await record.getChanges();
        const isStale = Boolean(changes.template_ids);
        try {
            const told = await this.orm.call(
                "mail.activity.plan",
                "get_timeline",
                [[planId]],
                changes.graph ? {graph} : {}
            );
            return {...told, isStale};
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            return {steps: [], isStale, error: error.data.message};
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

    describeConditions({steps, res_model: resModel}, asked) {
        for (const {code, condition} of steps.filter((step) => step.condition)) {
            this.state.conditions[code] = condition;
            describeCondition(this.treeProcessor, resModel, condition).then((words) => {
                if (asked === this.asked) {
                    this.state.conditions[code] = words;
                }
            });
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
