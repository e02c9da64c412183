// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useState} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {KeepLast} from "@web/core/utils/concurrency";
import {Pager} from "@web/core/pager/pager";
import {PlanPreviewSteps} from "./plan_preview_steps.esm";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {_t} from "@web/core/l10n/translation";
import {formatDay, formatDays} from "../dates/dates.esm";
import {registry} from "@web/core/registry";
import {serializeDate} from "@web/core/l10n/dates";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

const PAGE_SIZE = 20;

/**
 * What the launch of a plan would do, before it is launched: the steps, each record, and
 * how much work it makes for whom.
 *
 * The server computes it; what a person changes is kept in the dialog's fields
 * `plan_overrides` and `plan_left_out`, and wins over whatever is computed later.
 */
export class ActivityPlanPreview extends Component {
    static template = "crm_activity_plus.ActivityPlanPreview";
    static components = {Pager, PlanPreviewSteps, RecordSelector};
    static props = {...standardWidgetProps};

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.nameService = useService("name");
        this.formatDay = formatDay;
        this.keepLast = new KeepLast();
        // What a person changed, by field: it may still be on its way to the record.
        this.changed = {};
        this.unsent = new Set();
        this.state = useState({
            error: "",
            isLoading: false,
            offset: 0,
            onlySkipped: false,
            opened: {},
            preview: null,
            tab: "steps",
            // The warning whose records are shown, and the one for whose steps somebody
            // is being chosen, by their keys.
            warning: "",
            assigning: "",
        });
        this.userDomain = [["share", "=", false]];
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    // Data

    /**
     * @param {object} record - the dialog's
     * @returns {object|null} what the server has to know; null without a plan
     */
    getRequest(record) {
        const {plan_id, plan_date, plan_on_demand_user_id, res_ids} = record.data;
        if (!plan_id) {
            return null;
        }
        return {
            plan_id: plan_id.id,
            res_ids: (res_ids || "").match(/\d+/g)?.map(Number) || [],
            plan_date: plan_date ? serializeDate(plan_date) : false,
            responsible_id: plan_on_demand_user_id?.id || false,
            overrides: record.data.plan_overrides?.[plan_id.id] || {},
            left_out: record.data.plan_left_out?.[plan_id.id] || [],
        };
    }

    onRecordChanged(record) {
        const request = this.getRequest(record);
        const key = JSON.stringify(request);
        if (key === this.key) {
            return;
        }
        if (request?.plan_id !== this.request?.plan_id) {
            Object.assign(this.state, {
                offset: 0,
                onlySkipped: false,
                opened: {},
                preview: null,
                tab: "steps",
                warning: "",
                assigning: "",
            });
        }
        Object.assign(this, {key, request});
        this.load();
    }

    /**
     * @returns {object|null} the preview that the dialog's last change has brought along,
     *     which has the first page of the records
     */
    get broughtAlong() {
        const {offset, onlySkipped, warning} = this.state;
        const preview = this.props.record.data.plan_preview;
        return (!offset && !onlySkipped && !warning && preview) || null;
    }

    async load() {
        if (!this.request) {
            return;
        }
        if (this.broughtAlong) {
            // Whatever was asked for before is late now.
            this.keepLast.add(Promise.resolve());
            this.show(this.broughtAlong);
            this.state.isLoading = false;
            return;
        }
        this.state.isLoading = true;
        try {
            const {offset, onlySkipped, warning} = this.state;
            const preview = await this.keepLast.add(
                this.orm.silent.call("mail.activity.schedule", "preview_launch", [], {
                    ...this.request,
                    offset,
                    limit: PAGE_SIZE,
                    only_skipped: onlySkipped,
                    ...(warning && {warning}),
                })
            );
            if (warning && !preview.error && !this.findWarning(warning, preview)) {
                // There is nothing left to warn about.
                return this.showWarning("");
            }
            if (offset && offset >= preview.row_count) {
                // The last one of the last page was included again.
                return this.turnPage({offset: offset - PAGE_SIZE});
            }
            this.show(preview);
        } catch (error) {
            this.state.error = this.explain(error);
        }
        this.state.isLoading = false;
    }

    show(preview) {
        this.state.error = preview.error || "";
        if (!preview.error) {
            this.addNames(preview);
            this.state.preview = preview;
        }
    }

    explain(error) {
        return error instanceof ConnectionLostError
            ? _t("The connection is lost. Your changes are kept here.")
            : error.data?.message || _t("The preview could not be computed.");
    }

    /** The names are known: they need not be asked for again. */
    addNames({steps, records}) {
        const names = {};
        for (const step of [steps, ...records.map((row) => row.steps)].flat()) {
            if (step.user_id) {
                names[step.user_id] = step.user_name;
            }
        }
        this.nameService.addDisplayNames("res.users", names);
    }

    // What a person changes

    /**
     * @param {number} [resId] - a record; none: all of them
     * @returns {object} what a person changed, by step
     */
    getOverrides(resId) {
        const overrides = this.request?.overrides || {};
        return (resId ? overrides.records?.[resId] : overrides.all) || {};
    }

    hasOverrides(resId) {
        return Boolean(Object.keys(this.getOverrides(resId)).length);
    }

    update(resId, step, changes) {
        return this.changeOverride(resId, step.code, (former) => {
            const values = {...former, ...changes};
            for (const [name, value] of Object.entries(values)) {
                if (value === null || (!resId && name === "skip" && !value)) {
                    delete values[name];
                }
            }
            return values;
        });
    }

    reset(resId, step) {
        return this.changeOverride(resId, step.code, () => ({}));
    }

    changeOverride(resId, code, change) {
        return this.change("plan_overrides", (former = {}) =>
            this.override(former, resId, code, change)
        );
    }

    /**
     * @param {object} former - what was changed before
     * @param {number|false} resId - a record; none: all of them
     * @param {string} code - of a step
     * @param {Function} change - gets what was changed of the step, and returns what is
     * @returns {object} what is changed then
     */
    override(former, resId, code, change) {
        const overrides = {...former};
        const ofScope = {...(resId ? former.records?.[resId] : former.all)};
        ofScope[code] = change(ofScope[code]);
        if (!Object.keys(ofScope[code]).length) {
            delete ofScope[code];
        }
        if (resId) {
            overrides.records = {...former.records, [resId]: ofScope};
            if (!Object.keys(ofScope).length) {
                delete overrides.records[resId];
            }
        } else {
            overrides.all = ofScope;
        }
        return overrides;
    }

    // Warnings

    get warnings() {
        return this.state.preview.warnings || [];
    }

    findWarning(key, {warnings} = this.state.preview) {
        return warnings?.find((warning) => warning.key === key);
    }

    /** @returns {boolean} whether some are left without the records of a warning */
    canLeaveOut(warning) {
        const {left_out_count, record_count, skipped_count} = this.state.preview;
        const launched = record_count - left_out_count - skipped_count;
        const left = warning.is_skipped ? launched : launched - warning.res_ids.length;
        return this.isForSeveral && warning.can_assign && left > 0;
    }

    /**
     * @param {string} key - of the warning whose records are shown; none: all records
     */
    showWarning(key) {
        Object.assign(this.state, {
            offset: 0,
            onlySkipped: false,
            tab: "records",
            warning: key,
        });
        return this.load();
    }

    leaveOut(warning) {
        return this.change("plan_left_out", (former = []) => [
            ...new Set([...former, ...warning.res_ids]),
        ]);
    }

    startAssigning(warning) {
        this.state.assigning = warning.key;
    }

    /** Have somebody do the steps of a warning on all of its records. */
    assign(warning, userId) {
        this.state.assigning = "";
        if (!userId) {
            return;
        }
        const resIds = this.isForSeveral ? warning.res_ids : [false];
        return this.change("plan_overrides", (former = {}) => {
            let overrides = former;
            for (const resId of resIds) {
                for (const code of warning.steps) {
                    overrides = this.override(overrides, resId, code, (values) => ({
                        ...values,
                        user_id: userId,
                    }));
                }
            }
            return overrides;
        });
    }

    /**
     * Skip a record, or include it again with all that was changed of its steps.
     *
     * @param {object} row - of the preview
     */
    toggleLeftOut(row) {
        const {is_left_out: isLeftOut, res_id: resId} = row;
        return this.change("plan_left_out", (former = []) => {
            const others = former.filter((id) => id !== resId);
            return isLeftOut ? others : [...others, resId];
        });
    }

    /**
     * @param {string} field - keeps values by plan
     * @param {Function} change - gets the value of the plan that is chosen, and returns
     *     the new one
     */
    change(field, change) {
        const {plan_id: planId} = this.request;
        const byPlan = this.changed[field] || this.props.record.data[field] || {};
        this.changed[field] = {...byPlan, [planId]: change(byPlan[planId])};
        return this.send(field);
    }

    async send(field) {
        try {
            await this.props.record.update({[field]: this.changed[field]});
            this.unsent.delete(field);
        } catch (error) {
            this.unsent.add(field);
            this.state.error = this.explain(error);
        }
    }

    async retry() {
        await Promise.all([...this.unsent].map((field) => this.send(field)));
        if (!this.unsent.size) {
            await this.load();
        }
    }

    // Display

    get isForSeveral() {
        return this.state.preview.selected_count > 1;
    }

    get tabs() {
        const {overload_count, record_count} = this.state.preview;
        const tabs = [{name: "steps", label: _t("Steps")}];
        if (this.isForSeveral) {
            tabs.push({
                name: "records",
                label: _t("Records (%s)", record_count),
                badge: this.skippedCount ? _t("%s skipped", this.skippedCount) : "",
            });
        }
        tabs.push({
            name: "load",
            label: _t("Workload"),
            badge: overload_count ? _t("%s overloaded", overload_count) : "",
        });
        return tabs;
    }

    /** @returns {number} records that can't have the plan, or that a person skipped */
    get skippedCount() {
        const {left_out_count, skipped_count} = this.state.preview;
        return left_out_count + skipped_count;
    }

    get hasFilter() {
        return Boolean(this.skippedCount || this.state.onlySkipped);
    }

    get backgroundNotice() {
        const {is_background, left_out_count, record_count, selected_count} =
            this.state.preview;
        return is_background
            ? _t(
                  "The plan is launched on %(count)s records in the background. You are notified when it is done. The preview shows the first %(shown)s selected records.",
                  {count: selected_count - left_out_count, shown: record_count}
              )
            : "";
    }

    get loadNotice() {
        const {daily_limit, load, load_count, overload_count} = this.state.preview;
        if (!load_count) {
            return _t("The launch schedules no activities.");
        }
        const sentences = [];
        if (overload_count === 1) {
            sentences.push(
                _t("The limit of %s activities per day is exceeded once.", daily_limit)
            );
        } else if (overload_count) {
            sentences.push(
                _t(
                    "The limit of %(limit)s activities per day is exceeded %(count)s times.",
                    {
                        count: overload_count,
                        limit: daily_limit,
                    }
                )
            );
        } else if (daily_limit) {
            sentences.push(
                _t("Nobody exceeds the limit of %s activities per day.", daily_limit)
            );
        }
        if (load.length < load_count) {
            sentences.push(
                _t("Only the first %(shown)s of %(all)s rows are shown.", {
                    shown: load.length,
                    all: load_count,
                })
            );
        }
        return sentences.join(" ");
    }

    formatPeriod(steps) {
        const days = steps
            .filter((step) => step.state !== "skipped" && step.date_deadline)
            .map((step) => step.date_deadline)
            .sort();
        if (!days.length) {
            return "";
        }
        return formatDays(days[0], days.at(-1));
    }

    getRecordName(row) {
        return row.display_name || _t("Record %s", row.res_id);
    }

    getSkipLabel(row) {
        const name = this.getRecordName(row);
        return row.is_left_out ? _t("Include “%s”", name) : _t("Skip “%s”", name);
    }

    openTab(name) {
        this.state.tab = name;
    }

    toggleRecord(resId) {
        this.state.opened[resId] = !this.state.opened[resId];
    }

    toggleOnlySkipped() {
        Object.assign(this.state, {
            onlySkipped: !this.state.onlySkipped,
            offset: 0,
            warning: "",
        });
        return this.load();
    }

    turnPage({offset}) {
        this.state.offset = offset;
        return this.load();
    }
}

export const activityPlanPreview = {
    component: ActivityPlanPreview,
    fieldDependencies: [
        {name: "plan_date", type: "date"},
        {name: "plan_id", type: "many2one", relation: "mail.activity.plan"},
        {name: "plan_on_demand_user_id", type: "many2one", relation: "res.users"},
        {name: "plan_left_out", type: "json"},
        {name: "plan_overrides", type: "json"},
        {name: "res_ids", type: "text"},
    ],
};

registry.category("view_widgets").add("activity_plan_preview", activityPlanPreview);
