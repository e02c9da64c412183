# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.versions import REMOVED


class MailActivityPlanRunLine(models.Model):
    """Steps that a later version of the plan no longer has."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _is_removed(self):
        """:returns: whether the step was skipped because the plan no longer has it"""
        self.ensure_one()
        return self.state == "skipped" and self.reason_code == REMOVED
