// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {openConfiguration} from "./tour_steps.esm";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const STEP = ".modal:has(.o_field_widget[name='action_type'])";
const LINES = ".o_field_widget[name='template_ids']";

function addStep() {
    return [
        {
            content: "Add a step",
            trigger: `body:not(:has(.modal)) ${LINES} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "A form opens, and the step has the default type",
            trigger: `${STEP} .o_field_widget[name='activity_type_id'] input:value('To-Do')`,
        },
    ];
}

function saveStep() {
    return {
        content: "Save the step",
        trigger: `${STEP} footer .o_form_button_save`,
        run: "click",
    };
}

function sumUp(summary) {
    return {
        content: "Say what the step is",
        trigger: `${STEP} .o_field_widget[name='summary'] input`,
        run: `edit ${summary}`,
    };
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
        {
            content: "Write the steps in the list",
            trigger: `${LINES} .o_plan_steps_as_list`,
            run: "click",
        },
        ...addStep(),
        sumUp("Collect the needs"),
        saveStep(),
        ...addStep(),
        {
            content: "The second step is of a type that is not there yet",
            trigger: `${STEP} .o_field_widget[name='activity_type_id'] input`,
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
            trigger:
                ".modal:has(.o_field_widget[name='name'] textarea:value('Workshop')) .o_form_button_save",
            run: "click",
        },
        {
            content: "The step has the type and its summary",
            trigger: `body:not(:has(.modal .o_field_widget[name='name'])) ${STEP}:has(.o_field_widget[name='activity_type_id'] input:value('Workshop')) .o_field_widget[name='summary'] input:value('Hold a workshop')`,
        },
        saveStep(),
        ...addStep(),
        {
            content: "Look for the third step's type",
            trigger: `${STEP} .o_field_widget[name='activity_type_id'] input`,
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
            trigger: `${STEP} .o_field_widget[name='activity_type_id'] input:value('Webinar')`,
        },
        {
            content: "Count its days",
            trigger: `${STEP} .o_field_widget[name='delay_count'] input`,
            run: "edit 3",
        },
        {
            content: "Let it wait for the first step, which isn't saved yet",
            trigger: `${STEP} .o_field_widget[name='after_codes'] input`,
            run: "edit Collect",
        },
        {
            content: "Choose it by the keyboard",
            trigger: `body:has(.o-autocomplete--dropdown-item:contains('Collect the needs')) ${STEP} .o_field_widget[name='after_codes'] input`,
            run: "press Enter",
        },
        {
            content: "It waits",
            trigger: `${STEP} .o_field_widget[name='after_codes'] .o_tag:contains('Collect the needs')`,
        },
        saveStep(),
        {
            content: "The line says when, in words",
            trigger: `${LINES} .o_data_row:contains('Webinar') .o_data_cell[name='when_text']:contains('3 days after the plan date, once “Collect the needs” is done')`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Open the second step",
            trigger: `${LINES} .o_data_row:contains('Workshop') .o_data_cell[name='summary']`,
            run: "click",
        },
        {
            content: "It is sent by email instead",
            trigger: `${STEP} .o_field_widget[name='action_type'] label:contains('Email')`,
            run: "click",
        },
        {
            content: "The step says what it lacks",
            trigger: `${STEP} .o_plan_step_problems:contains('email template')`,
        },
        {
            content: "Never mind",
            trigger: `${STEP} footer button:contains('Discard')`,
            run: "click",
        },
        {
            content: "Try the plan",
            trigger: "body:not(:has(.modal)) .o_plan_try_button",
            run: "click",
        },
        {
            content: "A step waits for another one",
            trigger:
                ".modal .o_plan_try_step[data-state='waiting']:contains('Webinar') .o_plan_try_when:contains('Collect the needs')",
        },
        {
            content: "It is done",
            trigger: ".modal .o_plan_try_step.o_next:contains('Collect the needs')",
        },
        {
            content: "It is done",
            trigger: ".modal .o_next button[data-action='done']",
            run: "click",
        },
        {
            content: "So the turn of the other one comes",
            trigger:
                ".modal .o_plan_try_step[data-state='scheduled']:contains('Webinar')",
        },
        {
            content: "Back",
            trigger: ".modal .o_plan_try_back:enabled",
            run: "click",
        },
        {
            content: "It waits again",
            trigger:
                ".modal .o_plan_try_step[data-state='waiting']:contains('Webinar')",
        },
        {
            content: "Nothing is launched",
            trigger: ".modal .modal-header .btn-close",
            run: "click",
        },
        {
            content: "Go back to the list",
            trigger: "body:not(:has(.modal)) .o_back_button",
            run: "click",
        },
        {
            content: "The plan is in the list with its steps",
            trigger:
                ".o_data_row:contains('Win Them Over') .o_data_cell[name='steps_count']:contains('3')",
        },
    ],
});
