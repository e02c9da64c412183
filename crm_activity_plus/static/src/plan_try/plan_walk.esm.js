// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {countDays} from "../dates/dates.esm";

/**
 * How far somebody has walked through a plan. The server keeps nothing of it: it is told
 * all choices each time, so that going back means telling one less.
 */
export class PlanWalk {
    /**
     * @param {object} orm - the service
     * @param {number} planId
     * @param {object} [graph] - the plan as it is drawn, where that isn't saved
     */
    constructor(orm, planId, graph) {
        Object.assign(this, {orm, planId, graph});
        this.start = null;
        this.request = {res_id: false, plan_date: false, responsible_id: false};
        this.choices = [];
        // What the server told last, and why it told nothing.
        this.told = null;
        this.error = "";
        this.isBusy = false;
        this.asked = 0;
    }

    async load() {
        this.start = await this.call("get_trial", {});
        this.request = {
            plan_date: this.start.plan_date,
            res_id: this.start.record ? this.start.record.id : false,
            responsible_id: this.start.user.id,
        };
        await this.tell([]);
    }

    /** Begin again, with another record, day or user, or the same. */
    restart(values = {}) {
        Object.assign(this.request, values);
        return this.tell([]);
    }

    choose(choice) {
        return this.tell([...this.choices, choice]);
    }

    back() {
        return this.tell(this.choices.slice(0, -1));
    }

    /** @param {object[]} choices - what happens; what can't is told, and doesn't */
    async tell(choices) {
        const asked = ++this.asked;
        this.error = "";
        if (!this.request.res_id) {
            Object.assign(this, {choices: [], told: null, isBusy: false});
            return;
        }
        this.isBusy = true;
        try {
            const told = await this.call("simulate", {...this.request, choices});
            if (asked === this.asked) {
                Object.assign(this, {choices, told});
            }
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            if (asked === this.asked) {
                this.error = error.data.message;
            }
        } finally {
            if (asked === this.asked) {
                this.isBusy = false;
            }
        }
    }

    call(method, kwargs) {
        const values = this.graph ? {...kwargs, graph: this.graph} : kwargs;
        return this.orm.silent.call(
            "mail.activity.plan",
            method,
            [[this.planId]],
            values
        );
    }

    /** The steps in the order of their dates; those of one day in that of the plan. */
    get steps() {
        const steps = this.told?.steps || [];
        return steps.toSorted((a, b) => {
            const [first, second] = [a, b].map((step) => step.date_deadline || "");
            return first === second ? 0 : first < second ? -1 : 1;
        });
    }

    get next() {
        return this.told?.steps.find(({code}) => code === this.told.next);
    }

    /** @returns {Set<string>} codes of the steps that the last choice changed */
    get changed() {
        return new Set((this.told?.changes || []).map(({code}) => code));
    }

    /** @returns {string} such as "D+3": where a step is, seen from the plan date */
    getPlace(step) {
        return step.date_deadline
            ? tellPlace(countDays(step.date_deadline) - countDays(this.told.plan_date))
            : "";
    }
}

/**
 * @param {number} days - from the plan date
 * @param {number} [months] - beside the days
 * @returns {string} such as "D", "D+3", "D−2", or "D+1 month+3"
 */
export function tellPlace(days, months = 0) {
    const parts = [
        months && tellMonths(months),
        days && `${sign(days)}${Math.abs(days)}`,
    ];
    return `D${parts.filter(Boolean).join("")}`;
}

function sign(count) {
    return count < 0 ? "−" : "+";
}

function tellMonths(count) {
    const months = Math.abs(count);
    return `${sign(count)}${months === 1 ? _t("1 month") : _t("%s months", months)}`;
}
