// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {archiveDisabledListView} from "@mail/views/web/list/archive_disabled_list_view";
import {registry} from "@web/core/registry";
import {useActivityTarget} from "./activity_target_hook.esm";
import {useMarkDoneButton} from "./mark_done_button_hook.esm";

export class ActivityMyListController extends archiveDisabledListView.Controller {
    setup() {
        super.setup();
        this.askTarget = useActivityTarget(() => this.model.root.load());
        useMarkDoneButton(
            () => this.model.root.load(),
            () => this.beforeExecuteActionButton({})
        );
    }

    /** An activity is assigned from here, on a record that is chosen first. */
    async createRecord() {
        this.askTarget();
    }

    /** @override What has a button in the bar isn't in its menu, too. */
    get actionMenuItems() {
        const items = super.actionMenuItems;
        const shown = this.archInfo.headerButtons.map(
            ({clickParams}) => clickParams.type === "action" && Number(clickParams.name)
        );
        return {...items, action: items.action.filter(({id}) => !shown.includes(id))};
    }
}

export const activityMyListView = {
    ...archiveDisabledListView,
    Controller: ActivityMyListController,
};

registry.category("views").add("activity_my_list", activityMyListView);
