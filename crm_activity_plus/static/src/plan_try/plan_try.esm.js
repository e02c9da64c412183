// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {PlanTryStep} from "./plan_try_step.esm";
import {PlanWalk} from "./plan_walk.esm";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {STATE_LABEL} from "../run_timeline/step_style.esm";
import {_t} from "@web/core/l10n/translation";
import {formatWeekday} from "../dates/dates.esm";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const END_LABEL = {
    done: _t("The plan is done."),
    failed: _t("The plan has failed: nothing was done."),
};

/** Walk through a plan on a record, without launching it. */
export class PlanTry extends Component {
    static template = "crm_activity_plus.PlanTry";
    static components = {DateTimeInput, PlanTryStep, RecordSelector};
    static props = {...standardActionServiceProps};
    static displayName = _t("Try it");

    setup() {
        const {plan_id: planId, graph} = this.props.action.params;
        this.walk = useState(new PlanWalk(useService("orm"), planId, graph));
        this.userDomain = [["share", "=", false]];
        this.root = useRef("root");
        // Steps that were opened or closed beside the one whose turn it is.
        this.opened = useState({});
        onWillStart(() => this.walk.load());
        useEffect(
            (count) => {
                // Whoever works with the keyboard goes on where the plan does.
                if (count !== undefined && this.hasChosen) {
                    this.focusNext();
                }
            },
            () => [this.walk.told?.next, this.walk.choices.length]
        );
    }

    get canGoBack() {
        return this.walk.choices.length > 0 && !this.walk.isBusy;
    }

    get planDate() {
        const {plan_date: day} = this.walk.request;
        return day ? deserializeDate(day) : false;
    }

    /** @returns {string} why nothing can be tried */
    get refusal() {
        const {start, told, request} = this.walk;
        if (!request.res_id) {
            return start.reason || _t("Choose a record to try the plan on.");
        }
        return told?.skip_reason || "";
    }

    /** @returns {string} how the plan ends, or an empty text */
    get end() {
        const {state, end_reason: reason} = this.walk.told || {};
        if (state === "stopped") {
            return _t("The plan is stopped: %s", reason);
        }
        return state in END_LABEL ? END_LABEL[state].toString() : "";
    }

    /** @returns {{key: number, text: string}[]} what the last choice changed */
    get changes() {
        const {told} = this.walk;
        const names = Object.fromEntries(
            told.steps.map(({code, summary}) => [code, summary])
        );
        return told.changes.map(({code, state, outcome}, key) => ({
            key,
            text: [
                names[code],
                [STATE_LABEL[state], outcome].filter(Boolean).join(", "),
            ]
                .map(String)
                .join(": "),
        }));
    }

    get day() {
        return formatWeekday(this.walk.told.date);
    }

    isOpen(step) {
        return this.opened[step.code] ?? step.code === this.walk.told.next;
    }

    toggle(step) {
        this.opened[step.code] = !this.isOpen(step);
    }

    async move(promise) {
        this.hasChosen = true;
        await promise;
        for (const code of Object.keys(this.opened)) {
            delete this.opened[code];
        }
    }

    choose(choice) {
        return this.walk.isBusy ? undefined : this.move(this.walk.choose(choice));
    }

    back() {
        return this.canGoBack ? this.move(this.walk.back()) : undefined;
    }

    restart() {
        return this.move(this.walk.restart());
    }

    chooseRecord(resId) {
        return this.walk.restart({res_id: resId || false});
    }

    chooseUser(userId) {
        return this.walk.restart({responsible_id: userId || this.walk.start.user.id});
    }

    choosePlanDate(date) {
        return this.walk.restart({plan_date: date ? serializeDate(date) : false});
    }

    focusNext() {
        const target =
            this.root.el?.querySelector(".o_plan_try_step.o_next button.o_toggle") ||
            this.root.el?.querySelector(".o_plan_try_end");
        target?.focus();
        target?.scrollIntoView({block: "nearest"});
    }
}

registry.category("actions").add("crm_activity_plus.plan_try", PlanTry);
