// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, xml} from "@odoo/owl";
import {explainDate} from "./explain_date.esm";

/** An icon that tells how a date was found; nothing where that isn't known. */
export class DateExplanation extends Component {
    static template = xml`
        <i
            t-if="text"
            class="o_activity_date_explanation fa fa-info-circle text-muted"
            role="img"
            tabindex="0"
            t-att-aria-label="text"
            t-att-data-tooltip="text"
            data-tooltip-touch-tap-to-show="true"
            t-on-click.stop=""
        />`;
    static props = {
        // What the server noted down.
        explanation: {optional: true},
    };

    get text() {
        return explainDate(this.props.explanation);
    }
}
