// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {registry} from "@web/core/registry";

const BAR = ".o_next_step_bar";

registry.category("web_tour.tours").add("crm_activity_plus_next_step", {
    steps: () => [
        {
            content: "The lead says what is next, and that it is overdue",
            trigger: `${BAR}.border-danger:contains('Call them'):contains('1 day overdue')`,
        },
        {
            content: "It is done",
            trigger: `${BAR} button[name='next_step_done']`,
            run: "click",
        },
        {
            content: "They were reached",
            trigger: ".modal .o-mail-ActivityMarkAsDone [data-outcome='next_reached']",
            run: "click",
        },
        {
            content: "The next one is there, and the chatter follows",
            trigger: `body:not(:has(.modal)):has(.o-mail-ActivityList):not(:has(.o-mail-Activity:contains('Call them'))) ${BAR}:contains('Write to them')`,
        },
        {
            content: "Hold it",
            trigger: `${BAR} button[name='next_step_hold']`,
            run: "click",
        },
        {
            content: "Until tomorrow",
            trigger: ".modal .o_activity_hold_form [data-day='tomorrow']",
            run: "click",
        },
        {
            content: "It says until when",
            trigger: `${BAR}[data-kind='hold']:contains('On hold until')`,
        },
        {
            content: "Take it off hold in the chatter",
            trigger: ".o_activity_held .o_activity_resume",
            run: "click",
        },
        {
            content: "The lead follows what is done in the chatter",
            trigger: `${BAR}[data-kind='activity']:contains('Write to them')`,
        },
        {
            content: "Mark it done there",
            trigger: ".o-mail-Activity .o-mail-Activity-markDone",
            run: "click",
        },
        {
            content: "They were reached",
            trigger: ".o-mail-ActivityMarkAsDone [data-outcome='next_reached']",
            run: "click",
        },
        {
            content: "Nothing is next any more",
            trigger: `${BAR}[data-kind='missing']:contains('Missing next step') button[name='next_step_plan']`,
        },
    ],
});
