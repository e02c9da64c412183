// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

function openMenu(section, menu) {
    return [
        ...stepUtils.goToAppSteps("account.menu_finance"),
        {
            content: "Open the menu",
            trigger: `button[data-menu-xmlid='account.${section}']`,
            run: "click",
        },
        {
            content: "Choose the page",
            trigger: `a[data-menu-xmlid='crm_activity_plus_followup.${menu}']`,
            run: "click",
        },
    ];
}

function openStatement(customer) {
    return [
        {
            content: "Open the statement",
            trigger: `.o_list_view .o_data_row:contains('${customer}') td[name='partner_id']`,
            run: "click",
        },
        {
            content: "It is there",
            trigger: `.o_form_view .oe_title:contains('${customer}')`,
        },
    ];
}

function act(button, note) {
    return [
        {
            content: `Click on ${button}`,
            trigger: `.o_statusbar_buttons button[name='action_followup_${button}']`,
            run: "click",
        },
        {
            content: "It is told in the chatter",
            trigger: `.o-mail-Message:contains('${note}')`,
        },
    ];
}

const WAITING = {
    content: "The customer is off the list",
    trigger: ".o_statusbar_status .o_arrow_button_current:contains('Waiting')",
};

function goBackToList(gone, left) {
    return [
        {
            content: "Go back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Who was done is off the list",
            trigger: `.o_list_view:not(:contains('${gone}'))${left}`,
        },
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_followup_levels", {
    steps: () => [
        ...openMenu("menu_finance_configuration", "mail_activity_plan_followup_menu"),
        {
            content: "Open the levels",
            trigger: ".o_data_row:contains('Tour Follow-up') td[name='name']",
            run: "click",
        },
        {
            content: "Open the first level",
            trigger:
                ".o_form_view .o_field_widget[name='template_ids'] .o_data_row:contains('After 15 days') td[name='summary']",
            run: "click",
        },
        {
            content: "There is a manual action",
            trigger: ".modal .o_field_widget[name='followup_manual'] input",
            run: "click",
        },
        {
            content: "Open its page",
            trigger: ".modal .o_notebook .nav-link:contains('Manual Action')",
            run: "click",
        },
        {
            content: "Say what it is",
            trigger: ".modal [name='note'] .odoo-editor-editable",
            run: "editor Call the bookkeeper",
        },
        {
            content: "Save the level",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The level is in the list",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_followup", {
    steps: () => [
        ...openMenu("menu_finance_receivables", "followup_customer_menu"),
        ...openStatement("Deco Addict"),
        {
            content: "What is to be done is told",
            trigger:
                ".o_field_widget[name='followup_manual_text']:contains('Call the bookkeeper')",
        },
        ...act("print", "Letter printed for Deco Addict"),
        ...act("send", "Our records show that"),
        ...act("manual", "Manual action done"),
        {
            content: "The level is done",
            trigger: ".o_statusbar_buttons button[name='action_followup_done']",
            run: "click",
        },
        WAITING,
        ...goBackToList("Deco Addict", ":contains('Ready Mat')"),
        ...openStatement("Ready Mat"),
        {
            content: "Do it later",
            trigger: ".o_statusbar_buttons button[name='action_followup_choose_later']",
            run: "click",
        },
        {
            content: "In two weeks",
            trigger: ".modal .o_radio_item:contains('2 weeks') input",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        WAITING,
        ...goBackToList("Ready Mat", ""),
    ],
});
