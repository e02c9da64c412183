// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {Domain} from "@web/core/domain";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {MEASURES} from "./plan_funnel_model.esm";
import {_t} from "@web/core/l10n/translation";
import {
    formatFloat,
    formatInteger,
    formatPercentage,
} from "@web/views/fields/formatters";
import {getOutcomeClass} from "../activity/outcome_class.esm";
import {useService} from "@web/core/utils/hooks";

export class PlanFunnelRenderer extends Component {
    static template = "crm_activity_plus.PlanFunnelRenderer";
    static components = {Dropdown, DropdownItem};
    static props = {model: Object};

    setup() {
        this.action = useService("action");
        this.formatInteger = formatInteger;
        this.getOutcomeClass = getOutcomeClass;
        this.measures = MEASURES;
    }

    get model() {
        return this.props.model;
    }

    get measure() {
        return MEASURES.find(({name}) => name === this.model.measure) || MEASURES[0];
    }

    get hasGroups() {
        return Boolean(this.model.groupLabel);
    }

    /** @returns {string} such as "61%" of the launches that have the step */
    formatShare(step, measure) {
        return formatPercentage(step[measure] / step.launched, {digits: [16, 0]});
    }

    formatDays(days) {
        return days === null || days === undefined || days === false
            ? ""
            : formatFloat(days, {digits: [16, 1], trailingZeros: false});
    }

    /** @returns {string} the bar of a step, as wide as the share of launches that came here */
    getBarStyle(step) {
        return `width: ${(100 * step.reached) / (step.launched || 1)}%`;
    }

    /** @returns {string} the deeper, the more; the number is in the cell, too */
    getCellStyle(step) {
        const share = step[this.measure.name] / (step.launched || 1);
        return `--o-plan-funnel-share: ${Math.round(share * 60)}%`;
    }

    getLabel(step, measure, group) {
        const names = [step.summary, group?.label, measure.label].filter(Boolean);
        return `${names.join(", ")}: ${step[measure.name]}`;
    }

    // -------------------------------------------------------------------------
    // The steps behind a number
    // -------------------------------------------------------------------------

    openSteps(step, measure) {
        this.open(step, `${step.summary} – ${measure.label}`, [[measure.name, "=", 1]]);
    }

    openLaunched(step) {
        this.open(step, `${step.summary} – ${_t("Launched")}`, []);
    }

    openOutcome(step, outcome) {
        this.open(step, `${step.summary} – ${outcome.name}`, [
            ["outcome_id", "=", outcome.id],
        ]);
    }

    open(step, name, condition) {
        const {context, domain} = this.model.searchParams;
        const views = this.env.config.views || [];
        const listView = views.find(([, type]) => type === "list") || [false, "list"];
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: this.model.resModel,
            views: [listView],
            search_view_id: views.find(([, type]) => type === "search"),
            domain: Domain.and([domain, step.domain, condition]).toList(),
            context: withoutSearch(context),
        });
    }
}

/** @returns {object} a context without what a search would begin with */
function withoutSearch(context) {
    return Object.fromEntries(
        Object.entries(context || {}).filter(
            ([key]) => key !== "group_by" && !key.startsWith("search_default_")
        )
    );
}
