// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useEnv, useSubEnv} from "@odoo/owl";
import {useActivityDialog} from "../activity_dialog/activity_dialog.esm";

const BUTTON = "action_ask_outcome";

/**
 * Mark Done on one activity of a list or a board asks as it does in the chatter: by a
 * button for each outcome, which says what follows.
 *
 * It is for a controller, after ``useViewButtons``.
 *
 * @param {Function} onDone
 * @param {Function} [save] - resolves to whether nothing is left that was typed only
 */
export function useMarkDoneButton(onDone, save = () => true) {
    const {onClickViewButton} = useEnv();
    const {ask} = useActivityDialog(onDone);
    useSubEnv({
        async onClickViewButton(params) {
            if (params.clickParams.name !== BUTTON) {
                return onClickViewButton(params);
            }
            if ((await save()) !== false) {
                await ask("done", params.getResParams().resId);
            }
        },
    });
}
