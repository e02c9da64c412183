// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {activityFormProps, useActivityForm} from "../activity/activity_form_hook.esm";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {_t} from "@web/core/l10n/translation";
import {serializeDate} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/** Put an activity on hold: until when, and why. A shortcut is all it takes. */
export class ActivityHold extends Component {
    static template = "crm_activity_plus.ActivityHold";
    static components = {DateTimeInput};
    static props = {...activityFormProps};

    setup() {
        this.form = useActivityForm("action_hold");
        this.state = useState({date: false});
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
    hold(until) {
        return this.form.submit({until: until ? serializeDate(until) : false});
    }
}
