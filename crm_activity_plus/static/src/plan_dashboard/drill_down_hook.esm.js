// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useService} from "@web/core/utils/hooks";

/**
 * Open the records behind a number, in the views of an action, and with nothing else that
 * it would filter by.
 *
 * @returns {Function}
 */
export function useDrillDown() {
    const actionService = useService("action");
    return async (xmlId, name, domain, types = false) => {
        const action = await actionService.loadAction(xmlId);
        const views = action.views.filter(([, type]) => !types || types.includes(type));
        await actionService.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: action.res_model,
            views,
            search_view_id: action.search_view_id,
            domain,
            context: {create: false},
        });
    };
}
