# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.arguments import Arguments


class MailActivityPlan(models.Model):
    """How plans are shown in forms."""

    _inherit = "mail.activity.plan"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Steps open in a form of their own, in the forms of other applications too: a
        line hasn't got the room for what a step says."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for lines in arch.xpath("//field[@name='template_ids']/list[@editable]"):
            del lines.attrib["editable"]
        return arch, view

    def action_try(self):
        """Show what the plan would do on a record, without launching it."""
        Arguments(self.env).check_single(self)
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "crm_activity_plus.plan_try",
            "name": self.env._("Try “%s”", self.name),
            "target": "new",
            "params": {"plan_id": self.id},
            "context": {"dialog_size": "extra-large"},
        }
