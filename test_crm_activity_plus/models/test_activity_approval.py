# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class TestActivityApproval(models.Model):
    """Somebody outside is asked, and answers some day."""

    _name = "test.activity.approval"
    _description = "Approval That a Step Waits for"

    line_id = fields.Many2one(
        "mail.activity.plan.run.line", required=True, ondelete="cascade"
    )

    def _answer(self, outcome=None, reason=None):
        self.line_id._finish_action(outcome, reason)

    def _refuse(self, reason=None):
        self.line_id._finish_action(reason=reason, failed=True)
