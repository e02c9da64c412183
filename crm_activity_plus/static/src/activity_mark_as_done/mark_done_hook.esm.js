// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {usePopover} from "@web/core/popover/popover_hook";
import {useService} from "@web/core/utils/hooks";

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
    const orm = useService("orm");
    const store = useService("mail.store");
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
        const args = [[activityId]];
        store.insert(await orm.call("mail.activity", "activity_format", args));
        popover.open(target, {
            activity: store["mail.activity"].get(activityId),
            hasHeader: true,
            onActivityChanged: onChanged,
        });
    };
}
