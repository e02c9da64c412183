// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillStart, useState} from "@odoo/owl";
import {countDays, describeDue} from "../dates/dates.esm";
import {
    formatInteger,
    formatMonetary,
    formatPercentage,
} from "@web/views/fields/formatters";
import {serializeDate, today} from "@web/core/l10n/dates";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {PlanDashboardPanel} from "./plan_dashboard_panel.esm";
import {PlanDashboardWorkload} from "./plan_dashboard_workload.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useDrillDown} from "./drill_down_hook.esm";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {user} from "@web/core/user";

/** What the panels show, and which method of the server counts it. */
const PANELS = {
    overdue: ["mail.activity", "get_overdue_by_user"],
    stuck: ["mail.activity.plan.report", "get_stuck_steps"],
    missing: ["crm.lead", "get_missing_next_step_by_user"],
    workload: ["mail.activity", "get_workload"],
    comparison: ["crm.lead", "get_plan_comparison"],
};
const LABELS = {
    missing: _t("Missing Next Step"),
    overdue: _t("Overdue"),
    today: _t("Today"),
    workload: _t("Coming Two Weeks"),
};
const PERIODS = [3, 6, 12, 24];

/** What a manager looks at: what is late, stuck, forgotten and coming. */
export class PlanDashboard extends Component {
    static template = "crm_activity_plus.PlanDashboard";
    static components = {
        Dropdown,
        DropdownItem,
        Layout,
        PlanDashboardPanel,
        PlanDashboardWorkload,
    };
    static props = {...standardActionServiceProps};
    static displayName = _t("Activity Dashboard");

    setup() {
        this.orm = useService("orm");
        this.drillDown = useDrillDown();
        this.describeDue = describeDue;
        this.formatInteger = formatInteger;
        this.display = {controlPanel: {}};
        this.labels = LABELS;
        this.periods = PERIODS;
        this.env.config.setDisplayName(
            this.props.action.name || this.constructor.displayName
        );
        this.keepLast = Object.fromEntries(
            Object.keys(PANELS).map((name) => [name, new KeepLast()])
        );
        this.state = useState({
            teamKey: this.props.state?.teamKey,
            months: this.props.state?.months || 12,
            panels: {},
        });
        useSetupAction({
            getLocalState: () => ({
                teamKey: this.state.teamKey,
                months: this.state.months,
            }),
        });
        onWillStart(async () => {
            await this.loadTeams();
            this.load();
        });
    }

    async loadTeams() {
        const teams = await this.orm.searchRead("crm.team", [], ["name", "user_id"]);
        const led = teams.filter(({user_id}) => user_id && user_id[0] === user.userId);
        this.teams = [
            {key: "all", label: _t("All Teams"), ids: []},
            ...(led.length
                ? [{key: "led", label: _t("My Teams"), ids: led.map(({id}) => id)}]
                : []),
            ...teams.map(({id, name}) => ({key: id, label: name, ids: [id]})),
        ];
        if (!this.teams.some(({key}) => key === this.state.teamKey)) {
            this.state.teamKey = led.length ? "led" : "all";
        }
    }

    get team() {
        return this.teams.find(({key}) => key === this.state.teamKey);
    }

    /** Each panel by itself: the quick ones don't wait for the others. */
    load() {
        return Promise.all(Object.keys(PANELS).map((name) => this.loadPanel(name)));
    }

    async loadPanel(name) {
        const [model, method] = PANELS[name];
        const kwargs = {team_ids: this.team.ids};
        if (name === "comparison") {
            const from = today().minus({months: this.state.months});
            kwargs.date_from = serializeDate(from);
        }
        this.state.panels[name] = await this.keepLast[name].add(
            this.orm.call(model, method, [], kwargs)
        );
    }

    setTeam(key) {
        this.state.teamKey = key;
        this.load();
    }

    setPeriod(months) {
        this.state.months = months;
        this.loadPanel("comparison");
    }

    // -------------------------------------------------------------------------
    // What is shown
    // -------------------------------------------------------------------------

    getPeriodLabel(months) {
        return _t("Last %s months", months);
    }

    getUserName(row) {
        return row.user ? row.user.name : _t("Nobody");
    }

    describeOldest(day) {
        return day && countDays(day) < 0 ? describeDue(day) : "";
    }

    formatRate(rate) {
        return rate === null ? "–" : formatPercentage(rate, {digits: [16, 0]});
    }

    formatAmount(amount) {
        const {currency_id} = this.state.panels.comparison;
        return amount === null
            ? "–"
            : formatMonetary(amount, {currencyId: currency_id});
    }

    /** @returns {number | null} how much more was won with the plan, in percent points */
    getDifference({with_plan, without_plan}) {
        return with_plan.rate === null
            ? null
            : Math.round(100 * (with_plan.rate - without_plan.rate));
    }

    formatDifference(row) {
        const points = this.getDifference(row);
        const sign = points > 0 ? "+" : "";
        return points === null
            ? "–"
            : _t("%s points", `${sign}${formatInteger(points)}`);
    }

    getDifferenceIcon(row) {
        const icons = ["fa-arrow-down", "", "fa-arrow-up"];
        return icons[Math.sign(this.getDifference(row)) + 1];
    }

    // -------------------------------------------------------------------------
    // The records behind a number
    // -------------------------------------------------------------------------

    openActivities(domain, ...names) {
        this.drillDown(
            "crm_activity_plus.mail_activity_my_action",
            names.join(" – "),
            domain
        );
    }

    openMissing(domain, name) {
        this.drillDown("crm_activity_plus.crm_lead_action_no_next_step", name, domain);
    }

    openSteps(domain, ...names) {
        this.drillDown(
            "crm_activity_plus.mail_activity_plan_report_action",
            names.join(" – "),
            domain,
            ["list"]
        );
    }

    openLeads(domain, ...names) {
        this.drillDown("crm.crm_lead_action_pipeline", names.join(" – "), domain, [
            "list",
            "form",
        ]);
    }
}

registry.category("actions").add("crm_activity_plus.plan_dashboard", PlanDashboard);
