# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailActivityPlanRunLine(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _cancel_meetings(self):
        """The meetings that these steps booked by themselves don't take place: their
        runs were stopped, though booking them was done."""
        booked = self.calendar_event_id
        if not booked:
            return
        run_ids = set(self.run_id._ids)
        series = booked.recurrence_id.calendar_event_ids.filtered(
            lambda event: event.booked_run_ref in run_ids
        )
        (booked | series)._cancel_for({(line.res_model, line.res_id) for line in self})
