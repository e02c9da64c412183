// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useOneAtATime} from "../one_at_a_time/one_at_a_time.esm";

/**
 * What one click does with an activity.
 *
 * @param {Function} getActivity
 * @returns {object} ``work``, which is busy while the server is asked, and the actions
 */
export function useActivityActions(getActivity) {
    const work = useOneAtATime();
    return {
        work,
        start: () => work.run(() => getActivity().act("action_start")),
        resume: () => work.run(() => getActivity().resume()),
        book: () => work.run(() => getActivity().rescheduleMeeting()),
    };
}
