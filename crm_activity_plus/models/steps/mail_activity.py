# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.environment import by_engine


class MailActivity(models.Model):
    """Closing an activity closes its step."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _close_steps(self, transition, reason=False):
        """Close the steps of activities that were closed, or try them again.

        :param transition: that of the steps' runs
        :param reason: why the activities were closed
        """
        activities = by_engine(self).filtered("run_line_id")
        for (status, outcome), closed in activities.grouped(
            lambda a: (a.status, a.outcome_id)
        ).items():
            transition.end(closed.run_line_id, status, outcome, reason)
