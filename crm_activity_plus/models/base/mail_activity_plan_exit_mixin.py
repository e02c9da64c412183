# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanExitMixin(models.AbstractModel):
    """What stops a plan before it is done: chosen in the plan, and kept by its runs.

    Another addon adds an exit by three things: a field ``exit_on_<what>`` in this
    mixin, which makes it one of plans and of runs; a value ``<what>`` of
    ``stop_reason``, by ``selection_add``; and a call of ``_exit`` of
    ``mail.activity.plan.run`` when it happens.
    """

    _name = "mail.activity.plan.exit.mixin"
    _description = "What Stops a Plan"

    exit_on_won = fields.Boolean("Stop When Won", default=True)
    exit_on_lost = fields.Boolean("Stop When Lost", default=True)
    exit_on_reply = fields.Boolean("Stop When the Customer Replies")
    exit_on_meeting = fields.Boolean("Stop When a Meeting Is Booked")
    exit_domain = fields.Char(
        "Stop When Record Matches",
        help="Stop the plan on records that start to match this filter.",
    )

    @api.model
    def _get_exit_fields(self):
        """:returns: names of the fields that say what stops a plan
        :rtype: list[str]
        """
        mixin = self.env["mail.activity.plan.exit.mixin"]
        return [name for name in mixin._fields if name.startswith("exit_")]

    def _get_exit_values(self):
        """:returns: what stops the plan, for its runs"""
        self.ensure_one()
        return {name: self[name] for name in self._get_exit_fields()}
