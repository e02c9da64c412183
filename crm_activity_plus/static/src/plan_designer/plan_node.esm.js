// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onMounted, onWillUnmount, useRef} from "@odoo/owl";

/** A step in the drawing. What it shows comes as plain values: it is rendered only when
 * one of them changes. */
export class PlanNode extends Component {
    static template = "crm_activity_plus.PlanNode";
    static props = {
        code: String,
        name: String,
        typeName: String,
        icon: String,
        decoration: [String, Boolean],
        automatic: String,
        when: String,
        who: String,
        words: String,
        problem: String,
        level: String,
        condition: Boolean,
        x: Number,
        y: Number,
        isSelected: Boolean,
        isSource: Boolean,
        isReachable: Boolean,
        readonly: Boolean,
        onMounted: Function,
        onWillUnmount: Function,
    };

    setup() {
        const root = useRef("root");
        const {code} = this.props;
        onMounted(() => this.props.onMounted(code, root.el));
        onWillUnmount(() => this.props.onWillUnmount(code));
    }
}
