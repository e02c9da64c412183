# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import split_every

from ...engine.environment import VANISHING_KEY, by_engine, is_uninstalling
from ...tools.internal import Internal
from ...tools.reasons import Reason

UNLINK_BATCH_SIZE = 1000


class IrModel(models.Model):
    _inherit = "ir.model"

    def unlink(self):
        """While an addon is uninstalled, that was done before its tables went."""
        if not is_uninstalling(self.env):
            self._end_activities()
        return super().unlink()

    def _end_activities(self):
        """These models are about to vanish, and their documents, plans and activities
        with them: close the runs, and tell the ledger, which stays."""
        names = self.mapped("model")
        reason = Reason("app_uninstalled")
        runs = by_engine(self.env["mail.activity.plan.run"])
        runs = runs.search([("res_model", "in", names)])
        runs._stop("record_deleted", reason)
        runs._forget_plans()
        activities = by_engine(self.env["mail.activity"])
        found = activities.with_context(active_test=False).search(
            [("res_model", "in", names)]
        )
        for batch in split_every(UNLINK_BATCH_SIZE, found.ids, activities.browse):
            batch._because(reason).unlink()
        plans = self.env["mail.activity.plan"].sudo()
        plans = plans.with_context(active_test=False, **{VANISHING_KEY: Internal(True)})
        plans.search([("res_model", "in", names)]).unlink()
        self.env["mail.activity.type"].sudo()._lose_models(self)
        # Core goes on behind the ORM's back.
        self.env.flush_all()
