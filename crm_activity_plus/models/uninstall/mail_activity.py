# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivity(models.Model):
    """What becomes of activities whose type goes with an addon."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _replace_type(self, activity_type):
        """Give the activities, of any status, another type: theirs is about to be
        deleted. Whether their outcomes are those of the new type is no question."""
        old_values, statuses = self._get_logged_values(), self._get_statuses()
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_activity SET activity_type_id = %s WHERE id = ANY(%s)",
            [activity_type.id, self.ids],
        )
        self.invalidate_recordset()
        self._log_changes(old_values, statuses)
