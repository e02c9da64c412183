// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

// In pixels; what is longer is scrolled.
const MAX_HEIGHT = 400;

/** An email as the customer would get it. Nothing in it is run or can be clicked. */
export class PlanTryEmail extends Component {
    static template = "crm_activity_plus.PlanTryEmail";
    static props = {email: Object};

    setup() {
        this.frame = useRef("frame");
    }

    get recipients() {
        return this.props.email.recipients.map(({name, email}, key) => ({
            key,
            isMissing: !email,
            text: email
                ? name
                    ? `${name} <${email}>`
                    : email
                : _t("%s (no email)", name),
        }));
    }

    get attachments() {
        return this.props.email.attachments.join(", ");
    }

    onLoad() {
        const {el} = this.frame;
        const page = el?.contentDocument;
        if (!page) {
            return;
        }
        // Links would open elsewhere, which the sandbox doesn't allow.
        const base = page.createElement("base");
        base.target = "_blank";
        page.head.append(base);
        const height = page.documentElement.scrollHeight;
        if (height) {
            el.style.height = `${Math.min(height, MAX_HEIGHT)}px`;
        }
    }
}
