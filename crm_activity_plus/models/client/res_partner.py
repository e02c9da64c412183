# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.arguments import Arguments


class ResPartner(models.Model):
    _inherit = "res.partner"

    document_activity_count = fields.Integer(
        "All Activities",
        compute="_compute_document_activity_counts",
        groups="base.group_user",
        help="Open and closed activities on the contact and on all of its documents.",
    )
    document_activity_open_count = fields.Integer(
        "All Open Activities",
        compute="_compute_document_activity_counts",
        groups="base.group_user",
    )

    def _compute_document_activity_counts(self):
        """Those of people count for their company, too. Only what the user may see is
        counted."""
        self.document_activity_count = 0
        self.document_activity_open_count = 0
        if not self.ids:
            return
        families = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        mine = set(self._ids)
        for partner, status, count in (
            self.env["mail.activity"]
            .with_context(active_test=False)
            ._read_group(
                [("partner_id", "in", families.ids)],
                ["partner_id", "status"],
                ["__count"],
            )
        ):
            is_open = status not in ("done", "cancelled")
            while partner:
                if partner.id in mine:
                    partner.document_activity_count += count
                    partner.document_activity_open_count += count if is_open else 0
                partner = partner.parent_id

    @api.readonly
    def action_view_document_activities(self):
        """Open the activities on the contact and on all of its documents."""
        Arguments(self.env).check_single(self)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_activity_plus.mail_activity_action_partner"
            ),
            "display_name": self.env._(
                "Activities of %(partner)s", partner=self.display_name
            ),
            "domain": list(Domain("partner_id", "child_of", self.id)),
        }
