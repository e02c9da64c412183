# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.environment import is_uninstalling
from ...tools.reasons import Reason
from ...tools.states import OPEN_RUN_STATES


class MailActivityMixin(models.AbstractModel):
    """Archiving a record, changing it so that it meets an exit condition, or deleting
    it stops its plans."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.mixin"

    def write(self, vals):
        result = super().write(vals)
        self._exit_plan_runs(vals)
        return result

    def _exit_plan_runs(self, vals):
        """Stop the runs that what was just written ends.

        :param dict vals: what was written
        """
        if not vals.get(self._active_name or "active", True):
            self._stop_archived_runs()
        plans = self.env["mail.activity.plan"]
        if self._name in plans._get_watched_models("exit_domain"):
            self._get_plan_runs(
                [("state", "in", OPEN_RUN_STATES), ("exit_domain", "!=", False)]
            )._stop_where_met()

    def _stop_archived_runs(self):
        runs = self.env["mail.activity.plan.run"]
        runs._exit(self, "lost", Reason("record_archived"))

    def unlink(self):
        """Deleting the record's activities stops its runs: see ``mail.activity``. Only
        runs of steps that do themselves have none."""
        runs = self.env["mail.activity.plan.run"].sudo()
        # While an addon is uninstalled, the engine's tables may be gone already.
        if not is_uninstalling(self.env):
            plans = self.env["mail.activity.plan"]
            if self._name in plans._get_watched_models("automatic_steps"):
                runs = self._get_plan_runs([("state", "in", OPEN_RUN_STATES)])
        result = super().unlink()
        runs._advance()
        return result
