// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";

function choose(entry) {
    return [
        {
            content: "Open the menu of the quotation",
            trigger: "body:not(:has(.modal)) .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: `Choose ${entry}`,
            trigger: `.o-dropdown--menu .o_menu_item:contains('${entry}')`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("test_crm_activity_plus_quotation", {
    steps: () => [
        ...choose("Create Activity"),
        {
            content: "It is a call",
            trigger:
                ".modal .o_field_widget[name='activity_type_id'] .o_selection_badge:contains('Call')",
            run: "click",
        },
        {
            content: "Say what it is about",
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: "edit Ask about the colour",
        },
        {
            content: "Save it",
            trigger: ".modal footer button[name='action_schedule_activities']",
            run: "click",
        },
        {
            content: "It is on the quotation",
            trigger: ".o-mail-Activity:contains('Ask about the colour')",
        },
        ...choose("Launch Plan"),
        {
            content: "Choose the plan",
            trigger:
                ".modal .o_field_widget[name='plan_id'] .o_selection_badge:contains('Quotation')",
            run: "click",
        },
        {
            content: "Its steps are shown",
            trigger: ".modal .o_plan_preview_step:contains('Call about the quotation')",
        },
        {
            content: "Launch it",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "click",
        },
        {
            content: "Its step is on the quotation",
            trigger: ".o-mail-Activity:contains('Call about the quotation')",
        },
        {
            content: "Open the customer",
            trigger: ".o_field_widget[name='partner_id'] input",
            run: "click",
        },
        {
            content: "By the link beside it",
            trigger: ".o_field_widget[name='partner_id'] .o_external_button",
            run: "click",
        },
        {
            content: "Both are counted on the contact",
            trigger:
                ".o-form-buttonbox button[name='action_view_document_activities']:contains('2')",
            run: "click",
        },
        {
            content: "Both are in the list, with their document",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Ask about the colour'):contains('S0')) .o_data_row:contains('Call about the quotation')",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Only the done ones",
            trigger: ".o_filter_menu .o_menu_item:contains('Done')",
            run: "click",
        },
        {
            content: "There is none",
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
        {
            content: "Take the filter back",
            trigger: ".o_searchview .o_facet_remove",
            run: "click",
        },
        {
            content: "Open the document of one",
            trigger: ".o_data_row:contains('Ask about the colour') .o_data_cell",
            run: "click",
        },
        {
            content: "It is the quotation",
            trigger:
                ".o_form_view .o-mail-Chatter .o-mail-Activity:contains('Ask about the colour')",
        },
    ],
});

registry.category("web_tour.tours").add("test_crm_activity_plus_no_plan", {
    steps: () => [
        ...choose("Launch Plan"),
        {
            content: "There is no plan for orders yet, and it is said so",
            trigger: ".modal .alert:contains('There is no plan')",
        },
        {
            content: "A single activity can be scheduled all the same",
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: "edit Without a plan",
        },
        {
            content: "Save it",
            trigger: ".modal footer button[name='action_schedule_activities']",
            run: "click",
        },
        {
            content: "It is on the order",
            trigger:
                "body:not(:has(.modal)) .o-mail-Activity:contains('Without a plan')",
        },
    ],
});
