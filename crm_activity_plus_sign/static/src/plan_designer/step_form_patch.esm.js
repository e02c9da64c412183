// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {StepForm} from "@crm_activity_plus/plan_designer/step_form.esm";
import {patch} from "@web/core/utils/patch";

const OPTIONAL = ["sign_due_days", "sign_message"];

patch(StepForm.prototype, {
    /** @override Until when a document can be signed, and what the signers are told. */
    get groups() {
        const groups = super.groups;
        if (this.props.kind === "sign_request") {
            groups[0].rows.push(...OPTIONAL.map((name) => this.makeRow(name)));
        }
        return groups;
    },

    /** @override Nobody does it, so nobody reads a note. */
    get hasNote() {
        return super.hasNote && this.props.kind !== "sign_request";
    },
});
