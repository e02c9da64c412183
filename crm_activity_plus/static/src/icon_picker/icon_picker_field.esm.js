// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {IconPicker} from "./icon_picker.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {usePopover} from "@web/core/popover/popover_hook";

/** An icon, chosen by its picture. What is stored is its class. */
export class IconPickerField extends Component {
    static template = "crm_activity_plus.IconPickerField";
    static props = {...standardFieldProps};

    setup() {
        super.setup();
        this.popover = usePopover(IconPicker, {position: "bottom-start"});
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    onClick(ev) {
        this.popover.open(ev.currentTarget, {
            value: this.value,
            onSelect: (icon) => this.update(icon),
        });
    }

    update(icon) {
        return this.props.record.update({[this.props.name]: icon});
    }
}

registry.category("fields").add("icon_picker", {
    component: IconPickerField,
    supportedTypes: ["char"],
});
