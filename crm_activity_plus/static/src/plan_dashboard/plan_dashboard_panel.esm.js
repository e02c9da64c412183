// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";

const MAX_ROWS = 10;

/** A panel: a title, what it is about, and a table; or what to do where it is empty. */
export class PlanDashboardPanel extends Component {
    static template = "crm_activity_plus.PlanDashboardPanel";
    static props = {
        name: String,
        title: String,
        help: String,
        emptyTitle: String,
        emptyHelp: String,
        // Not there while it is loaded.
        data: {type: Object, optional: true},
        slots: {type: Object, optional: true},
    };

    setup() {
        this.state = useState({isOpen: false});
    }

    get rows() {
        const {rows} = this.props.data;
        return this.state.isOpen ? rows : rows.slice(0, MAX_ROWS);
    }

    get hiddenCount() {
        return this.props.data.rows.length - this.rows.length;
    }

    get slotProps() {
        return {data: this.props.data, rows: this.rows};
    }
}
