// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {KeepLast} from "@web/core/utils/concurrency";
import {Model} from "@web/model/model";
import {_t} from "@web/core/l10n/translation";

/** What is counted of each step, in the order of the columns. */
export const MEASURES = [
    {name: "reached", label: _t("Reached")},
    {name: "done", label: _t("Done")},
    {name: "skipped", label: _t("Skipped")},
    {name: "failed", label: _t("Failed")},
    {name: "cancelled", label: _t("Cancelled")},
    {name: "open", label: _t("Still Open")},
    {name: "overdue", label: _t("Overdue")},
];

/** How far the launches of plans came; the server counts. */
export class PlanFunnelModel extends Model {
    setup({resModel, fields, measure}) {
        this.keepLast = new KeepLast();
        this.resModel = resModel;
        this.fields = fields;
        this.measure = measure || "reached";
        this.searchParams = {domain: [], groupBy: []};
        this.plans = [];
        this.isCut = false;
    }

    async load(searchParams) {
        const {context, domain, groupBy} = searchParams;
        const {plans, is_cut} = await this.keepLast.add(
            this.orm.call(this.resModel, "get_funnels", [], {
                domain,
                groupby: groupBy[0] || false,
                context,
            })
        );
        Object.assign(this, {searchParams, plans, isCut: is_cut});
    }

    hasData() {
        return this.plans.length > 0;
    }

    /** @returns {string} label of what is grouped by, or nothing */
    get groupLabel() {
        const [groupBy] = this.searchParams.groupBy;
        return groupBy ? this.fields[groupBy.split(":")[0]].string : "";
    }

    setMeasure(name) {
        this.measure = name;
        this.notify();
    }
}
