// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Shows the reminders of activities that the server sends. */
export const activityReminderService = {
    dependencies: ["action", "bus_service", "notification"],

    start(env, {action, bus_service: bus, notification}) {
        function open({res_model: resModel, res_id: resId}) {
            return action.doAction({
                type: "ir.actions.act_window",
                res_model: resModel,
                res_id: resId,
                views: [[false, "form"]],
            });
        }

        bus.subscribe("activity_reminder", (reminder) => {
            const {name, message, title, is_missed: isMissed} = reminder;
            const close = notification.add([name, message].filter(Boolean).join("\n"), {
                title,
                type: isMissed ? "danger" : "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: async () => {
                            close();
                            await open(reminder);
                        },
                    },
                ],
            });
        });
        bus.start();
    },
};

registry.category("services").add("activity_reminders", activityReminderService);
