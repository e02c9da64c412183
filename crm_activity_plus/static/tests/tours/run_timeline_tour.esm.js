// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {choosePlan, completeWith} from "./tour_steps.esm";
import {registry} from "@web/core/registry";

const TIMELINE = ".o_form_view .o_run_timeline";
const NO_ACTIVITY =
    ".o-mail-Chatter:not(:has(.o-mail-Activity)) .o-mail-Chatter-activity";

function openTimeline() {
    return {
        content: "Open the page with the plans",
        trigger: ".o_form_view .o_notebook .nav-link[name='activity_plan']",
        run: "click",
    };
}

function expectRun(state) {
    return {
        content: `The plan is ${state}`,
        trigger: `${TIMELINE} .o_run_timeline_run[data-state='${state}']`,
    };
}

function expectStep(step, state, text = step) {
    return {
        content: `${step} is ${state}`,
        trigger: `${TIMELINE} .o_run_timeline_step[data-state='${state}']:contains('${step}'):contains('${text}')`,
    };
}

function clickRun(name) {
    return {
        content: `Click ${name}`,
        trigger: `${TIMELINE} button[name='${name}']:enabled`,
        run: "click",
    };
}

function clickStep(step, name) {
    return {
        content: `Click ${name} of ${step}`,
        trigger: `${TIMELINE} .o_run_timeline_step:contains('${step}') button[name='${name}']:enabled`,
        run: "click",
    };
}

function giveReason(reason) {
    return [
        {
            content: "Write the reason",
            trigger: ".modal textarea[name='reason']",
            run: `edit ${reason}`,
        },
        {
            content: "Confirm",
            trigger: ".modal .o_reason_confirm",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
    ];
}

registry.category("web_tour.tours").add("crm_activity_plus_timeline", {
    steps: () => [
        {
            content: "There is something to do",
            trigger: ".o-mail-Activity:contains('Call them')",
        },
        openTimeline(),
        expectRun("running"),
        expectStep("Call them", "scheduled", "Due today"),
        expectStep("Send the offer", "waiting", "if the outcome is “Interested”"),
        {
            content: "Type something that is not saved",
            trigger: ".o_form_view .o_field_widget[name='name'] textarea",
            run: "edit Factory B",
        },
        clickRun("action_pause"),
        {
            content: "Without a date",
            trigger: ".modal .o_pause_form [data-day='open']",
            run: "click",
        },
        expectRun("paused"),
        {
            content:
                "The chatter follows: nothing is to be done, and what waits says why",
            trigger:
                ".o-mail-Chatter:not(:has(.o-mail-ActivityList)) .o_activity_held:contains('Call them')",
        },
        {
            content: "What was typed is there",
            trigger:
                ".o_form_view .o_field_widget[name='name'] textarea:value('Factory B')",
        },
        clickRun("action_resume"),
        expectRun("running"),
        {
            content: "The activity is back",
            trigger: ".o-mail-ActivityList .o-mail-Activity:contains('Call them')",
        },
        clickStep("Call them", "step_snooze"),
        {
            content: "Put it off until tomorrow",
            trigger: ".modal .o_reschedule_form [data-day='tomorrow']",
            run: "click",
        },
        expectStep("Call them", "scheduled", "Due tomorrow"),
        {
            content: "The chatter knows the new date",
            trigger: ".o-mail-Activity:contains('Tomorrow')",
        },
        ...completeWith("Call them", "Interested", "They want ten of them"),
        expectStep("Call them", "done", "Interested"),
        expectStep("Call them", "done", "They want ten of them"),
        expectStep("Say goodbye", "skipped", "leads to another step"),
        expectStep("Send the offer", "scheduled"),
        {
            content: "The next activity is in the chatter",
            trigger: ".o-mail-Activity:contains('Send the offer')",
        },
        clickStep("Send the offer", "step_open"),
        {
            content: "The activity opens, and is left as it is",
            trigger: ".modal .o_form_view .o_field_widget[name='summary']",
        },
        {
            content: "Close it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        clickStep("Send the offer", "step_skip"),
        ...giveReason("They have it already"),
        expectStep("Send the offer", "skipped", "They have it already"),
        expectRun("done"),
        {
            content: "Nothing is left to do",
            trigger: NO_ACTIVITY,
        },
        clickRun("action_restart"),
        {
            content: "Confirm",
            trigger: ".modal .modal-footer .btn-primary:contains('Restart')",
            run: "click",
        },
        expectRun("running"),
        expectStep("Call them", "scheduled"),
        {
            content: "The chatter has the first step again",
            trigger: ".o-mail-Activity:contains('Call them')",
        },
        clickRun("action_stop"),
        ...giveReason("They have moved away"),
        expectRun("stopped"),
        {
            content: "The reason is there",
            trigger: `${TIMELINE} .o_run_timeline_stop_reason:contains('They have moved away')`,
        },
        {
            content: "Nothing is left to do",
            trigger: NO_ACTIVITY,
        },
        {
            content: "The chatter tells of it",
            trigger: ".o-mail-Message:contains('They have moved away')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_timeline_launch", {
    steps: () => [
        openTimeline(),
        {
            content: "Without a plan, one is offered",
            trigger: `${TIMELINE} .o_run_timeline_empty .o_run_timeline_launch`,
            run: "click",
        },
        ...choosePlan("Tour of Branches"),
        {
            content: "Launch it",
            trigger: ".modal button[name='action_schedule_plan']:enabled",
            run: "click",
        },
        expectStep("Call them", "scheduled"),
        {
            content: "The activity is in the chatter",
            trigger: ".o-mail-Activity:contains('Call them')",
        },
        {
            content: "Open the run",
            trigger: `${TIMELINE} .o_run_timeline_title`,
            run: "click",
        },
        {
            content: "Its own form has the timeline, too",
            trigger:
                ".o_field_widget[name='line_ids'] .o_run_timeline_step:contains('Send the offer')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_timeline_stale", {
    steps: () => [
        openTimeline(),
        expectRun("running"),
        {
            content: "Somebody else stops the plan meanwhile",
            trigger: `${TIMELINE} button[name='action_pause']:enabled`,
            async run({click}) {
                const {orm} = odoo.__WOWL_DEBUG__.root.env.services;
                const [run] = document.querySelectorAll(".o_run_timeline_run");
                await orm.call("mail.activity.plan.run", "action_stop", [
                    [Number(run.dataset.run)],
                ]);
                await click();
            },
        },
        {
            content: "Without a date",
            trigger: ".modal .o_pause_form [data-day='open']",
            run: "click",
        },
        {
            content: "It is said why it can't be paused",
            trigger: ".modal:contains('is not running') .modal-footer button",
            run: "click",
        },
        {
            content: "There is nothing to pause any more",
            trigger:
                ".modal:has(.o_pause_form) .modal-footer button:contains('Discard')",
            run: "click",
        },
        expectRun("stopped"),
    ],
});
