# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def action_export_ical(self):
        """Download the activities as a file for calendar programs."""
        return self.env["caldav.export"]._download(self)

    @api.model
    def action_export_ical_filter(self, domain):
        """Download all activities that a filter finds.

        :param list domain: the filter
        """
        return self.env["caldav.export"]._download_found(self, domain)
