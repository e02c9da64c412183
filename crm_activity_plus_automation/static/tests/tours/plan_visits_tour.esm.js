// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";

// From the contacts of a category to a year of visits in three clicks.
registry.category("web_tour.tours").add("crm_activity_plus_plan_visits", {
    steps: () => [
        {
            content: "The list is filtered by the category",
            trigger: ".o_searchview_facet:contains('GOLD')",
        },
        {
            content: "One: open the menu",
            trigger: ".o_control_panel .o_cp_action_menus .fa-cog",
            run: "click",
        },
        {
            content: "Two: plan visits",
            trigger: ".o_plan_visits_menu",
            run: "click",
        },
        {
            content: "The form says what it does",
            trigger: ".o_field_widget[name=summary]:contains('2 records')",
        },
        {
            content: "Three: start",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "All visits are planned",
            trigger: "button[name=action_view_visits] .o_stat_value",
            run: "click",
        },
        {
            content: "The calendar shows the year",
            trigger:
                ".o_calendar_view .fc-multiMonthYear-view .fc-event, .o_calendar_view .fc-bg-event",
        },
    ],
});
