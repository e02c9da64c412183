// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {
    deserializeDate,
    serializeDate,
    toLocaleDateString,
    today,
} from "@web/core/l10n/dates";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {_t} from "@web/core/l10n/translation";
import {explainDate} from "../activity_date_explanation/explain_date.esm";

/** The steps of a plan before its launch: each can be changed, or left out. */
export class PlanPreviewSteps extends Component {
    static template = "crm_activity_plus.PlanPreviewSteps";
    static components = {DateTimeInput, RecordSelector};
    static props = {
        // What was changed by hand here, by step.
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
        return Boolean(step.date_deadline) && this.getDate(step) < today();
    }

    getDateLabel(step) {
        if (!step.date_deadline) {
            return _t("No date");
        }
        const first = toLocaleDateString(deserializeDate(step.date_deadline));
        if (!step.date_last) {
            return first;
        }
        const last = toLocaleDateString(deserializeDate(step.date_last));
        return _t("%(first)s to %(last)s", {first, last});
    }

    getUserLabel(step) {
        if (step.user_name) {
            return step.user_name;
        }
        return step.user_count ? _t("%s people", step.user_count) : _t("Nobody yet");
    }

    getWaitingLabel(step) {
        const steps = step.after.join(", ");
        let label = "";
        if (step.after_any) {
            label = _t("Waits for one of: %s", steps);
        } else if (steps) {
            label = _t("Waits for: %s", steps);
        }
        return label && step.after_outcomes.length
            ? _t("%(waiting)s, with the outcome %(outcomes)s", {
                  waiting: label,
                  outcomes: step.after_outcomes.join(", "),
              })
            : label;
    }

    getProblem(step) {
        if (step.state === "failed") {
            return step.reason || _t("Nobody is there to do it. Choose somebody.");
        }
        if (step.failed_count) {
            return _t(
                "Nobody is there to do it on %s of the records. Choose somebody.",
                step.failed_count
            );
        }
        return "";
    }

    getSentences(step) {
        return step.explanation ? explainDate(step.explanation) : [];
    }

    getTooltipInfo(sentences) {
        return JSON.stringify({sentences});
    }

    getLabels(step) {
        return {
            date: _t("Due date of “%(step)s”: %(date)s. Change it.", {
                step: step.summary,
                date: this.getDateLabel(step),
            }),
            reset: _t("Undo the changes of “%s”", step.summary),
            schedule: _t("Schedule “%s”", step.summary),
            user: _t("Responsible for “%(step)s”: %(user)s. Choose somebody else.", {
                step: step.summary,
                user: this.getUserLabel(step),
            }),
        };
    }
}
