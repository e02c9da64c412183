# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlanRunLine(models.Model):
    """Steps whose outcome leads to an exit."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _get_exit_after(self, outcome):
        """Hook: what would stop the run, as soon as the step's record is changed as an
        outcome says.

        :returns: a value of ``stop_reason``, or False
        """
        self.ensure_one()
        return False
