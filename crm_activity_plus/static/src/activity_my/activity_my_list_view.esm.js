// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {archiveDisabledListView} from "@mail/views/web/list/archive_disabled_list_view";
import {registry} from "@web/core/registry";
import {useActivityTarget} from "./activity_target_hook.esm";

export class ActivityMyListController extends archiveDisabledListView.Controller {
    setup() {
        super.setup();
        this.askTarget = useActivityTarget(() => this.model.root.load());
    }

    /** An activity is assigned from here, on a record that is chosen first. */
    async createRecord() {
        this.askTarget();
    }
}

export const activityMyListView = {
    ...archiveDisabledListView,
    Controller: ActivityMyListController,
};

registry.category("views").add("activity_my_list", activityMyListView);
