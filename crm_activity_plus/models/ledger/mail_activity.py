# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo import api, fields, models

from ...engine.columns import read_column
from ...tools.states import CLOSED_STATUSES

EVENT_BY_STATUS = {
    "new": "reopened",
    "in_progress": "started",
    "on_hold": "held",
    "done": "done",
    "cancelled": "cancelled",
}

# Changes of these are written to the ledger.
LOGGED_FIELDS = (
    "activity_type_id",
    "attempt",
    "date_deadline",
    "date_end",
    "date_start",
    "duration",
    "outcome_id",
    "res_id",
    "res_model",
    "summary",
    "user_id",
)

# What an activity of a step has by itself.
OWN_FIELDS = (
    "activity_type_id",
    "attempt",
    "outcome_id",
    "res_id",
    "res_model",
    "summary",
)


class MailActivity(models.Model):
    """What the ledger tells of activities, whoever changes them."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    log_ids = fields.Many2many(
        "mail.activity.log", string="History", compute="_compute_log_ids"
    )

    @api.depends("status", *LOGGED_FIELDS)
    def _compute_log_ids(self):
        logs = self.env["mail.activity.log"].search([("activity_ref", "in", self.ids)])
        by_activity = logs.grouped("activity_ref")
        for activity in self:
            activity.log_ids = by_activity.get(activity._origin.id, False)

    @api.model
    def _get_logged_fields(self):
        """Hook: the fields whose changes are told.

        :rtype: tuple[str]
        """
        return LOGGED_FIELDS

    def _get_logged_values(self):
        """:returns: for each activity, what the ledger keeps of it; JSON-able"""
        names = self._get_logged_fields()
        return {
            activity: {
                name: value
                for name in names
                if (value := activity._get_logged_value(name))
            }
            for activity in self.sudo()
        }

    def _get_logged_value(self, name):
        value = self[name]
        if isinstance(value, models.BaseModel):
            return value.id
        return value.isoformat() if isinstance(value, date) else value

    def _get_logged_end(self):
        """:returns: how the activity ended, for the ledger; JSON-able"""
        outcome = self.sudo().outcome_id
        return {
            "attempt": self.attempt,
            "outcome": outcome.code or False,
            "outcome_id": outcome.id,
        }

    def _log_created(self, reason):
        """Tell of new activities. The steps of a run write their own rows."""
        steps = read_column(self.sudo(), "run_line_id")
        alone = self.browse(
            id_ for id_, step_id in zip(self._ids, steps, strict=True) if not step_id
        )
        values = alone._get_logged_values()
        for status, created in alone.grouped("status").items():
            created._log("created", (False, status), reason, values)

    def _log_deleted(self, steps, reason):
        """Tell of activities that are about to be deleted.

        :param steps: the open ones among their steps, which write their own rows
        """
        alone = self - steps.activity_id.with_env(self.env)
        values = alone._get_logged_values()
        for status, activities in alone.grouped("status").items():
            activities._log("deleted", (status, False), reason, values)

    def _log_statuses(self, old_statuses, reason):
        """Tell of activities that have another status now. A step's row says that its
        activity was closed, too.

        :param dict old_statuses: the status of each activity before
        """
        alone = self.filtered(
            lambda a: a.status not in CLOSED_STATUSES or not a.sudo().run_line_id
        )
        for (old_status, status), activities in alone.grouped(
            lambda a: (old_statuses[a], a.status)
        ).items():
            event, ends = EVENT_BY_STATUS[status], None
            if old_status == "on_hold" and status not in CLOSED_STATUSES:
                event = "resumed"
            if {old_status, status} & set(CLOSED_STATUSES):
                ends = {activity: activity._get_logged_end() for activity in activities}
            activities._log(event, (old_status, status), reason, ends)

    def _log_changes(self, old_values, old_statuses, step_changes=None, reason=False):
        """Tell of what else was changed along with what was written.

        Where the activity's step has changed with it, the row is the step's, and tells
        of both.

        :param dict old_values: what the ledger keeps of each activity, before
        :param dict old_statuses: the status of each activity before
        :param dict step_changes: line -> what changed of it
        :param reason: why
        """
        rows = []
        new_values = self._get_logged_values()
        for activity in self.sudo():
            old, new = old_values[activity], new_values[activity]
            # False for what is not set: XML-RPC knows no null.
            changes = {
                name: [old.get(name, False), new.get(name, False)]
                for name in self._get_logged_fields()
                if old.get(name) != new.get(name)
            }
            line = activity.run_line_id
            if step_changes and step_changes.get(line):
                own = {n: changes.pop(n) for n in OWN_FIELDS if n in changes}
                rows.append(
                    {
                        **line._prepare_log_values("changed", line.state),
                        "activity_ref": activity.id,
                        "values": changes | step_changes[line],
                    }
                )
                changes = own
            if changes:
                status = old_statuses[activity]
                rows.append(
                    {
                        **activity._prepare_log_values("changed", (status, status)),
                        "values": changes,
                    }
                )
        self.env["mail.activity.log"]._add([{**row, "reason": reason} for row in rows])

    def _log(self, event, statuses, reason=False, values=None):
        """Add a row to the ledger for each activity.

        :param str event: one of the ledger's events
        :param tuple statuses: the old and the new status
        :param reason: why
        :param dict values: activity -> what else there is to tell
        """
        self.env["mail.activity.log"]._add(
            [
                {
                    **activity._prepare_log_values(event, statuses),
                    "reason": reason,
                    "values": values and values[activity],
                }
                for activity in self.sudo()
            ]
        )

    def _prepare_log_values(self, event, statuses):
        """Hook: the values of a ledger row about the activity.

        :param str event: one of the ledger's events
        :param tuple statuses: the old and the new status
        """
        self.ensure_one()
        old_status, new_status = statuses
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "activity_ref": self.id,
            "event": event,
            "old_status": old_status,
            "new_status": new_status,
        }
