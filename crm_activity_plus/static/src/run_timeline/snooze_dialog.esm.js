// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {serializeDate} from "@web/core/l10n/dates";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

const {DateTime} = luxon;

const MONDAY = 1;
const SATURDAY = 6;

/**
 * @param {object} day
 * @returns {object} the same, or the Monday after
 */
function leaveWeekend(day) {
    return day.weekday < SATURDAY ? day : day.plus({days: 8 - day.weekday});
}

/** Asks until when to put off a step. Where the server refuses, the dialog stays. */
export class SnoozeDialog extends Component {
    static template = "crm_activity_plus.SnoozeDialog";
    static components = {DateTimeInput, Dialog};
    static props = {
        close: Function,
        step: String,
        // Gets the day as the server reads it, and resolves to whether it was done.
        confirm: Function,
    };

    setup() {
        this.today = DateTime.local().startOf("day");
        this.work = useOneAtATime();
        this.state = useState({day: this.today.plus({days: 1})});
    }

    get title() {
        return _t("Snooze “%s”", this.props.step);
    }

    /** @returns {object[]} the days that are one click away, each once */
    get shortcuts() {
        const nextMonday = this.today
            .plus({days: 1})
            .plus({days: (MONDAY + 6 - this.today.weekday) % 7});
        const days = new Set();
        return [
            {id: "tomorrow", name: _t("Tomorrow"), day: this.today.plus({days: 1})},
            {id: "next_week", name: _t("Next Week"), day: nextMonday},
            {
                id: "two_weeks",
                name: _t("In Two Weeks"),
                day: leaveWeekend(this.today.plus({weeks: 2})),
            },
            {
                id: "next_month",
                name: _t("In a Month"),
                day: leaveWeekend(this.today.plus({months: 1})),
            },
        ]
            .filter(({day}) => !days.has(Number(day)) && days.add(Number(day)))
            .map((shortcut) => ({
                ...shortcut,
                label: shortcut.day.toLocaleString({
                    weekday: "short",
                    day: "numeric",
                    month: "short",
                }),
            }));
    }

    /** @param {object} day */
    onChange(day) {
        this.state.day = day;
    }

    /** @param {object} day */
    snooze(day) {
        return this.work.run(async () => {
            if (await this.props.confirm(serializeDate(day))) {
                this.props.close();
            }
        });
    }
}
