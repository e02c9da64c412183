// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {markDone, openConfiguration} from "./tour_steps.esm";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const MENU = "crm.crm_team_menu_config_activity_types";

registry.category("web_tour.tours").add("crm_activity_plus_type_create", {
    steps: () => [
        ...openConfiguration(MENU),
        {
            content: "The built-in types are listed",
            trigger: ".o_list_view .o_data_row:contains('Webinar'):contains('webinar')",
        },
        {
            content: "Make a type",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "The code is left empty while nothing is known of the type",
            trigger: ".o_field_widget[name='code'] input",
            run({anchor}) {
                if (anchor.value) {
                    throw new Error(
                        `A type without a name has the code ${anchor.value}`
                    );
                }
            },
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] textarea",
            run: "edit Plant Tour",
        },
        {
            content: "Look for an application",
            trigger: ".o_field_widget[name='applies_to_ids'] input",
            run: "edit Lead",
        },
        {
            content: "Limit the type to leads",
            trigger: ".o-autocomplete--dropdown-item a:text('Lead')",
            run: "click",
        },
        {
            content: "It is limited",
            trigger: ".o_field_widget[name='applies_to_ids'] .o_tag:contains('Lead')",
        },
        {
            content: "Look at the icons",
            trigger: ".o_field_widget[name='icon'] .o_icon_picker_open",
            run: "click",
        },
        {
            content: "Look for one by its name",
            trigger: ".o_icon_picker input",
            run: "edit truck",
        },
        {
            content: "Take it",
            trigger:
                ".o_icon_picker:not(:has([data-icon='fa-phone'])):has([data-icon='fa-truck']) input",
            run: "press Enter",
        },
        {
            content: "The type has the icon",
            trigger: ".o_field_widget[name='icon'] .fa-truck",
        },
        {
            content: "Give it a duration",
            trigger: ".o_field_widget[name='default_duration'] input",
            run: "edit 1:30",
        },
        {
            content: "Give it a summary",
            trigger: ".o_field_widget[name='summary'] input",
            run: "edit Show the plant",
        },
        ...stepUtils.saveForm(),
        {
            content: "The code was made from the name, and can't be changed",
            trigger:
                ".o_field_widget[name='code'].o_readonly_modifier:contains('plant_tour')",
        },
        {
            content: "Go back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "The type is in the list",
            trigger:
                ".o_data_row:contains('Plant Tour'):contains('plant_tour'):contains('01:30'):contains('Lead')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_type_delete", {
    steps: () => [
        ...openConfiguration(MENU),
        {
            content: "Open the type",
            trigger: ".o_data_row .o_data_cell:contains('Site Inspection')",
            run: "click",
        },
        {
            content: "The type's form is open",
            trigger:
                ".o_form_view .o_field_widget[name='name'] textarea:value('Site Inspection')",
        },
        {
            content: "Open the menu of the record",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Delete it",
            trigger: ".o-dropdown--menu .o_menu_item:contains('Delete')",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "The next type's form is shown",
            trigger:
                ".o_form_view .o_field_widget[name='name'] textarea:not(:value('Site Inspection'))",
        },
        {
            content: "Go back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "The type is in the list no more",
            trigger:
                ".o_list_view:has(.o_data_row:contains('To-Do')):not(:contains('Site Inspection'))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_type_deleted", {
    steps: () => [
        {
            content: "Schedule an activity",
            trigger: ".o-mail-Chatter-activity",
            run: "click",
        },
        {
            content: "The deleted type isn't offered",
            trigger:
                ".modal .o_field_widget[name='activity_type_id']:contains('To-Do'):not(:contains('Site Inspection'))",
        },
        {
            content: "Never mind",
            trigger: ".modal footer button:contains('Discard'):visible",
            run: "click",
        },
        {
            content: "Look at the activity's details",
            trigger: ".o-mail-Activity:contains('Inspect the roof') .fa-info-circle",
            run: "click",
        },
        {
            content: "It still has its type",
            trigger: ".o-mail-Activity-details:contains('Site Inspection')",
        },
        ...markDone("Inspect the roof", "The roof is sound"),
        {
            content: "It was done as what it was",
            trigger:
                ".o-mail-Message:contains('Site Inspection'):contains('The roof is sound')",
        },
    ],
});
