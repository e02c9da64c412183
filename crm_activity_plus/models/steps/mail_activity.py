# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivity(models.Model):
    """Closing an activity closes its step."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _close_steps(self, status, transition):
        """Close the steps of activities that were closed, or try them again.

        :param str status: that of the activities now
        :param transition: that of the steps' runs
        """
        for outcome, activities in self.sudo().grouped("outcome_id").items():
            steps = activities.run_line_id
            transition.end(steps, status, outcome, self._get_reason())
