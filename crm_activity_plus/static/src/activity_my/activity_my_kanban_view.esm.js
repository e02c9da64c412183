// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {RelationalModel} from "@web/model/relational_model/relational_model";
import {_t} from "@web/core/l10n/translation";
import {mailActivityMyKanbanView} from "@mail/views/web/kanban/mail_activity_my_kanban_view";
import {registry} from "@web/core/registry";
import {useActivityTarget} from "./activity_target_hook.esm";
import {useMarkDoneButton} from "./mark_done_button_hook.esm";

// What takes an activity to a column without asking anything.
const METHOD_BY_STATUS = {
    new: "action_set_new",
    in_progress: "action_start",
};
// What asks first: for the outcome, and how long to wait.
const ACTION_BY_STATUS = {
    done: "crm_activity_plus.mail_activity_bulk_action_done",
    on_hold: "crm_activity_plus.mail_activity_bulk_action_hold",
    cancelled: "crm_activity_plus.mail_activity_bulk_action_cancel",
};
const CLOSED_STATUSES = ["done", "cancelled"];

export class ActivityMyDynamicGroupList extends RelationalModel.DynamicGroupList {
    /**
     * Dragging an activity to another status does what the engine does on a click; the
     * status itself can't be written.
     *
     * @override
     */
    async moveRecord(dataRecordId, dataGroupId, refId, targetGroupId) {
        const isBetween = dataGroupId !== targetGroupId;
        if (this.groupByField?.name !== "status" || !isBetween) {
            return super.moveRecord(...arguments);
        }
        const source = this.groups.find((group) => group.id === dataGroupId);
        const target = this.groups.find((group) => group.id === targetGroupId);
        const record = source.list.records.find((r) => r.id === dataRecordId);
        if (record) {
            await this.model.moveToStatus(record, target.value);
        }
    }
}

export class ActivityMyKanbanModel extends RelationalModel {
    static services = [...RelationalModel.services, "action"];
    static DynamicGroupList = ActivityMyDynamicGroupList;

    setup(params, services) {
        super.setup(...arguments);
        this.action = services.action;
        this.isMoving = false;
    }

    /**
     * @param {object} record - an activity
     * @param {string} status - where it was dropped
     */
    async moveToStatus(record, status) {
        if (this.isMoving) {
            return;
        }
        if (CLOSED_STATUSES.includes(record.data.status)) {
            this.notification.add(
                _t("A closed activity can't be reopened. Schedule a new one instead."),
                {type: "warning"}
            );
            return;
        }
        this.isMoving = true;
        try {
            if (METHOD_BY_STATUS[status]) {
                await this.orm.call(record.resModel, METHOD_BY_STATUS[status], [
                    [record.resId],
                ]);
            } else {
                await this.askAndMove(record, status);
            }
        } finally {
            this.isMoving = false;
            await this.root.load();
        }
    }

    askAndMove(record, status) {
        return new Promise((resolve, reject) => {
            this.action
                .doAction(ACTION_BY_STATUS[status], {
                    additionalContext: {
                        active_model: record.resModel,
                        active_ids: [record.resId],
                        active_id: record.resId,
                    },
                    onClose: resolve,
                })
                .catch(reject);
        });
    }
}

export class ActivityMyKanbanController extends mailActivityMyKanbanView.Controller {
    setup() {
        super.setup();
        this.askTarget = useActivityTarget(() => this.model.root.load());
        useMarkDoneButton(() => this.model.root.load());
    }

    /** An activity is assigned from here, on a record that is chosen first. */
    async createRecord() {
        this.askTarget();
    }
}

export class ActivityMyKanbanRenderer extends mailActivityMyKanbanView.Renderer {
    /** Other groups, such as the user, can be written as usual. */
    get canMoveRecords() {
        if (this.props.list.groupByField?.name === "status") {
            return this.canResequenceRecords;
        }
        return super.canMoveRecords;
    }
}

export const activityMyKanbanView = {
    ...mailActivityMyKanbanView,
    Controller: ActivityMyKanbanController,
    Model: ActivityMyKanbanModel,
    Renderer: ActivityMyKanbanRenderer,
};

registry.category("views").add("activity_my_kanban", activityMyKanbanView);
