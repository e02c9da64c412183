// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {openConfiguration} from "./tour_steps.esm";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const CANVAS = ".o_plan_canvas";

function element(key) {
    return `.o_plan_element[data-key='${key}']`;
}

function node(code) {
    return `${CANVAS} .o_plan_node[data-code='${code}']`;
}

function label(from, to) {
    return `${CANVAS} .o_plan_label[data-from='${from}'][data-to='${to}'] button`;
}

/** Not at its upper edge, as tours do it for lists. */
function dropOn(target) {
    return (helpers) => helpers.drag_and_drop(target, {});
}

registry.category("web_tour.tours").add("crm_activity_plus_plan_designer", {
    steps: () => [
        ...openConfiguration("crm.mail_activity_plan_menu_config_lead"),
        {
            content: "Make a plan",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] textarea",
            run: "edit Drawn Plan",
        },
        {
            content: "Have room to draw",
            trigger: ".o_plan_full_button",
            run: "click",
        },
        {
            content: "Drag a call onto the drawing",
            trigger: element("type-tour_call"),
            run: dropOn(CANVAS),
        },
        {
            content: "Drag a letter onto the call: it comes after it",
            trigger: `body:has(${node("tour_call")}) ${element("type-letter")}`,
            run: dropOn(`${node("tour_call")} .o_plan_node_body`),
        },
        {
            content: "Choose when",
            trigger: label("tour_call", "letter"),
            run: "click",
        },
        {
            content: "After this outcome alone",
            trigger: ".o_plan_panel .o_plan_outcome:contains('Tour Keen')",
            run: "click",
        },
        {
            content: "The arrow says so; drag an email between both",
            trigger: `body:has(${label("tour_call", "letter")}:contains('Tour Keen')) ${element("type-email")}`,
            run: dropOn(`${label("tour_call", "letter")}`),
        },
        {
            content: "It is between them, and open beside the drawing",
            trigger: `body:has(${label("tour_call", "email")}:contains('Tour Keen')):has(${label("email", "letter")}) .o_plan_panel .o_field_widget[name='summary'] input`,
            run: "edit Send the catalogue && press Tab",
        },
        {
            content: "The drawing shows what was typed; click a meeting to add it",
            trigger: `body:has(${node("email")}:contains('Send the catalogue')) ${element("type-meeting")}`,
            run: "click",
        },
        {
            content: "Draw an arrow from the letter to the meeting, too",
            trigger: `body:has(${label("email", "meeting")}) ${node("letter")} .source`,
            run: dropOn(`${node("meeting")} .o_plan_node_body`),
        },
        {
            content: "Both lead to it; undo the last one, and do it again",
            trigger: `body:has(${label("letter", "meeting")}) .o_plan_undo`,
            run: "click",
        },
        {
            content: "It is gone",
            trigger: `body:not(:has(${label("letter", "meeting")})) .o_plan_redo`,
            run: "click",
        },
        {
            content: "It is back; that's it",
            trigger: `body:has(${label("letter", "meeting")}) .o_plan_full_button`,
            run: "click",
        },
        {
            content: "Show the list: it has what was drawn",
            trigger: ".o_plan_steps_as_list",
            run: "click",
        },
        {
            content: "It is saved",
            trigger:
                ".o_data_row:contains('Send the catalogue') [name='only_if']:contains('Tour Keen')",
        },
        {
            content: "Both lines lead to the meeting",
            trigger:
                ".o_data_row:contains('Meeting') [name='when_text']:contains('Send the catalogue')",
        },
        {
            content: "Back to the drawing",
            trigger: ".o_plan_steps_as_drawing",
            run: "click",
        },
        {
            content: "Delete the letter",
            trigger: `${node("letter")} .o_plan_node_body`,
            run: "click",
        },
        {
            content: "Delete it by its button",
            trigger: ".o_plan_panel .o_plan_remove",
            run: "click",
        },
        {
            content: "It is gone",
            trigger: `body:not(:has(${node("letter")})) ${node("meeting")}`,
        },
        ...stepUtils.saveForm(),
        {
            content: "The plan still has the others",
            trigger: node("meeting"),
        },
    ],
});
