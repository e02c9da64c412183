// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {useActivityDialog} from "../activity_dialog/activity_dialog.esm";
import {usePopover} from "@web/core/popover/popover_hook";

/**
 * Ask how an activity ended, in the chatter's own pop-up: for screens that know no more
 * of it than its id.
 *
 * @param {Function} onChanged - called when it was marked done, or somebody else was
 *     faster
 * @returns {Function} opens the pop-up, or closes the one that is open; gets the element
 *     beside which it opens, and the id
 */
export function useMarkDone(onChanged) {
    const {load} = useActivityDialog(onChanged);
    const popover = usePopover(ActivityMarkAsDone, {
        extendedFlipping: true,
        popoverClass: "o_activity_popover",
        position: "bottom-start",
    });
    return async (target, activityId) => {
        if (popover.isOpen) {
            popover.close();
            return;
        }
        const activity = await load(activityId);
        if (activity) {
            popover.open(target, {
                activity,
                hasHeader: true,
                onActivityChanged: onChanged,
            });
        }
    };
}
