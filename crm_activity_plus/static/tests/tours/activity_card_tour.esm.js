// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const CALL = ".o-mail-Activity:contains('Call them back')";
const HELD = `.o_activity_held ${CALL}`;
const POPOVER = ".o-mail-ActivityListPopoverItem:contains('Call them back')";

function openPopover(card) {
    return {
        content: "Open the activities of the card",
        trigger: `.o_kanban_record:contains('${card}') .o-mail-ActivityButton`,
        run: "click",
    };
}

/**
 * @param {HTMLElement} button
 * @returns {boolean} whether all of it is inside the window, with nothing over it
 */
function isInReach(button) {
    const {bottom, left, right, top} = button.getBoundingClientRect();
    const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return (
        top >= 0 &&
        left >= 0 &&
        bottom <= innerHeight &&
        right <= innerWidth &&
        // A disabled one is not found.
        (button.disabled || button.contains(found))
    );
}

/**
 * Open a pop-up of an activity at the lower edge of the window.
 *
 * @param {string} button - that opens it
 * @param {string} popup
 * @returns {object[]} steps
 */
function checkReach(button, popup) {
    return [
        {
            content: `${button} is at the lower edge`,
            trigger: `${CALL} ${button}`,
            async run({anchor, click}) {
                anchor.scrollIntoView({block: "end"});
                await click();
            },
        },
        {
            content: `All buttons of ${popup} are in reach`,
            trigger: `.o_popover ${popup} button`,
            async run({waitUntil}) {
                const buttons = [...document.querySelectorAll(`${popup} button`)];
                await waitUntil(() => buttons.every(isInReach), {
                    message: () =>
                        `Out of reach: ${buttons
                            .filter((el) => !isInReach(el))
                            .map((el) => el.textContent.trim())}`,
                });
            },
        },
        {
            content: "Close it",
            trigger: `.o_popover ${popup} :is(input, textarea)`,
            run: "press Escape",
        },
        {
            content: "It is closed",
            trigger: `body:not(:has(${popup}))`,
        },
    ];
}

tours.add("crm_activity_plus_popups_in_reach", {
    steps: () => [
        ...checkReach(".o-mail-Activity-markDone", ".o-mail-ActivityMarkAsDone"),
        ...checkReach(".o_activity_hold", ".o_activity_hold_form"),
        ...checkReach(".btn-danger", ".o_activity_cancel_form"),
    ],
});

tours.add("crm_activity_plus_hold", {
    steps: () => [
        {
            content: "The call tells what its type shows of the lead",
            trigger: `${CALL} .o_activity_card a[href^='tel:']:contains('+32 2 555 12 34')`,
        },
        {
            content: "Start it",
            trigger: `${CALL} .o_activity_start`,
            run: "click",
        },
        {
            content: "It is in progress",
            trigger: `${CALL}:not(:has(.o_activity_start)) .o_crm_activity_plus_status:contains('In Progress')`,
        },
        {
            content: "Hold it",
            trigger: `${CALL} .o_activity_hold`,
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".o_activity_hold_form input[aria-label='Reason']",
            run: "edit They are on holiday",
        },
        {
            content: "Until next week",
            trigger: ".o_activity_hold_form button[data-day='next_week']",
            run: "click",
        },
        {
            content: "It is still in sight, with the reason",
            trigger: `${HELD} .o_crm_activity_plus_status:contains('On hold until'):contains('They are on holiday')`,
        },
        {
            content: "The pop-up is closed",
            trigger: "body:not(:has(.o_activity_hold_form))",
        },
        {
            content: "Take it off hold",
            trigger: `${HELD} .o_activity_resume`,
            run: "click",
        },
        {
            content: "It is where it was",
            trigger: `.o-mail-Chatter:not(:has(.o_activity_held)) .o-mail-ActivityList ${CALL} .o_crm_activity_plus_status:contains('In Progress')`,
        },
        {
            content: "Show its details",
            trigger: `${CALL} .fa-info-circle`,
            run: "click",
        },
        {
            content: "Ask for its history",
            trigger: `${CALL} .o_activity_history button`,
            run: "click",
        },
        {
            content: "It tells of all that",
            trigger: `${CALL} .o_activity_history_row:contains('Put on hold'):contains('Tour Salesperson'):contains('They are on holiday')`,
        },
    ],
});

tours.add("crm_activity_plus_hold_until_day", {
    steps: () => [
        {
            content: "Hold it",
            trigger: `${CALL} .o_activity_hold`,
            run: "click",
        },
        {
            content: "No day is chosen yet",
            trigger: ".o_activity_hold_form button[data-day='other']:disabled",
        },
        {
            content: "Choose a day",
            trigger: ".o_activity_hold_form .o_input",
            run: "edit 12/24/2099 && press Enter",
        },
        {
            content: "Hold it until then",
            trigger: ".o_activity_hold_form button[data-day='other']:enabled",
            run: "click",
        },
        {
            content: "It is on hold",
            trigger: `${HELD} .o_crm_activity_plus_status:contains('On hold until'):contains('2099')`,
        },
    ],
});

tours.add("crm_activity_plus_cancel", {
    steps: () => [
        {
            content: "Cancel it",
            trigger: `${CALL} .btn-danger`,
            run: "click",
        },
        {
            content: "Say why, and confirm with the keyboard",
            trigger: ".o_activity_cancel_form input",
            run: "edit Wrong number && press Enter",
        },
        {
            content: "It is off the list",
            trigger: `.o-mail-Chatter:not(:has(${CALL}))`,
        },
    ],
});

tours.add("crm_activity_plus_too_late", {
    steps: () => [
        {
            content: "Somebody else does it meanwhile",
            trigger: CALL,
            run: async () => {
                const id = await odoo.__WOWL_DEBUG__.root.env.services.orm.search(
                    "mail.activity",
                    [["summary", "=", "Call them back"]]
                );
                await odoo.__WOWL_DEBUG__.root.env.services.orm.call(
                    "mail.activity",
                    "complete",
                    [id],
                    {feedback: "I was faster"}
                );
            },
        },
        {
            content: "Click Mark Done",
            trigger: `${CALL} .o-mail-Activity-markDone`,
            run: "click",
        },
        {
            content: "The pop-up says who was faster",
            trigger:
                ".o_activity_refusal:contains('closed already'):contains('Tour Salesperson')",
        },
        {
            content: "Write something all the same",
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit They want eleven",
        },
        {
            content: "Keep it as a note",
            trigger: ".o_activity_log_note",
            run: "click",
        },
        {
            content: "It is in the chatter",
            trigger: ".o-mail-Message:contains('They want eleven')",
        },
        {
            content: "Close the pop-up",
            trigger: ".o-mail-ActivityMarkAsDone button:contains('Discard')",
            run: "click",
        },
        {
            content: "The activity is off the list",
            trigger: `.o-mail-Chatter:not(:has(${CALL}))`,
        },
    ],
});

tours.add("crm_activity_plus_kanban_done", {
    steps: () => [
        openPopover("Factory A"),
        {
            content: "Mark it done",
            trigger: `${POPOVER} .o-mail-ActivityListPopoverItem-markAsDone`,
            run: "click",
        },
        {
            content: "It says what comes next where nothing is chosen",
            trigger: `${POPOVER} .o_activity_next`,
        },
        {
            content: "Point at an outcome",
            trigger: `${POPOVER} .o_crm_activity_plus_outcomes button:contains('Interested')`,
            run: "hover",
        },
        {
            content: "It says what that one leads to",
            trigger: `${POPOVER} .o_activity_next:contains('Next: '):contains('Send the offer'):contains('Tour Salesperson')`,
        },
        {
            content: "Write the feedback",
            trigger: `${POPOVER} textarea`,
            run: "edit They want ten",
        },
        {
            content: "Choose the outcome",
            trigger: `${POPOVER} .o_crm_activity_plus_outcomes button:contains('Interested')`,
            run: "click",
        },
        {
            content: "The popover is closed",
            trigger: "body:not(:has(.o-mail-ActivityListPopover))",
        },
        {
            content: "The card knows what comes next",
            trigger: ".o-mail-ActivityButton[title='Send the offer']",
        },
        openPopover("Factory A"),
        {
            content: "The next step is there",
            trigger:
                ".o-mail-ActivityListPopoverItem:contains('Send the offer') .o_crm_activity_plus_step:contains('step 2 of 3')",
        },
    ],
});

tours.add("crm_activity_plus_kanban_hold", {
    steps: () => [
        openPopover("Factory A"),
        {
            content: "Start it",
            trigger: `${POPOVER} .o_activity_start`,
            run: "click",
        },
        {
            content: "It is in progress",
            trigger: `${POPOVER} .o_crm_activity_plus_status:contains('In Progress')`,
        },
        {
            content: "Hold it",
            trigger: `${POPOVER} .o_activity_hold`,
            run: "click",
        },
        {
            content: "Until tomorrow",
            trigger: `${POPOVER} button[data-day='tomorrow']`,
            run: "click",
        },
        {
            content: "The popover is closed",
            trigger: "body:not(:has(.o-mail-ActivityListPopover))",
        },
        {
            content: "The card knows that nothing comes next",
            trigger:
                ".o_kanban_record:contains('Factory A') .o-mail-ActivityButton:not([title='Call them back'])",
        },
        openPopover("Factory A"),
        {
            content: "It is on hold, and in sight",
            trigger:
                ".o-mail-ActivityListPopover:has(.o_activity_held_title) .o_crm_activity_plus_status:contains('On hold until')",
        },
        {
            content: "Take it off hold",
            trigger: `${POPOVER} .o_activity_resume`,
            run: "click",
        },
        {
            content: "The popover is closed",
            trigger: "body:not(:has(.o-mail-ActivityListPopover))",
        },
        {
            content: "The card knows what comes next",
            trigger: ".o-mail-ActivityButton[title='Call them back']",
        },
        openPopover("Factory A"),
        {
            content: "It is where it was",
            trigger:
                ".o-mail-ActivityListPopover:not(:has(.o_activity_held_title)) .o_crm_activity_plus_status:contains('In Progress')",
        },
    ],
});

tours.add("crm_activity_plus_book", {
    steps: () => [
        {
            content: "Schedule an activity",
            trigger: ".o-mail-Chatter-activity",
            run: "click",
        },
        {
            content: "It is a call",
            trigger: ".modal .o_selection_badge:contains('Tour Call')",
            run: "click",
        },
        {
            content: "Say what it is about",
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: "edit Call them back",
        },
        {
            content: "Book a time for it",
            trigger: ".modal button.o_crm_activity_plus_book",
            run: "click",
        },
        {
            content: "The calendar is open",
            trigger: ".o_calendar_view .o-calendar-button-new",
            run: "click",
        },
        {
            content: "The event is called what the activity is about",
            trigger:
                ".o_form_view .o_field_widget[name='name'] :value('Call them back – Factory A')",
        },
        {
            content: "Save it",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved",
        },
    ],
});

tours.add("crm_activity_plus_upload", {
    steps: () => [
        {
            content: "The planned activity has the link to upload, at once",
            trigger: ".o-mail-Activity button:has(.fa-upload):contains('Signed offer')",
            async run() {
                const file = new File(["An offer"], "offer.txt", {type: "text/plain"});
                await inputFiles(".o-mail-Activity .o_input_file", [file]);
            },
        },
        {
            content: "That was all there was to do",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))",
        },
        {
            content: "The document is in the chatter",
            trigger:
                ".o-mail-Message .o-mail-AttachmentContainer:contains('offer.txt')",
        },
    ],
});
