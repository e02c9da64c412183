// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useRef, useState} from "@odoo/owl";
import {useDraggable} from "@web/core/utils/draggable";

// From so many elements on, one looks for them by name.
const MIN_FOR_SEARCH = 12;

/** An element for each activity type and each kind of step. A click adds a step, and so
 * does dragging one onto the drawing, an arrow or another step. */
export class PlanPalette extends Component {
    static template = "crm_activity_plus.PlanPalette";
    static props = {
        elements: Array,
        findPlace: Function,
        onAdd: Function,
    };

    setup() {
        this.state = useState({text: ""});
        this.place = null;
        useDraggable({
            ref: useRef("root"),
            elements: ".o_plan_element",
            cursor: "copy",
            tolerance: 5,
            onDrag: ({x, y}) => this.aim(this.props.findPlace(x, y)),
            onDragEnd: () => this.aim(null),
            onDrop: ({element, x, y}) => {
                const place = this.props.findPlace(x, y);
                if (place) {
                    this.props.onAdd(this.getElement(element.dataset.key), place);
                }
            },
        });
    }

    get hasSearch() {
        return this.props.elements.length >= MIN_FOR_SEARCH;
    }

    get groups() {
        const words = this.state.text.toLowerCase();
        const found = this.props.elements.filter(({label}) =>
            label.toLowerCase().includes(words)
        );
        return [
            {key: "manual", elements: found.filter((item) => !item.isAutomatic)},
            {key: "automatic", elements: found.filter((item) => item.isAutomatic)},
        ].filter(({elements}) => elements.length);
    }

    getElement(key) {
        return this.props.elements.find((element) => element.key === key);
    }

    /** Mark what the element would be dropped on. */
    aim(place) {
        this.place?.el?.classList.remove("o_plan_aim");
        this.place = place;
        this.place?.el?.classList.add("o_plan_aim");
    }
}
