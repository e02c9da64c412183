// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityTargetDialog} from "./activity_target_dialog.esm";
import {useService} from "@web/core/utils/hooks";

/**
 * Schedule activities from a page that isn't a record's: the record is chosen first.
 *
 * @param {Function} onScheduled - called when the pop-up is closed
 * @returns {Function} asks for the record
 */
export function useActivityTarget(onScheduled) {
    const dialog = useService("dialog");
    const store = useService("mail.store");
    return () =>
        dialog.add(ActivityTargetDialog, {
            onChosen: async (resModel, resIds) => {
                await store.scheduleActivity(resModel, resIds);
                await onScheduled();
            },
        });
}
