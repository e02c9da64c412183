// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {DomainField, domainField} from "@web/views/fields/domain/domain_field";
import {registry} from "@web/core/registry";

/** A condition: where there is none, it says what that means. */
export class PlanDomainField extends DomainField {
    static template = "crm_activity_plus.PlanDomainField";
    static props = {
        ...DomainField.props,
        placeholder: {type: String, optional: true},
    };

    get isEmpty() {
        return ["", "[]"].includes(this.getDomain().replace(/\s/g, ""));
    }

    /** @override A condition that was emptied is none. */
    update(domain, isDebugEdited = false) {
        const isEmpty = domain.replace(/\s/g, "") === "[]";
        return super.update(isEmpty ? false : domain, isDebugEdited);
    }
}

registry.category("fields").add("plan_domain", {
    ...domainField,
    component: PlanDomainField,
    extractProps(fieldInfo, dynamicInfo) {
        return {
            ...domainField.extractProps(fieldInfo, dynamicInfo),
            placeholder: fieldInfo.placeholder || fieldInfo.attrs.placeholder,
        };
    },
});
