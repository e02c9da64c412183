# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class TestActivityDocument(models.Model):
    """A document without anything that CRM knows."""

    _name = "test.activity.document"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Document with Activities"

    name = fields.Char(required=True)
    keeper_id = fields.Many2one("res.users")
    is_dissolved = fields.Boolean()

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_dissolved"):
            self.env["mail.activity.plan.run"]._exit(self, "dissolved", "At last")
        return result

    def activity_schedule(self, *args, **kwargs):
        """What is scheduled here says where it comes from."""
        for document in self:
            kwargs.setdefault("origin", document.name)
        return super().activity_schedule(*args, **kwargs)
