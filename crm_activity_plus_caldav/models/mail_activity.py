# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def action_export_ical(self):
        """Download the activities as a file for calendar programs."""
        return self.env["caldav.export"]._download(self)
