// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";

function mapBy(items, key) {
    return new Map(items.map((item) => [item[key], item]));
}

/** What drawings of plans are made of, as `get_designer` tells it. */
export class DesignerKit {
    /**
     * @param {object} told what `get_designer` returns
     * @param {object} fields descriptions of the fields of a step
     */
    constructor(told, fields) {
        this.types = mapBy(told.types, "code");
        this.kinds = mapBy(told.kinds, "kind");
        this.outcomes = mapBy(told.outcomes, "code");
        this.defaults = told.defaults;
        this.fieldByKey = told.fields;
        this.fields = fields;
    }

    get offeredTypes() {
        return [...this.types.values()].filter((type) => type.is_offered);
    }

    /** @returns {object[]} the elements of the palette; each is a step to be */
    get elements() {
        const types = this.offeredTypes.map((type) => ({
            key: `type-${type.code}`,
            kind: "activity",
            type: type.code,
            label: type.name,
            icon: type.icon,
            decoration: type.decoration,
        }));
        const kinds = [...this.kinds.values()]
            .filter(({kind}) => kind !== "activity")
            .map(({kind, label, icon}) => ({
                key: `kind-${kind}`,
                kind,
                type: this.findTypeOf(kind),
                label,
                icon,
                isAutomatic: true,
            }));
        return [...types, ...kinds.filter(({type}) => type)];
    }

    /** @returns {string|undefined} code of the type that a step of a kind begins with */
    findTypeOf(kind) {
        const types = this.offeredTypes;
        const type =
            types.find(({code, category}) => [code, category].includes(kind)) ||
            types.find(({code}) => code === "todo") ||
            types[0];
        return type?.code;
    }

    /** @returns {object} what a type fills in of a step */
    fillIn(typeCode) {
        const type = this.types.get(typeCode);
        if (!type) {
            return {};
        }
        const responsible = type.responsible_id
            ? {responsible_type: "other", responsible_id: type.responsible_id}
            : {};
        return {
            summary: type.summary,
            note: type.note,
            ...(type.duration ? {duration: type.duration} : {}),
            ...responsible,
        };
    }

    /**
     * @param {object} element of the palette
     * @param {string} code
     * @param {boolean} waits whether it waits for another step
     * @returns {object} a new step
     */
    makeStep(element, code, waits) {
        const {type, kind} = element;
        return {
            ...this.defaults,
            ...this.fillIn(type),
            code,
            type,
            kind,
            delay_count: 0,
            delay_from: waits ? "after_previous_done" : "after_plan_date",
        };
    }

    /** @returns {object[]} the outcomes that a step can end with */
    getOutcomes(step) {
        if (!step || !this.kinds.get(step.kind)?.has_outcome) {
            return [];
        }
        return [...this.outcomes.values()].filter(
            ({types, is_offered: isOffered}) =>
                isOffered && (!types.length || types.includes(step.type))
        );
    }

    /** @returns {{icon: string, decoration: string|false}} how a step is drawn */
    getLook(step) {
        const isManual = step.kind === "activity";
        const type = this.types.get(step.type);
        return {
            icon:
                (isManual ? type?.icon : this.kinds.get(step.kind)?.icon) ||
                "fa-question",
            decoration: type?.decoration || false,
        };
    }

    getTypeName(step) {
        return this.types.get(step.type)?.name || step.type || _t("No type");
    }

    getKindName(step) {
        return this.kinds.get(step.kind)?.label || step.kind;
    }

    getOutcomeName(code) {
        return this.outcomes.get(code)?.name || code;
    }

    /** @returns {string} what people call a step */
    nameOf(step) {
        return step.summary || this.getTypeName(step);
    }

    /** @returns {string} how a value of a selection field is called */
    label(field, value) {
        const selection = this.fields[field]?.selection || [];
        return selection.find(([key]) => key === value)?.[1] || value || "";
    }
}
