// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

function openReport(menu) {
    return [
        {
            content: "Open the reports",
            trigger: "button[data-menu-xmlid='crm.crm_menu_report']",
            run: "click",
        },
        {
            content: "Choose one",
            trigger: `a[data-menu-xmlid='crm_activity_plus.${menu}']`,
            run: "click",
        },
    ];
}

function goBack(content, trigger) {
    return [
        {
            content: "Go back",
            trigger: ".o_back_button",
            run: "click",
        },
        {content, trigger},
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_plan_dashboard", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        ...openReport("plan_dashboard_menu"),
        {
            content: "Look at one team",
            trigger: ".o_plan_dashboard_team",
            run: "click",
        },
        {
            content: "Choose it",
            trigger: ".dropdown-item:contains('Dashboard Tour Team')",
            run: "click",
        },
        {
            content: "A lead is forgotten",
            trigger:
                "[data-panel='missing'] tbody [data-column='count']:contains(/^1$/)",
        },
        {
            content: "One activity is overdue: open it",
            trigger: "[data-panel='overdue'] [data-column='overdue']:contains(/^1$/)",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_list_view .o_data_row:contains('Send the invitation')",
        },
        ...goBack(
            "The team is still chosen",
            ".o_plan_dashboard_team:contains('Dashboard Tour Team')"
        ),
        {
            content: "Plans get stuck there",
            trigger:
                "[data-panel='stuck']:contains('Send the invitation') [data-column='overdue']",
            run: "click",
        },
        {
            content: "The step is listed",
            trigger: ".o_list_view .o_data_row:contains('Tour of the Factory')",
        },
        ...goBack("The days are there", ".o_plan_dashboard_workload"),
        {
            content: "What is due on a day",
            trigger: "[data-panel='workload'] [data-cell]:contains(/^1$/)",
            run: "click",
        },
        {
            content: "It is listed",
            trigger: ".o_list_view .o_data_row:contains('Write the quotation')",
        },
        ...openReport("mail_activity_plan_report_menu"),
        {
            content: "The plan's steps, in their order",
            trigger:
                ".o_plan_funnel_plan:contains('Tour of the Factory') tr[data-step]:nth-child(1):contains('Send the invitation')",
        },
        {
            content: "Open the steps that are overdue",
            trigger:
                ".o_plan_funnel_plan:contains('Tour of the Factory') tr[data-step]:nth-child(1) [data-measure='overdue']",
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row:contains('Send the invitation')",
        },
        ...goBack("The funnel is there", ".o_plan_funnel"),
        ...openReport("mail_activity_plan_run_report_menu"),
        {
            content: "The launches are counted",
            trigger: ".o_pivot:contains('Tour of the Factory')",
        },
    ],
});
