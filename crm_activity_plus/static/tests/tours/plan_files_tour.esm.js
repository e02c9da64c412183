// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {inputFiles} from "@web/../tests/utils";
import {openConfiguration} from "./tour_steps.esm";
import {registry} from "@web/core/registry";

const PLANS = "crm.mail_activity_plan_menu_config_lead";

registry.category("web_tour.tours").add("crm_activity_plus_plan_files", {
    steps: () => [
        ...openConfiguration(PLANS),
        {
            content: "Open the ready-made plans",
            trigger: ".o_control_panel button:contains('New from Template')",
            run: "click",
        },
        {
            content: "Make one of them",
            trigger: ".modal .o_plan_gallery_card[data-code='first_contact']",
            run: "click",
        },
        {
            content: "It is open, to be changed",
            trigger:
                ".o_form_view .o_field_widget[name='name'] textarea:value('First contact')",
        },
        ...openConfiguration(PLANS),
        {
            content: "Open the plan that is running",
            trigger: ".o_data_row .o_data_cell:contains('Tour Versions')",
            run: "click",
        },
        {
            content: "Its form says so",
            trigger: ".o_form_view button[name='action_apply_version']",
            run: "click",
        },
        {
            content: "See what changes",
            trigger:
                ".modal .o_data_row:contains('Factory A') .o_data_cell[name='changes']:contains('is added')",
        },
        {
            content: "Apply it",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "It was applied",
            trigger: ".o_notification:contains('Changed running plans: 1.')",
        },
        ...openConfiguration(PLANS),
        {
            content: "Import a file",
            trigger: ".o_control_panel button[title='Import File']",
            run: "click",
        },
        {
            content: "Choose it",
            trigger: ".modal .o_field_widget[name='data'] .o_select_file_button",
            async run() {
                const text = JSON.stringify({
                    format: 1,
                    plans: [
                        {
                            code: "from_file",
                            name: "From a file",
                            res_model: "crm.lead",
                            steps: [{code: "call", type: "call", summary: "Call"}],
                        },
                    ],
                });
                const file = new File([text], "plans.json", {
                    type: "application/json",
                });
                await inputFiles(".modal .o_field_widget[name='data'] input", [file]);
            },
        },
        {
            content: "Look what it makes",
            trigger:
                ".modal:has(.o_field_widget[name='data'] input.o_input) button[name='action_preview']:visible",
            run: "click",
        },
        {
            content: "It makes a plan",
            trigger:
                ".modal .o_data_row:contains('From a file'):contains('Is created')",
        },
        {
            content: "Import it",
            trigger: ".modal button[name='action_import']",
            run: "click",
        },
        {
            content: "It is open",
            trigger:
                ".o_form_view .o_field_widget[name='name'] textarea:value('From a file')",
        },
    ],
});
