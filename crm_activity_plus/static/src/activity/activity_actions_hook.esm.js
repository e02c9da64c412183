// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useState} from "@odoo/owl";

/**
 * What one click does with an activity; only once, however often one clicks.
 *
 * @param {Function} getActivity
 * @returns {object} reactive: ``isBusy`` while the server works
 */
export function useActivityActions(getActivity) {
    const actions = useState({
        isBusy: false,
        async run(act) {
            if (actions.isBusy) {
                return false;
            }
            actions.isBusy = true;
            try {
                return await act(getActivity());
            } finally {
                actions.isBusy = false;
            }
        },
        start: () => actions.run((activity) => activity.act("action_start")),
        resume: () => actions.run((activity) => activity.resume()),
        book: () => actions.run((activity) => activity.rescheduleMeeting()),
    });
    return actions;
}
