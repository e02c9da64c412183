// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {choosePlan, markDone, showStepList} from "./tour_steps.esm";
import {registry} from "@web/core/registry";

const PLAN = "Tour of the Factory";
const SUMMARY_LINE = ".modal .o_plan_preview_step";
const YEAR = luxon.DateTime.now().year + 1;

registry.category("web_tour.tours").add("crm_activity_plus_launch", {
    steps: () => [
        {
            content: "Click Activity",
            trigger: ".o-mail-Chatter-activity",
            run: "click",
        },
        ...choosePlan(PLAN),
        {
            content: "The summary has all steps, and what the last one waits for",
            trigger: `${SUMMARY_LINE}:contains('Call back'):contains('After “Write the quotation”')`,
        },
        {
            content: "Open the due date",
            trigger: ".modal .o_field_widget[name='plan_date'] button",
            run: "click",
        },
        {
            content: "Choose another due date",
            trigger: ".modal .o_field_widget[name='plan_date'] input",
            run: `edit 03/20/${YEAR} && press Tab`,
        },
        {
            content: "The first step is due two days before",
            trigger: `${SUMMARY_LINE}:contains('Send the invitation'):contains('Mar 18, ${YEAR}')`,
        },
        {
            content: "The second step is due three days after",
            trigger: `${SUMMARY_LINE}:contains('Write the quotation'):contains('Mar 23, ${YEAR}')`,
        },
        {
            content: "The last step is due five days after",
            trigger: `${SUMMARY_LINE}:contains('Call back'):contains('Mar 25, ${YEAR}')`,
        },
        {
            content: "Nothing is scheduled yet",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))",
        },
        {
            content: "Launch the plan",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "click",
        },
        {
            content: "The activities are in the chatter",
            trigger:
                ".o-mail-Chatter:has(.o-mail-Activity:contains('Send the invitation')) .o-mail-Activity:contains('Write the quotation')",
        },
        {
            content: "A note tells of the plan and its steps",
            trigger: `.o-mail-Message:contains('${PLAN}') li:contains('Send the invitation')`,
        },
        {
            content: "What waits for another step is in the note, too",
            trigger: `.o-mail-Message:contains('${PLAN}') li:contains('Call back, after Write the quotation')`,
        },
        {
            content: "The step that waits has no activity yet",
            trigger:
                ".o-mail-Chatter:not(:has(.o-mail-Activity:contains('Call back')))",
        },
        {
            content: "Open the running plan",
            trigger:
                ".o-form-buttonbox button[name='action_view_plan_runs']:contains('Running Plan')",
            run: "click",
        },
        showStepList(),
        {
            content: "The run's page shows the steps",
            trigger:
                ".o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains('Send the invitation'):contains('Scheduled')",
        },
        {
            content: "And what is to come",
            trigger:
                ".o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains('Call back'):contains('Waiting')",
        },
        {
            content: "The run's history is at hand",
            trigger: ".o-form-buttonbox button:contains('History')",
            run: "click",
        },
        {
            content: "The ledger is limited to the run",
            trigger: ".o_list_view .o_data_row:contains('Launched')",
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

registry.category("web_tour.tours").add("crm_activity_plus_launch_on_selection", {
    steps: () => [
        select("Factory A"),
        select("Factory B"),
        select("Factory C"),
        {
            content: "Three are selected",
            trigger: ".o_selection_box:contains('3')",
        },
        {
            content: "Open the actions",
            trigger: ".o_cp_action_menus button:contains('Actions')",
            run: "click",
        },
        {
            content: "Launch a plan",
            trigger: ".o-dropdown--menu .o_menu_item:contains('Launch Plan')",
            run: "click",
        },
        ...choosePlan(PLAN),
        {
            content: "The summary is there",
            trigger: `${SUMMARY_LINE}:contains('Send the invitation')`,
        },
        {
            content: "Launch it",
            trigger: ".modal footer button[name='action_schedule_plan']",
            run: "click",
        },
        {
            content: "The list of what it was launched on",
            trigger: `.o_breadcrumb:contains('Launched: ${PLAN}')`,
        },
        {
            content: "There are three of them",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Factory A')):has(.o_data_row:contains('Factory B')):has(.o_data_row:contains('Factory C')):not(:has(.o_data_row:contains('Factory D')))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_activity_plus_complete_step", {
    steps: () => [
        {
            content: "The plan is at its start",
            trigger:
                ".o-form-buttonbox button[name='action_view_plan_runs']:contains('0 %')",
        },
        ...markDone("Write the quotation", "They want ten of them"),
        {
            content: "The step that waited is scheduled",
            trigger: ".o-mail-Activity:contains('Call back')",
        },
        {
            content: "The smart button shows the progress",
            trigger:
                ".o-form-buttonbox button[name='action_view_plan_runs']:contains('33 %')",
            run: "click",
        },
        {
            content: "The run shows the progress",
            trigger: ".o_form_view .o_field_widget[name='progress']:contains('33')",
        },
        showStepList(),
        {
            content: "The step is done",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Write the quotation'):contains('Done')",
        },
        {
            content: "Its follower is scheduled",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Call back'):contains('Scheduled')",
        },
    ],
});
