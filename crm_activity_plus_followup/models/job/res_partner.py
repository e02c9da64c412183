# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class ResPartner(models.Model):
    """Customers reach levels day by day."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    @api.model
    def _cron_followup(self):
        """Find the customers who have reached a first level, end what is over, and send
        what levels send by themselves; company after company, in batches that are
        committed. Whenever it ends, nothing is done twice by the next call."""
        companies = self.env["res.company"].sudo()
        domain = self.env["mail.activity.background"]._hand_over(
            "followup", companies, [("parent_id", "=", False)]
        )
        companies.search(domain)._work_followup()
