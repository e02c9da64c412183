// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {_t} from "@web/core/l10n/translation";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

const BUNDLE = "crm_activity_plus.plan_designer";

// What each open form shows, as long as it is there.
const shownByModel = new WeakMap();

/**
 * The steps of a plan: as a drawing, or as a list. Its view has to have `graph`, too.
 *
 * Only one of both is there at a time. What was changed in it is saved before the other
 * one is shown, so that both always say the same.
 */
export class PlanStepsField extends X2ManyField {
    static template = "crm_activity_plus.PlanStepsField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        const {model} = this.props.record;
        this.state = useState({
            shown: shownByModel.get(model) || "drawing",
            Designer: null,
        });
        // The form doesn't wait for it.
        this.loadDesigner();
    }

    async loadDesigner() {
        try {
            await loadBundle(BUNDLE);
            this.state.Designer = registry
                .category("lazy_components")
                .get("PlanDesigner");
        } catch {
            this.state.shown = "list";
            this.notification.add(
                _t("The drawing couldn't be loaded. Here is the list of the steps."),
                {type: "warning"}
            );
        }
    }

    /** @param {string} shown `drawing` or `list` */
    async show(shown) {
        const {model} = this.props.record;
        if (shown !== this.state.shown && (await this.save(shown))) {
            shownByModel.set(model, shown);
            this.state.shown = shown;
            if (shown === "drawing" && !this.state.Designer) {
                // It couldn't be loaded before.
                this.loadDesigner();
            }
        }
    }

    /**
     * @param {string} shown what is about to be shown
     * @returns {Promise<boolean>} whether what was changed in the other one is saved
     */
    async save(shown) {
        const {name, record} = this.props;
        const changes = await record.getChanges();
        const changed = shown === "list" ? changes.graph : changes[name]?.length;
        return !changed || record.save();
    }
}

registry.category("fields").add("plan_steps", {
    ...x2ManyField,
    component: PlanStepsField,
    // It is as wide as any other list.
    additionalClasses: ["o_field_one2many"],
    supportedTypes: ["one2many"],
});
