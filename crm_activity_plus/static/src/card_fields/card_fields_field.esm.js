// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    Many2ManyTagsField,
    many2ManyTagsField,
} from "@web/views/fields/many2many_tags/many2many_tags_field";
import {registry} from "@web/core/registry";

/** Fields in the order in which they were added; Odoo sorts them by name. */
export class CardFieldsField extends Many2ManyTagsField {
    get tags() {
        const {card_field_order: stored} = this.props.record.data;
        const order = Array.isArray(stored) ? stored : [];
        const getPlace = ({resId}) =>
            order.includes(resId) ? order.indexOf(resId) : order.length;
        return super.tags.toSorted((one, other) => getPlace(one) - getPlace(other));
    }
}

registry.category("fields").add("card_fields", {
    ...many2ManyTagsField,
    component: CardFieldsField,
});
