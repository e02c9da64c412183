// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

// A day that was agreed for the next attempt.
const AGREED = luxon.DateTime.now().plus({days: 6}).toISODate();

function openMyActivities() {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            content: "Open the sales menu",
            trigger: "button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            content: "Open My Activities",
            trigger: "a[data-menu-xmlid='crm_activity_plus.mail_activity_my_menu']",
            run: "click",
        },
        {
            content: "There are activities",
            trigger: ".o_list_view .o_data_row:contains('Call A')",
        },
    ];
}

function selectRows(...names) {
    return names.map((name) => ({
        content: `Select ${name}`,
        trigger: `.o_data_row:contains('${name}') .o_list_record_selector input`,
        run: "click",
    }));
}

registry.category("web_tour.tours").add("crm_activity_plus_bulk", {
    steps: () => [
        ...openMyActivities(),
        {
            content: "What is on hold is there, too, and is resumed",
            trigger:
                ".o_data_row:contains('Call Held'):contains('On Hold'):contains('No date') button[name='action_resume']",
            run: "click",
        },
        {
            content: "It can be done now",
            trigger:
                ".o_data_row:contains('Call Held') button[name='action_ask_outcome']",
        },
        ...selectRows("Call A", "Call B"),
        {
            content: "Reschedule both",
            trigger: ".o_selection_container button:contains('Reschedule')",
            run: "click",
        },
        {
            content: "By days",
            trigger:
                ".modal .o_field_widget[name='reschedule_mode'] label:contains('calendar days')",
            run: "click",
        },
        {
            content: "By three of them",
            trigger: ".modal .o_field_widget[name='days'] input",
            run: "edit 3",
        },
        {
            content: "Do it",
            trigger: ".modal footer button.btn-primary:contains('Reschedule')",
            run: "click",
        },
        {
            content: "They are due in three days",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains('Call A'):contains('In 3 days')",
        },
        ...selectRows("Call A", "Call Done"),
        {
            content: "Reassign",
            trigger: ".o_selection_container button:contains('Reassign')",
            run: "click",
        },
        {
            content: "Look for the manager",
            trigger: ".modal .o_field_widget[name='user_id'] input",
            run: "edit Tour Manager",
        },
        {
            content: "Choose the manager",
            trigger: ".o-autocomplete--dropdown-item:contains('Tour Manager')",
            run: "click",
        },
        {
            content: "Do it",
            trigger: ".modal footer button.btn-primary:contains('Reassign')",
            run: "click",
        },
        {
            content: "One was closed in between: it is named",
            trigger: ".modal:contains('Call Done'):contains('closed already')",
        },
        {
            content: "Close the report",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "The other one is the manager's, and off my list",
            trigger:
                "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains('Call A')))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_my_done", {
    steps: () => [
        ...openMyActivities(),
        {
            content: "It is done",
            trigger: ".o_data_row:contains('Call A') button[name='action_ask_outcome']",
            run: "click",
        },
        {
            content: "They were reached",
            trigger: ".modal .o-mail-ActivityMarkAsDone [data-outcome='tour_reached']",
            run: "click",
        },
        {
            content: "It is off the list",
            trigger:
                "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains('Call A')))",
        },
        {
            content: "Another one",
            trigger: ".o_data_row:contains('Call B') button[name='action_ask_outcome']",
            run: "click",
        },
        {
            content: "What was said",
            trigger: ".modal .o-mail-ActivityMarkAsDone textarea",
            run: "edit After their holidays",
        },
        {
            content: "They want to be called again",
            trigger: ".modal [data-outcome='tour_call_back']",
            run: "click",
        },
        {
            content: "On which day?",
            trigger: ".modal .o_activity_agreed input[type='date']",
            run({anchor}) {
                anchor.value = AGREED;
                anchor.dispatchEvent(new InputEvent("input", {bubbles: true}));
            },
        },
        {
            content: "Mark it done",
            trigger: ".modal .o_activity_agreed button:contains('Mark Done')",
            run: "click",
        },
        {
            content: "The next attempt is due then",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains('Call B'):contains('In 6 days')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_my_new", {
    steps: () => [
        ...openMyActivities(),
        {
            content: "A new one",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "On a lead",
            trigger: ".o_activity_target button:contains('Lead')",
            run: "click",
        },
        {
            content: "On this one",
            trigger: ".modal .o_data_row:contains('Factory B') .o_data_cell",
            run: "click",
        },
        {
            content: "What is to be done",
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: "edit Assigned from the page",
        },
        {
            content: "Schedule it",
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "It is in the list",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains('Assigned from the page'):contains('Factory B')",
        },
    ],
});

const COLUMN = (status) => `.o_kanban_group:has(.o_column_title:contains('${status}'))`;
const CARD = (status, name) => `${COLUMN(status)} .o_kanban_record:contains('${name}')`;

registry.category("web_tour.tours").add("crm_activity_plus_board", {
    steps: () => [
        ...openMyActivities(),
        {
            content: "Show the board",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "All columns are there",
            trigger: `body:has(${COLUMN("New")}):has(${COLUMN("In Progress")}):has(${COLUMN("On Hold")}):has(${COLUMN("Done")}) .o_kanban_view`,
        },
        {
            content: "Start it",
            trigger: CARD("New", "Call A"),
            run: `drag_and_drop (${COLUMN("In Progress")})`,
        },
        {
            content: "It is started and no longer new",
            trigger: CARD("In Progress", "Call A"),
            run: `drag_and_drop (${COLUMN("New")})`,
        },
        {
            content: "That is refused",
            trigger: ".modal:contains('already been started')",
        },
        {
            content: "Close the message",
            trigger: ".modal footer button",
            run: "click",
        },
        {
            content: "Put it on hold",
            trigger: `body:not(:has(.modal)) ${CARD("In Progress", "Call A")}`,
            run: `drag_and_drop (${COLUMN("On Hold")})`,
        },
        {
            content: "Without a date",
            trigger: ".modal footer button.btn-primary:contains('Hold')",
            run: "click",
        },
        {
            content: "It is on hold",
            trigger: `body:not(:has(.modal)) ${CARD("On Hold", "Call A")}`,
        },
        {
            content: "The other one is done",
            trigger: CARD("New", "Call B"),
            run: `drag_and_drop (${COLUMN("Done")})`,
        },
        {
            content: "Write the feedback",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit They are happy",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button.btn-primary:contains('Mark Done')",
            run: "click",
        },
        {
            content: "It is no longer open",
            trigger: `body:not(:has(.modal)) .o_kanban_view:not(:has(.o_kanban_record:contains('Call B')))`,
        },
    ],
});
