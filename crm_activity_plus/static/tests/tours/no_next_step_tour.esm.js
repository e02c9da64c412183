// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

function schedule(summary) {
    return [
        {
            content: "Say what is to be done",
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: `edit ${summary}`,
        },
        {
            content: "Schedule it",
            trigger: ".modal button[name='action_schedule_activities']",
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_no_next_step", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            content: "Open the menu",
            trigger: "button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            content: "See what nothing reminds of",
            trigger:
                "a[data-menu-xmlid='crm_activity_plus.crm_lead_menu_no_next_step']",
            run: "click",
        },
        {
            content: "The forgotten ones are there",
            trigger: ".o_list_view .o_data_row:contains('Factory A')",
        },
        {
            content: "The others are not",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Factory C')))",
        },
        {
            content: "Schedule the next step of one of them",
            trigger:
                ".o_data_row:contains('Factory A') button[name='action_schedule_next_step']",
            run: "click",
        },
        ...schedule("Call them"),
        {
            content: "It is off the list",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains('Factory A'))) .o_data_row:contains('Factory B')",
        },
        {
            content: "Select the other one",
            trigger: ".o_data_row:contains('Factory B') .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Schedule for all of them",
            trigger: ".o_control_panel button[name='action_schedule_next_step']",
            run: "click",
        },
        ...schedule("Write to them"),
        {
            content: "There is praise",
            trigger: ".o_view_nocontent:contains('Every open lead has a next step')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_no_next_step_card", {
    steps: () => [
        {
            content: "A running plan shows how far it is, and what comes next",
            trigger:
                ".o_kanban_record:contains('Factory C') .o_plan_progress:contains('0 done of 3')",
        },
        {
            content: "What is overdue is said in words",
            trigger:
                ".o_kanban_record:contains('Factory C') .o_next_step:contains('Call them'):contains('overdue')",
        },
        {
            content: "A card with an activity isn't burdened",
            trigger:
                ".o_kanban_record:contains('Factory B'):not(:has(.o_plan_progress)):not(:has(.o_no_next_step))",
        },
        {
            content: "A lead that is missing a next step says so",
            trigger: ".o_kanban_record:contains('Factory A') .o_no_next_step",
            run: "click",
        },
        ...schedule("Call them"),
        {
            content: "The card doesn't say so any more",
            trigger:
                ".o_kanban_record:contains('Factory A'):not(:has(.o_no_next_step))",
        },
    ],
});
