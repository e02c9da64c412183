// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useRef, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {_t} from "@web/core/l10n/translation";
import {serializeDate} from "@web/core/l10n/dates";
import {useAutofocus} from "@web/core/utils/hooks";

const {DateTime} = luxon;

/**
 * Put an activity on hold: until when, and why. A shortcut is all it takes.
 *
 * @typedef {object} Props
 * @property {import("models").Activity} activity
 * @property {Function} [close]
 * @property {boolean} [hasHeader]
 * @property {Function} onChanged - called once it is on hold
 */
export class ActivityHold extends Component {
    static template = "crm_activity_plus.ActivityHold";
    static components = {DateTimeInput};
    static props = {
        activity: Object,
        close: {type: Function, optional: true},
        hasHeader: {type: Boolean, optional: true},
        onChanged: Function,
    };

    setup() {
        this.root = useRef("root");
        this.state = useState({reason: "", date: false, isBusy: false, refusal: ""});
        useAutofocus({refName: "reason", mobile: false});
    }

    get today() {
        return DateTime.local().startOf("day");
    }

    get minDate() {
        return this.today.plus({days: 1});
    }

    get shortcuts() {
        const {today} = this;
        const shortcuts = [
            [_t("Tomorrow"), "tomorrow", today.plus({days: 1})],
            [_t("Next week"), "next_week", today.startOf("week").plus({weeks: 1})],
            [_t("In two weeks"), "two_weeks", today.plus({weeks: 2})],
        ].map(([label, name, day]) => ({
            label,
            name,
            until: day,
            hint: day.toLocaleString({
                weekday: "short",
                day: "numeric",
                month: "short",
            }),
        }));
        return [
            ...shortcuts,
            {label: _t("Until I resume it"), name: "open", until: false, hint: ""},
        ];
    }

    onChangeDate(date) {
        this.state.date = date || false;
    }

    /**
     * @param {DateTime|false} until
     */
    async hold(until) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const {refusal} = await this.props.activity.request("action_hold", {
                until: until ? serializeDate(until) : false,
                reason: this.state.reason.trim() || false,
            });
            this.state.refusal = refusal;
            if (refusal) {
                return;
            }
            this.props.activity.tellOtherTabs();
        } finally {
            this.state.isBusy = false;
        }
        this.props.close?.();
        this.props.onChanged();
    }
}
