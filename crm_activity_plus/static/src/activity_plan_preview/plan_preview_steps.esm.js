// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {countDays, formatDays} from "../dates/dates.esm";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {DateExplanation} from "../date_explanation/date_explanation.esm";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {_t} from "@web/core/l10n/translation";
import {describeWait} from "../run_timeline/describe_step.esm";

/** The steps of a plan before its launch: each can be changed, or skipped. */
export class PlanPreviewSteps extends Component {
    static template = "crm_activity_plus.PlanPreviewSteps";
    static components = {DateExplanation, DateTimeInput, RecordSelector};
    static props = {
        // What a person changed here, by step.
        overrides: Object,
        steps: Array,
        // Called with a step and what is changed of it: null takes a change back.
        update: Function,
        // Called with a step, to take all of its changes back.
        reset: Function,
    };

    setup() {
        super.setup();
        this.userDomain = [["share", "=", false]];
        // The one thing that is being changed: a step's code and "user" or "date".
        this.editing = useState({code: false, what: false});
        this.root = useRef("root");
        useEffect(
            (what) => {
                const input = what && this.root.el.querySelector(".o_editing input");
                if (input) {
                    input.focus();
                    input.click();
                    input.select();
                }
            },
            () => [this.editing.what, this.editing.code]
        );
    }

    edit(step, what) {
        Object.assign(this.editing, {code: step ? step.code : false, what});
    }

    isEditing(step, what) {
        return this.editing.code === step.code && this.editing.what === what;
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && this.editing.what) {
            // It closes what is being changed, not the dialog.
            ev.stopPropagation();
            ev.preventDefault();
            this.edit(false, false);
        }
    }

    isSkipped(step) {
        return step.state === "skipped";
    }

    isChanged(step) {
        return step.code in this.props.overrides;
    }

    /**
     * @param {object} step
     * @param {boolean} isScheduled - as the box says: what the server said of the step is
     *     older, where somebody clicks twice
     */
    toggle(step, isScheduled) {
        this.props.update(step, {skip: !isScheduled});
    }

    chooseUser(step, userId) {
        this.edit(false, false);
        this.props.update(step, {user_id: userId || null});
    }

    chooseDate(step, date) {
        this.edit(false, false);
        this.props.update(step, {date_deadline: date ? serializeDate(date) : null});
    }

    getDate(step) {
        return step.date_deadline && deserializeDate(step.date_deadline);
    }

    isPast(step) {
        return Boolean(step.date_deadline) && countDays(step.date_deadline) < 0;
    }

    getDateLabel(step) {
        const {date_deadline: first, date_last: last} = step;
        return first ? formatDays(first, last || first) : _t("No due date");
    }

    getUserLabel(step) {
        if (step.user_name) {
            return step.user_name;
        }
        if (step.user_count === 1) {
            return _t("1 user");
        }
        return step.user_count ? _t("%s users", step.user_count) : _t("Unassigned");
    }

    getWaitingLabel(step) {
        return describeWait({...step, after_mode: step.after_any ? "any" : "all"});
    }

    getProblem(step) {
        if (step.failed_count) {
            return _t(
                "Nobody to assign it to on %s records. Choose a user.",
                step.failed_count
            );
        }
        return step.state === "failed"
            ? step.label || step.reason || _t("Nobody to assign it to. Choose a user.")
            : "";
    }

    getLabels(step) {
        return {
            date: _t("Change the due date of “%(step)s”: %(date)s", {
                step: step.summary,
                date: this.getDateLabel(step),
            }),
            reset: _t("Undo the changes to “%s”", step.summary),
            schedule: _t("Schedule “%s”", step.summary),
            user: _t("Change who “%(step)s” is assigned to: %(user)s", {
                step: step.summary,
                user: this.getUserLabel(step),
            }),
        };
    }
}
