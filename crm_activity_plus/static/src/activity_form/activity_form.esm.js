// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useComponent, useState} from "@odoo/owl";
import {useAutofocus} from "@web/core/utils/hooks";
import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

/** The props of a component that uses {@link useActivityForm}. */
export const activityFormProps = {
    activity: Object,
    close: {type: Function, optional: true},
    hasHeader: {type: Boolean, optional: true},
    // Called once it is done.
    onChanged: Function,
};

/**
 * A small form that does one thing with an activity, and asks why. Where the server
 * refuses, the form stays, with what was typed, and says so.
 *
 * @param {string} method - of ``mail.activity``; gets the ``reason``
 * @param {object} [options]
 * @param {boolean} [options.isClosing] - whether the activity is closed by it
 * @returns {object} reactive: ``reason``, ``refusal``, ``work.isBusy``, and ``submit``,
 * which takes the method's other arguments
 */
export function useActivityForm(method, {isClosing = false} = {}) {
    const component = useComponent();
    const form = useState({
        reason: "",
        refusal: "",
        work: useOneAtATime(),
        submit: (kwargs = {}) =>
            form.work.run(async () => {
                const {activity, close, onChanged} = component.props;
                const {refusal} = await activity.request(method, {
                    ...kwargs,
                    reason: form.reason.trim() || false,
                });
                form.refusal = refusal;
                if (!refusal) {
                    activity.tellOtherTabs();
                    close?.();
                    if (isClosing) {
                        activity.leaveScreen();
                    }
                    onChanged();
                }
            }),
    });
    return form;
}

/** The frame of such a form: its title, the refusal and the reason, then its slot. */
export class ActivityForm extends Component {
    static template = "crm_activity_plus.ActivityForm";
    static props = {
        class: String,
        // What useActivityForm returns.
        form: Object,
        hasHeader: {type: Boolean, optional: true},
        // Called when Enter is pressed in the reason.
        onEnter: {type: Function, optional: true},
        slots: Object,
        title: String,
    };

    setup() {
        useAutofocus({refName: "reason", mobile: false});
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && this.props.onEnter) {
            ev.preventDefault();
            this.props.onEnter();
        }
    }
}
