# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...engine import undo
from ...engine.environment import by_engine
from ...engine.reasons import tell_fresh_reasons
from ...tools.reasons import Reason


class MailActivityPlanRun(models.Model):
    """Runs are taken back, as if they had never been launched."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    launch_id = fields.Many2one(
        "mail.activity.plan.launch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The launch that this plan was launched with.",
    )
    stop_reason = fields.Selection(
        selection_add=[("undone", "The launch was undone")],
        ondelete={"undone": "set null"},
    )

    @api.model
    def _get_stop_reasons(self):
        """Only what nothing was done of is undone: see :meth:`undo`."""
        return [reason for reason in super()._get_stop_reasons() if reason != "undone"]

    def undo(self):
        """Take the runs back: they end, and their activities are deleted. Their history
        stays. Those of which something was done are left as they are.

        :returns: ``{"undone": [..], "kept": [{"run_id": .., "res_id": .., "reason":
            ".."}]}``
        :rtype: dict
        :raises AccessError: the user may not read one of them
        """
        self.check_access("read")
        # An id that is sent twice is done once.
        runs = self.union()
        forbidden = runs._filter_document_forbidden("write")
        allowed = by_engine(runs - forbidden)
        undone = undo.undo(allowed)
        reasons = dict.fromkeys(forbidden.ids, Reason("undo_forbidden"))
        left = allowed - undone
        reasons |= {run.id: why for run, why in undo.get_refusals(left).items()}
        told = tell_fresh_reasons(self.env, reasons.values())
        told = dict(zip(reasons, told, strict=True))
        return {
            "undone": undone.ids,
            "kept": [
                {"run_id": run.id, "res_id": run.res_id, "reason": told[run.id]}
                for run in runs
                if run.id in told
            ],
        }
