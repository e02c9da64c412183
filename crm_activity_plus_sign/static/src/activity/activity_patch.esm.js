// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Activity} from "@mail/core/web/activity";
import {ActivityInfo} from "@crm_activity_plus/activity_info/activity_info.esm";
import {ActivityListPopoverItem} from "@mail/core/web/activity_list_popover_item";
import {patch} from "@web/core/utils/patch";

patch(ActivityInfo.prototype, {
    get hasContent() {
        return super.hasContent || Boolean(this.props.activity.signature);
    },

    onClickSignature() {
        this.props.onLeave?.();
        return this.props.activity.openSignature();
    },
});

patch(Activity.prototype, {
    async onClickRequestSignature() {
        const {thread} = this;
        const {activity} = this.props;
        if (await this.actions.work.run(() => activity.requestSignature())) {
            this.props.onActivityChanged(thread);
        }
    },
});

patch(ActivityListPopoverItem.prototype, {
    async onClickRequestSignature() {
        const {activity, onActivityChanged, onClickEditActivityButton} = this.props;
        onClickEditActivityButton?.();
        if (await activity.requestSignature()) {
            onActivityChanged?.();
        }
    },
});
