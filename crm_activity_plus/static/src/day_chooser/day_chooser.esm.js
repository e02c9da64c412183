// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {getDayShortcuts} from "../dates/dates.esm";

/** Asks for a day: one of the shortcuts, or another one and the button beside it. */
export class DayChooser extends Component {
    static template = "crm_activity_plus.DayChooser";
    static components = {DateTimeInput};
    static props = {
        confirmLabel: String,
        isBusy: Boolean,
        // The first day that can be chosen.
        minDate: Object,
        // Gets the day.
        onChoose: Function,
        // What else can be chosen.
        slots: {type: Object, optional: true},
    };

    setup() {
        this.shortcuts = getDayShortcuts().filter(({day}) => day >= this.props.minDate);
        this.state = useState({day: false});
    }

    /** @returns {boolean} whether the day that was typed can be chosen */
    get isDayAllowed() {
        return this.state.day && this.state.day >= this.props.minDate;
    }

    onChange(day) {
        this.state.day = day || false;
    }
}
