// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useRef, useState} from "@odoo/owl";
import {findIcons} from "./icons.esm";
import {useAutofocus} from "@web/core/utils/hooks";

// As in the stylesheet.
const COLUMNS = 8;
const MOVES = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS};

/** All icons as pictures, which can be searched by name and walked by the arrow keys. */
export class IconPicker extends Component {
    static template = "crm_activity_plus.IconPicker";
    static props = {
        close: {type: Function, optional: true},
        onSelect: Function,
        value: String,
    };

    setup() {
        super.setup();
        this.icons = findIcons();
        this.state = useState({words: ""});
        this.grid = useRef("grid");
        useAutofocus();
    }

    get shown() {
        const words = this.state.words.trim().toLowerCase().split(/\s+/);
        return this.icons.filter((icon) => words.every((word) => icon.includes(word)));
    }

    getName(icon) {
        return icon.slice("fa-".length).replaceAll("-", " ");
    }

    select(icon) {
        this.props.onSelect(icon);
        this.props.close?.();
    }

    onSearchKeydown(ev) {
        if (ev.key === "ArrowDown") {
            ev.preventDefault();
            this.grid.el.querySelector("button")?.focus();
        } else if (ev.key === "Enter") {
            ev.preventDefault();
            if (this.shown.length) {
                this.select(this.shown[0]);
            }
        }
    }

    onGridKeydown(ev) {
        const buttons = [...this.grid.el.querySelectorAll("button")];
        const place = buttons.indexOf(ev.target) + (MOVES[ev.key] || NaN);
        if (Number.isNaN(place)) {
            return;
        }
        ev.preventDefault();
        if (place < 0) {
            this.grid.el.parentElement.querySelector("input").focus();
        } else {
            buttons[place]?.focus();
        }
    }
}
