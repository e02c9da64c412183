// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {Field} from "@web/views/fields/field";
import {Record} from "@web/model/record";
import {_t} from "@web/core/l10n/translation";
import {useBus} from "@web/core/utils/hooks";

const MODEL = "mail.activity.plan.template";
// What the fields' domains look at.
const CONTEXT_FIELDS = ["company_id", "res_model"];
const MANY = ["many2many", "one2many"];
// What the panel shows by itself.
const ELSEWHERE = ["action_type", "activity_type_id", "after_mode"];
// Nobody reads a note on these.
const WITHOUT_NOTE = ["email", "server_action"];
const HOURS = ["duration", "time_of_day"];

/**
 * The fields of a step. It has a record of its own, which is made anew only if the step
 * is changed elsewhere: what is being typed stays.
 */
export class StepForm extends Component {
    static template = "crm_activity_plus.StepForm";
    static components = {Field, Record};
    static props = {
        drawing: Object,
        code: String,
        kind: String,
        readonly: Boolean,
        context: Object,
        bus: Object,
    };

    setup() {
        this.kit = this.props.drawing.kit;
        // Its editor takes a while to be there.
        this.state = useState({isNoteShown: false});
        this.keyByField = new Map(
            Object.entries(this.kit.fieldByKey).map(([key, name]) => [name, key])
        );
        this.fieldNames = [...this.keyByField.keys(), ...CONTEXT_FIELDS].filter(
            (name) => this.isShown(name)
        );
        this.fields = this.kit.fields;
        this.model = MODEL;
        this.noCondition = _t("No condition: the step is done on every record.");
        this.activeFields = Object.fromEntries(
            this.fieldNames.map((name) => [name, this.makeActiveField(name)])
        );
        this.hooks = {
            onRecordChanged: (record, changes) => this.onChanged(record, changes),
        };
        // What is typed counts when the form is saved, too.
        this.record = null;
        useBus(this.props.bus, "NEED_LOCAL_CHANGES", ({detail}) =>
            this.record?.model.bus.trigger("NEED_LOCAL_CHANGES", detail)
        );
    }

    isShown(name) {
        return name in this.kit.fields && !ELSEWHERE.includes(name);
    }

    makeActiveField(name) {
        const info = {attrs: {}, options: {}, domain: undefined, context: "{}"};
        if (MANY.includes(this.fields[name].type)) {
            const related = {display_name: {name: "display_name", type: "char"}};
            info.related = {activeFields: {display_name: {...info}}, fields: related};
        }
        return info;
    }

    /** @returns {object} the step as it is now, as values of a record: that is filled
     *     again whenever something else here is rendered */
    get values() {
        const {code, context, drawing} = this.props;
        const step = drawing.graph.get(code) || {};
        const values = {...context};
        for (const [name, key] of this.keyByField) {
            const {type} = this.fields[name] || {};
            const known = this.record?.data[name];
            values[name] = step[key] || (MANY.includes(type) ? [] : step[key]);
            if (type === "many2one" && known && known.id === step[key]) {
                // Its name need not be asked for again.
                values[name] = {...known};
            }
        }
        return values;
    }

    /** @returns {*} a value of the record, as a graph has it */
    tellValue(record, name) {
        const value = record.data[name];
        switch (this.fields[name].type) {
            case "many2one":
                return value ? value.id : false;
            case "many2many":
                return value.currentIds;
            case "html":
                return value ? String(value) : false;
            default:
                return value;
        }
    }

    onChanged(record, changes) {
        const values = {};
        for (const name of Object.keys(changes)) {
            const key = this.keyByField.get(name);
            if (key) {
                values[key] = this.tellValue(record, name);
            }
        }
        this.props.drawing.update(this.props.code, values);
    }

    get hasNote() {
        const {kind} = this.props;
        return this.fieldNames.includes("note") && !WITHOUT_NOTE.includes(kind);
    }

    /** @returns {object[]} the fields of a step of this kind, in groups */
    get groups() {
        const {kind} = this.props;
        const isManual = kind === "activity";
        const needed = this.kit.kinds.get(kind)?.fields || [];
        const step = this.props.drawing.graph.get(this.props.code);
        const isNamed = step?.responsible_type === "other";
        return [
            {
                title: "",
                rows: [
                    {name: "summary", label: _t("Summary")},
                    ...needed.map((name) => this.makeRow(name)),
                    kind === "meeting" && {
                        name: "attendee_ids",
                        label: _t("Attendees"),
                        type: "many2many_tags",
                    },
                    isManual && {name: "max_attempts", label: _t("Max. attempts")},
                ].filter(Boolean),
            },
            {
                title: _t("Who"),
                rows: [
                    {name: "responsible_type", label: _t("Assigned to")},
                    isNamed && {name: "responsible_id", label: _t("User")},
                ].filter(Boolean),
            },
            {
                title: _t("When"),
                rows: [
                    {name: "delay_count", label: _t("Due")},
                    {name: "delay_unit", label: ""},
                    {name: "delay_from", label: ""},
                    !isManual && {
                        name: "time_of_day",
                        label: _t("Time"),
                        type: "float_time",
                    },
                ].filter(Boolean),
            },
        ];
    }

    /** @returns {object} a field that this kind of step needs */
    makeRow(name) {
        const type = HOURS.includes(name) ? "float_time" : undefined;
        return {name, label: this.fields[name]?.string, type};
    }

    keep(record) {
        this.record = record;
        return record;
    }
}
