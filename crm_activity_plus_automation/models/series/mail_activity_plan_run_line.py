# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.fields import Command

from odoo.addons.crm_activity_plus.tools.internal import Internal


class MailActivityPlanRunLine(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _prepare_meeting_values(self, record):
        """The meeting reminds as its type says, and says which series it is of."""
        values = super()._prepare_meeting_values(record)
        if alarms := self.activity_type_id.reminder_ids:
            values["alarm_ids"] = [Command.set(alarms.ids)]
        if series := self.run_id.recurrence_id:
            values["plan_recurrence_id"] = Internal(series.id)
        return values
