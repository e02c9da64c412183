// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {completeWith, showStepList} from "./tour_steps.esm";
import {registry} from "@web/core/registry";

const STATUS = ".o_field_widget[name='state'] .o_arrow_button_current";

function showDetails(summary) {
    return {
        content: "Show the activity's details",
        trigger: `.o-mail-Activity:contains('${summary}') .fa-info-circle`,
        run: "click",
    };
}

function openRun() {
    return {
        content: "Open the plan",
        trigger: ".o-form-buttonbox button[name='action_view_plan_runs']",
        run: "click",
    };
}

function expectLine(step, state) {
    return {
        content: `${step} is ${state}`,
        trigger: `.o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains('${step}'):contains('${state}')`,
    };
}

registry.category("web_tour.tours").add("crm_activity_plus_outcome", {
    steps: () => [
        ...completeWith("Call them", "Interested", "They want ten of them"),
        {
            content: "The next step of the branch is scheduled",
            trigger: ".o-mail-Activity:contains('Send the offer')",
        },
        {
            content: "The other branch is not taken, and the call is over",
            trigger:
                ".o-mail-Chatter:not(:has(.o-mail-Activity:contains('Say goodbye'))):not(:has(.o-mail-Activity:contains('Call them')))",
        },
        showDetails("Send the offer"),
        {
            content: "The details tell which step it is",
            trigger: ".o_crm_activity_plus_step:contains('2 of 3')",
        },
        {
            content: "Open the plan from there",
            trigger: ".o_crm_activity_plus_plan a:contains('Tour of Branches')",
            run: "click",
        },
        showStepList(),
        expectLine("Send the offer", "Scheduled"),
        expectLine("Say goodbye", "Skipped"),
        {
            content: "Point at the explanation of the due date",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Send the offer') .o_activity_date_explanation",
            run: "hover",
        },
        {
            content: "It says what the date counts from",
            trigger: ".o_popover:contains('Plan date'):contains('+ 2 days =')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_retry", {
    steps: () => [
        ...completeWith("Call them", "No Answer", "Nobody is there"),
        {
            content: "The call is to be tried again tomorrow",
            trigger: ".o-mail-Activity:contains('Call them'):contains('Tomorrow')",
        },
        showDetails("Call them"),
        {
            content: "It is the second attempt",
            trigger: ".o_crm_activity_plus_attempt:contains('2')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_pause", {
    steps: () => [
        {
            content: "There is something to do",
            trigger: ".o-mail-Activity:contains('Call them')",
        },
        openRun(),
        {
            content: "Pause the plan",
            trigger: ".o_form_view button[name='action_pause']",
            run: "click",
        },
        {
            content: "Without a date",
            trigger: ".modal .o_pause_form [data-day='open']",
            run: "click",
        },
        {
            content: "It is paused",
            trigger: `${STATUS}:contains('Paused')`,
        },
        {
            content: "Go back to the lead",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "There is nothing to do, and what waits says why",
            trigger:
                ".o-mail-Chatter:not(:has(.o-mail-ActivityList)) .o_activity_held .o_crm_activity_plus_status:contains('until the plan is resumed')",
        },
        openRun(),
        {
            content: "Resume the plan",
            trigger: ".o_form_view button[name='action_resume']",
            run: "click",
        },
        {
            content: "It runs",
            trigger: `${STATUS}:contains('Running')`,
        },
        showStepList(),
        expectLine("Call them", "Scheduled"),
        {
            content: "Go back to the lead",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "The activity is back",
            trigger: ".o-mail-Activity:contains('Call them')",
        },
    ],
});
