// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {choosePlan} from "./tour_steps.esm";
import {registry} from "@web/core/registry";

const YEAR = luxon.DateTime.now().year + 1;

function step(summary) {
    return `.modal .o_plan_preview_step:contains('${summary}')`;
}

function openPopup(button) {
    return [
        {
            content: "Open the actions",
            trigger: button,
            run: "click",
        },
        {
            content: "Launch a plan",
            trigger: ".o-dropdown--menu .o_menu_item:contains('Launch Plan')",
            run: "click",
        },
        ...choosePlan("Dialog Plan"),
    ];
}

function setDate(target, date) {
    return [
        {
            content: "Open the date",
            trigger: `${target} button`,
            run: "click",
        },
        {
            content: "Type another one",
            trigger: `${target} input`,
            run: `edit ${date} && press Enter`,
        },
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_launch_dialog", {
    steps: () => [
        ...openPopup(".o_cp_action_menus button:has(.fa-cog)"),
        {
            content: "What waits says for what",
            trigger: `${step("Call back")} .o_plan_preview_waits:contains('After “Write the offer”')`,
        },
        ...setDate(".modal .o_field_widget[name='plan_date']", `03/20/${YEAR}`),
        {
            content: "All dates follow",
            trigger: `${step("Send the invitation")}:contains('Mar 18, ${YEAR}')`,
        },
        ...setDate(`${step("Write the offer")} .o_plan_preview_date`, `04/01/${YEAR}`),
        {
            content: "The date is changed, and the step is marked",
            trigger: `${step("Write the offer")}.o_changed:contains('Apr 1, ${YEAR}')`,
        },
        {
            content: "What counts from it follows",
            trigger: `${step("Call back")}:contains('Apr 6, ${YEAR}')`,
        },
        ...setDate(".modal .o_field_widget[name='plan_date']", `03/25/${YEAR}`),
        {
            content: "What nobody changed follows the plan's date again",
            trigger: `${step("Send the invitation")}:contains('Mar 23, ${YEAR}')`,
        },
        {
            content: "What was changed stays",
            trigger: `${step("Write the offer")}.o_changed:contains('Apr 1, ${YEAR}')`,
        },
        {
            content: "Choose who calls back",
            trigger: `${step("Call back")} .o_plan_preview_user button`,
            run: "click",
        },
        {
            content: "Look for them",
            trigger: `${step("Call back")} .o_plan_preview_user input`,
            run: "edit Tour Manager",
        },
        {
            content: "There they are",
            trigger: ".o-autocomplete--dropdown-item:contains('Tour Manager')",
            run: "click",
        },
        {
            content: "They are responsible",
            trigger: `${step("Call back")} .o_plan_preview_user:contains('Tour Manager')`,
        },
        {
            content: "Skip a step",
            trigger: `${step("Send the invitation")} input[type='checkbox']`,
            run: "click",
        },
        {
            content: "It is skipped",
            trigger: `${step("Send the invitation")}.o_skipped:contains('Skipped')`,
        },
        {
            content: "Change another date",
            trigger: `${step("Meet")} .o_plan_preview_date button`,
            run: "click",
        },
        {
            content: "To any day",
            trigger: `${step("Meet")} .o_plan_preview_date input`,
            run: `edit 05/05/${YEAR} && press Enter`,
        },
        {
            content: "It is changed; but undo it",
            trigger: `${step("Meet")}.o_changed .o_plan_preview_reset`,
            run: "click",
        },
        {
            content: "It is as the plan says",
            trigger: `${step("Meet")}:not(.o_changed):contains('Mar 25, ${YEAR}')`,
        },
        {
            content: "See how much work it is",
            trigger: ".modal button[data-tab='load']",
            run: "click",
        },
        {
            content:
                "Too much, in words: there is one already, and one a day is the limit",
            trigger: `.modal .o_plan_preview_load tr.o_overload:contains('Mar 25, ${YEAR}'):contains('Overloaded')`,
        },
        {
            content: "Not so on another day",
            trigger: `.modal .o_plan_preview_load tr:not(.o_overload):contains('Apr 1, ${YEAR}')`,
        },
        {
            content: "Launch it, with an impatient hand",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "dblclick",
        },
        {
            content: "What isn't skipped and waits for nothing is in the chatter",
            trigger:
                "body:not(:has(.modal)) .o-mail-Chatter:has(.o-mail-Activity:contains('Meet')):has(.o-mail-Activity:contains('Write the offer')):not(:has(.o-mail-Activity:contains('Send the invitation')))",
        },
    ],
});

function select(lead) {
    return {
        content: `Select ${lead}`,
        trigger: `.o_data_row:contains('${lead}') .o_list_record_selector input`,
        run: "click",
    };
}

registry.category("web_tour.tours").add("crm_activity_plus_launch_dialog_records", {
    steps: () => [
        select("Dialog A"),
        select("Dialog B"),
        select("Dialog C"),
        ...openPopup(".o_cp_action_menus button:contains('Actions')"),
        {
            content: "For all of them, skip a step",
            trigger: `${step("Meet")} input[type='checkbox']`,
            run: "click",
        },
        {
            content: "It is skipped",
            trigger: `${step("Meet")}.o_skipped`,
        },
        {
            content: "See the records, one of which is skipped",
            trigger: ".modal button[data-tab='records']:contains('1 skipped')",
            run: "click",
        },
        {
            content: "The reason is told",
            trigger:
                ".modal .o_plan_preview_record:contains('Dialog C'):contains('Skipped'):contains('already')",
        },
        {
            content: "Open a record",
            trigger:
                ".modal .o_plan_preview_record:contains('Dialog A') button[aria-expanded]",
            run: "click",
        },
        {
            content: "The step is skipped here, too",
            trigger:
                ".modal .o_plan_preview_record:contains('Dialog A') .o_plan_preview_step.o_skipped:contains('Meet')",
        },
        {
            content: "But not on this one",
            trigger:
                ".modal .o_plan_preview_record:contains('Dialog A') .o_plan_preview_step:contains('Meet') input[type='checkbox']",
            run: "click",
        },
        {
            content: "It is changed",
            trigger:
                ".modal .o_plan_preview_record:contains('Dialog A'):contains('Changed') .o_plan_preview_step:contains('Meet'):not(.o_skipped)",
        },
        {
            content: "Look at the skipped ones only",
            trigger: ".modal #o_plan_preview_only_skipped",
            run: "click",
        },
        {
            content: "There is one",
            trigger:
                ".modal .o_plan_preview_records:contains('Dialog C'):not(:contains('Dialog A'))",
        },
        {
            content: "Launch",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "click",
        },
        {
            content: "It says on how many, and why not on the others",
            trigger: ".o_notification:contains('launched on 2 leads; 1 skipped')",
        },
    ],
});

function record(name) {
    return `.modal .o_plan_preview_record:contains('${name}')`;
}

registry.category("web_tour.tours").add("crm_activity_plus_launch_dialog_left_out", {
    steps: () => [
        select("Dialog A"),
        select("Dialog B"),
        select("Dialog C"),
        ...openPopup(".o_cp_action_menus button:contains('Actions')"),
        {
            content: "The button says on how many records",
            trigger:
                ".modal footer button[name='action_schedule_plan']:contains('Launch on 3 Records')",
        },
        {
            content: "See the records",
            trigger: ".modal button[data-tab='records']:contains('Records (3)')",
            run: "click",
        },
        {
            content: "Skip one",
            trigger: `${record("Dialog B")} button:contains('Skip')`,
            run: "click",
        },
        {
            content: "It is listed as skipped",
            trigger: `${record("Dialog B")}.o_left_out:contains('Skipped')`,
        },
        {
            content: "The button follows",
            trigger:
                ".modal footer button[name='action_schedule_plan']:contains('Launch on 2 Records')",
        },
        {
            content: "Skip another one, with the keyboard",
            trigger: `${record("Dialog C")} button:contains('Skip')`,
            run({anchor, press}) {
                anchor.focus();
                return press("Enter");
            },
        },
        {
            content: "There is one record",
            trigger:
                ".modal footer button[name='action_schedule_plan']:contains('Launch on 1 Record')",
        },
        {
            content: "The tab counts those that are skipped",
            trigger: ".modal button[data-tab='records']:contains('2 skipped')",
        },
        {
            content: "Skip the last one",
            trigger: `${record("Dialog A")} button:contains('Skip')`,
            run: "click",
        },
        {
            content: "Nothing can be launched, and it says why",
            trigger:
                ".modal:has(.alert:contains('All records')):not(:has(footer button[name='action_schedule_plan']))",
        },
        {
            content: "Put one back",
            trigger: `${record("Dialog A")} button:contains('Include')`,
            run: "click",
        },
        {
            content: "It is on the list again",
            trigger: `${record("Dialog A")}:not(.o_left_out)`,
        },
        {
            content: "Put another one back",
            trigger: `${record("Dialog C")} button:contains('Include')`,
            run: "click",
        },
        {
            content: "Launch it",
            trigger:
                ".modal footer button[name='action_schedule_plan']:contains('Launch on 2 Records')",
            run: "click",
        },
        {
            content: "The records that it was launched on are listed",
            trigger:
                "body:not(:has(.modal)) .o_list_view:has(.o_data_row:contains('Dialog C')):not(:has(.o_data_row:contains('Dialog B')))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_launch_dialog_deleted", {
    steps: () => [
        select("Dialog A"),
        ...openPopup(".o_cp_action_menus button:contains('Actions')"),
        {
            content: "Skip a step",
            trigger: `${step("Meet")} input[type='checkbox']`,
            run: "click",
        },
        {
            content: "It is skipped",
            trigger: `${step("Meet")}.o_skipped`,
        },
        {
            content: "Meanwhile, somebody deletes the lead",
            trigger: ".modal",
            async run() {
                const {orm} = odoo.__WOWL_DEBUG__.root.env.services;
                const ids = await orm.search("crm.lead", [["name", "=", "Dialog A"]]);
                await orm.unlink("crm.lead", ids);
            },
        },
        {
            content: "Launch",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "click",
        },
        {
            content: "It is told in words",
            trigger:
                ".o_dialog:contains('it was deleted') footer button:contains('Close')",
            run: "click",
        },
        {
            content: "What was changed is still there",
            trigger: `${step("Meet")}.o_skipped`,
        },
        {
            content: "Give up",
            trigger: ".modal footer button:contains('Discard'):visible",
            run: "click",
        },
        {
            content: "The window is closed",
            trigger: "body:not(:has(.modal))",
        },
    ],
});
