// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const NAME = ".o_activity_queue_name";

function expectActivity(name, left) {
    return {
        content: `${name} is next`,
        trigger: `.o_activity_queue:has(.o_activity_queue_left:contains('${left}')) ${NAME}:contains('${name}')`,
    };
}

registry.category("web_tour.tours").add("crm_activity_plus_queue", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            content: "Open the sales menu",
            trigger: "button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            content: "Open the work queue",
            trigger: "a[data-menu-xmlid='crm_activity_plus.activity_queue_menu']",
            run: "click",
        },
        expectActivity("Call A", "4 left"),
        {
            content: "The customer can be called",
            trigger: ".o_activity_queue_call[href='tel:+32 2 555 01 01']",
        },
        {
            content: "The key facts are there",
            trigger: ".o_activity_queue_facts:contains('Bea Buyer')",
        },
        {
            content: "The last message is there",
            trigger: ".o_activity_queue_message:contains('They want them in oak')",
        },
        {
            content: "Keys that are typed into the feedback do nothing else",
            trigger: ".o_activity_queue textarea",
            run: "edit 12 desks, sold",
        },
        {
            content: "Still the same activity",
            trigger: `${NAME}:contains('Call A')`,
            run() {
                document.querySelector(".o_activity_queue textarea").blur();
            },
        },
        {
            content: "The first outcome by its key",
            trigger: "[data-outcome='tour_reached']:contains('1')",
            run: "press 1",
        },
        expectActivity("Call B", "3 left"),
        {
            content: "That was a slip",
            trigger: ".o_activity_queue_undo:contains('Reached: “Call A”')",
        },
        {
            content: "Take it back",
            trigger: "body",
            run: "press z",
        },
        expectActivity("Call A", "4 left"),
        {
            content: "What was typed is still there, and the outcome is right",
            trigger: "body:has(.o_activity_queue textarea:value('12 desks, sold'))",
            run: "press 1",
        },
        expectActivity("Call B", "3 left"),
        {
            content: "Later",
            trigger: "body",
            run: "press s",
        },
        expectActivity("Call C", "2 left"),
        {
            content: "Open the hold menu",
            trigger: "body",
            run: "press h",
        },
        {
            content: "Until tomorrow",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Tomorrow')",
            run: "click",
        },
        expectActivity("Call D", "Last one"),
        {
            content: "Write the feedback",
            trigger: ".o_activity_queue textarea",
            run: "edit Left a message",
        },
        {
            content: "Done, without leaving the feedback",
            trigger: ".o_activity_queue textarea",
            run: "press Control+Enter",
        },
        {
            content: "The end, with what was done",
            trigger:
                ".o_activity_queue_finished:contains('Only skipped activities are left'):contains('Reached: 1'):contains('On hold: 1'):contains('Done: 1')",
        },
        {
            content: "What was left for later",
            trigger: ".o_activity_queue_skipped:contains('(1)')",
            run: "click",
        },
        expectActivity("Call B", "Last one"),
        {
            content: "Open the record",
            trigger: ".o_activity_queue_open",
            run: "click",
        },
        {
            content: "Come back from the record",
            trigger: ".o_back_button",
            run: "click",
        },
        expectActivity("Call B", "Last one"),
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_queue_selection", {
    steps: () => [
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
            content: "Both are listed",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Call A')) .o_data_row:contains('Call B')",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "What is due today",
            trigger: ".o_filter_menu .o_menu_item:contains('Today')",
            run: "click",
        },
        {
            content: "Only these are listed",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Call A')))",
        },
        {
            content: "Work through them",
            trigger: ".o_activity_open_queue",
            run: "click",
        },
        expectActivity("Call B", "Last one"),
        {
            content: "Done",
            trigger: ".o_activity_queue_done",
            run: "click",
        },
        {
            content: "The end",
            trigger: ".o_activity_queue_finished:contains('All done')",
        },
        {
            content: "It isn't undone",
            trigger: ".o_activity_queue_send",
            run: "click",
        },
        {
            content: "Go on with the list",
            trigger:
                ".o_activity_queue:not(:has(.o_activity_queue_undo)) .btn:contains('My Activities')",
            run: "click",
        },
        {
            content: "What was done isn't listed any more",
            trigger: ".o_list_view .o_data_row:contains('Call A')",
        },
    ],
});
