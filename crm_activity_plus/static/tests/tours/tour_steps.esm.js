// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {stepUtils} from "@web_tour/tour_utils";

/**
 * Open a page of CRM's configuration, as a person does.
 *
 * @param {string} menu - XML id of the menu
 * @returns {object[]} steps
 */
export function openConfiguration(menu) {
    return [
        ...stepUtils.goToAppSteps("crm.crm_menu_root"),
        {
            content: "Open the configuration menu",
            trigger: "button[data-menu-xmlid='crm.crm_menu_config']",
            run: "click",
        },
        {
            content: "Open the page",
            trigger: `a[data-menu-xmlid='${menu}']`,
            run: "click",
        },
    ];
}

/**
 * Choose a plan in the pop-up that schedules activities.
 *
 * @param {string} plan - its name
 * @returns {object[]} steps
 */
export function choosePlan(plan) {
    return [
        {
            content: "Choose the plan",
            trigger: `.modal .o_field_widget[name='plan_id'] .o_selection_badge:contains('${plan}')`,
            run: "click",
        },
        {
            content: "The plan is chosen",
            trigger: `.modal .o_field_widget[name='plan_id'] .o_selection_badge.active:contains('${plan}')`,
        },
    ];
}

/** Open the pop-up of an activity of the chatter, and write the feedback. */
function giveFeedback(summary, feedback) {
    return [
        {
            content: "Click Mark Done",
            trigger: `.o-mail-Activity:contains('${summary}') .o-mail-Activity-markDone`,
            run: "click",
        },
        {
            content: "Write the feedback",
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: `edit ${feedback}`,
        },
    ];
}

/**
 * Mark an activity of the chatter done, with an outcome.
 *
 * @param {string} summary - what the activity is called
 * @param {string} outcome - its name
 * @param {string} feedback - what to say about it
 * @returns {object[]} steps
 */
export function completeWith(summary, outcome, feedback) {
    return [
        ...giveFeedback(summary, feedback),
        {
            content: "Choose the outcome",
            trigger: `.o-mail-ActivityMarkAsDone .o_crm_activity_plus_outcomes button:contains('${outcome}')`,
            run: "click",
        },
        {
            content: "The feedback is in the chatter, and the pop-up is closed",
            trigger: `body:not(:has(.o-mail-ActivityMarkAsDone)) .o-mail-Message:contains('${feedback}')`,
        },
    ];
}

/**
 * Mark an activity of the chatter done.
 *
 * @param {string} summary - what the activity is called
 * @param {string} feedback - what to say about it
 * @returns {object[]} steps
 */
export function markDone(summary, feedback) {
    return [
        ...giveFeedback(summary, feedback),
        {
            content: "Confirm",
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']",
            run: "click",
        },
        {
            content: "The feedback is in the chatter",
            trigger: `.o-mail-Message:contains('${feedback}')`,
        },
        {
            content: "The activity is no longer planned",
            trigger: `.o-mail-Chatter:not(:has(.o-mail-Activity:contains('${summary}')))`,
        },
    ];
}

/**
 * Show the steps of a running plan as a list, on its own form.
 *
 * @returns {object} step
 */
export function showStepList() {
    return {
        content: "Show the list of steps",
        trigger: ".o_form_view .o_notebook .nav-link[name='steps']",
        run: "click",
    };
}
