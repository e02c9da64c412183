# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanRun(models.Model):
    _inherit = "mail.activity.plan.run"

    recurrence_id = fields.Many2one(
        "mail.activity.plan.recurrence",
        string="Recurring Visits",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    stop_reason = fields.Selection(
        selection_add=[("recurrence", "The recurring visits ended")],
        ondelete={"recurrence": "set null"},
    )

    def _post_launch_notes(self):
        """A record has one note about all visits of a series: see
        :class:`~...engine.announcer.Announcer`."""
        once = self.filtered(lambda run: not run.recurrence_id)
        return super(MailActivityPlanRun, once)._post_launch_notes()
