# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivity(models.Model):
    """What is said of an activity whose history lies in a file."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _describe_archive(self):
        """:returns: a row of the history that says where the older ones are, or none;
        see ``get_history``; JSON-able"""
        self.ensure_one()
        # Whoever may read the activity may read its history: see get_history.
        run = self.sudo().run_id
        archive = run.log_archive_id
        if not archive:
            return []
        return [
            {
                "id": 0,
                "date": fields.Datetime.to_string(archive.create_date),
                "user": archive.create_uid.name or False,
                "event": self.env._("Archived"),
                "old_status": False,
                "new_status": False,
                "outcome": False,
                "reason": run.with_env(self.env).sudo().archive_note,
                "changes": [],
            }
        ]
