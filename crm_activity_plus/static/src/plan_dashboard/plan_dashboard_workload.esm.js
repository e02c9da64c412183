// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillRender, useRef, useState} from "@odoo/owl";
import {deserializeDate, today} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";
import {formatWeekday} from "../dates/dates.esm";

const SATURDAY = 6;
const MOVES = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
};

/**
 * Who has how much to do on which day: the more, the deeper the colour of the cell, which
 * has the number in it, too. It is one stop for the Tab key; arrows lead from cell to cell.
 */
export class PlanDashboardWorkload extends Component {
    static template = "crm_activity_plus.PlanDashboardWorkload";
    static props = {days: Array, rows: Array, getUserName: Function, open: Function};

    setup() {
        this.tableRef = useRef("table");
        this.formatInteger = formatInteger;
        this.state = useState({active: false});
        // Each cell needs them.
        onWillRender(() => {
            this.days = this.describeDays();
            this.most = Math.max(1, ...this.props.rows.flatMap(({counts}) => counts));
            this.active = this.findActive();
        });
    }

    describeDays() {
        return this.props.days.map((day) => {
            const date = deserializeDate(day);
            return {
                day,
                isToday: +date === +today(),
                isWeekend: date.weekday >= SATURDAY,
                label: formatWeekday(date),
                weekday: date.toLocaleString({weekday: "short"}),
                number: date.toLocaleString({day: "numeric"}),
            };
        });
    }

    /** @returns {string} the cell that the Tab key leads to: the last one, or the first */
    findActive() {
        if (this.state.active && this.isThere(...this.state.active)) {
            return this.state.active.join();
        }
        const row = this.props.rows.findIndex(({counts}) => counts.some(Boolean));
        return [row, row >= 0 && this.props.rows[row].counts.findIndex(Boolean)].join();
    }

    isThere(row, column) {
        return Boolean(this.props.rows[row]?.counts[column]);
    }

    getCellStyle(count) {
        return `--o-plan-dashboard-load: ${Math.round((60 * count) / this.most)}%`;
    }

    getCellLabel(row, day, count) {
        const user = this.props.getUserName(row);
        return _t("%(user)s, %(day)s: %(count)s due", {user, day: day.label, count});
    }

    openCell(row, day) {
        this.props.open(
            [...row.domain, ["date_deadline", "=", day.day]],
            this.props.getUserName(row),
            day.label
        );
    }

    onKeydown(ev) {
        const move = MOVES[ev.key];
        if (!move || !ev.target.dataset.cell) {
            return;
        }
        ev.preventDefault();
        let [row, column] = ev.target.dataset.cell.split(",").map(Number);
        do {
            row += move[0];
            column += move[1];
            if (this.isThere(row, column)) {
                this.state.active = [row, column];
                this.tableRef.el
                    .querySelector(`[data-cell="${row},${column}"]`)
                    .focus();
                return;
            }
        } while (
            row >= 0 &&
            row < this.props.rows.length &&
            column >= 0 &&
            column < this.props.days.length
        );
    }
}
