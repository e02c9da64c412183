// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {formatMoment} from "../dates/dates.esm";

/**
 * Who did what with an activity, when and why. It is read when somebody asks for it.
 *
 * @typedef {object} Props
 * @property {import("models").Activity} activity
 */
export class ActivityHistory extends Component {
    static template = "crm_activity_plus.ActivityHistory";
    static props = {activity: Object};

    setup() {
        this.formatMoment = formatMoment;
        this.state = useState({
            isShown: false,
            isLoading: false,
            rows: [],
            refusal: "",
        });
    }

    async onClickToggle() {
        if (this.state.isLoading) {
            return;
        }
        this.state.isShown = !this.state.isShown;
        if (!this.state.isShown) {
            return;
        }
        this.state.isLoading = true;
        try {
            const {refusal, result} = await this.props.activity.request("get_history");
            this.state.refusal = refusal;
            this.state.rows = result || [];
        } finally {
            this.state.isLoading = false;
        }
    }
}
