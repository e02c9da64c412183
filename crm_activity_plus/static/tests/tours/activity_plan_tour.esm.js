// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {openConfiguration} from "./tour_steps.esm";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const LINE = ".o_field_widget[name='template_ids'] .o_selected_row";

function addLine() {
    return [
        {
            content: "Add a step",
            trigger:
                ".o_field_widget[name='template_ids'] .o_field_x2many_list_row_add button, .o_field_widget[name='template_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "The step has the default type",
            trigger: `${LINE} .o_field_widget[name='activity_type_id'] input:value('To-Do')`,
        },
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_plan_create", {
    steps: () => [
        ...openConfiguration("crm.mail_activity_plan_menu_config_lead"),
        {
            content: "Make a plan",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] textarea",
            run: "edit Win Them Over",
        },
        ...addLine(),
        {
            content: "Say what the first step is",
            trigger: `${LINE} .o_field_widget[name='summary'] input`,
            run: "edit Collect the needs",
        },
        ...addLine(),
        {
            content: "The second step is of a type that is not there yet",
            trigger: `${LINE} .o_field_widget[name='activity_type_id'] input`,
            run: "edit Workshop",
        },
        {
            content: "Make the type",
            trigger: ".o_m2o_dropdown_option_create_edit a",
            run: "click",
        },
        {
            content: "It has the name already; give it a summary",
            trigger:
                ".modal:has(.o_field_widget[name='name'] textarea:value('Workshop')) .o_field_widget[name='summary'] input",
            run: "edit Hold a workshop",
        },
        {
            content: "Save the type",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The step has the type and its summary",
            trigger: `body:not(:has(.modal)) ${LINE}:has(.o_field_widget[name='activity_type_id'] input:value('Workshop')) .o_field_widget[name='summary'] input:value('Hold a workshop')`,
        },
        ...addLine(),
        {
            content: "Look for the third step's type",
            trigger: `${LINE} .o_field_widget[name='activity_type_id'] input`,
            run: "click",
        },
        {
            content: "See all types",
            trigger: ".o_m2o_dropdown_option_search_more a",
            run: "click",
        },
        {
            content: "Choose one",
            trigger: ".modal .o_data_row .o_data_cell:contains('Webinar')",
            run: "click",
        },
        {
            content: "The step has the type",
            trigger: `body:not(:has(.modal)) ${LINE} .o_field_widget[name='activity_type_id'] input:value('Webinar')`,
        },
        {
            content: "Count its days",
            trigger: `${LINE} .o_field_widget[name='delay_count'] input`,
            run: "edit 3",
        },
        {
            content: "They are counted",
            trigger: `${LINE} .o_field_widget[name='delay_count'] input:value('3')`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Open the third step",
            trigger: ".o_data_row:contains('Webinar') .o_data_cell[name='after_ids']",
            run: "click",
        },
        {
            content: "Let it wait for another one",
            trigger: `${LINE} .o_field_widget[name='after_ids'] input`,
            run: "edit Collect",
        },
        {
            content: "Choose which",
            trigger: ".o-autocomplete--dropdown-item a:contains('Collect the needs')",
            run: "click",
        },
        {
            content: "It waits",
            trigger: `${LINE} .o_field_widget[name='after_ids'] .o_tag:contains('Collect the needs')`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Go back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "The plan is in the list with its steps",
            trigger:
                ".o_data_row:contains('Win Them Over') .o_data_cell[name='steps_count']:contains('3')",
        },
    ],
});
