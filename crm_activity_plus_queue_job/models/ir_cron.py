# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from time import monotonic

from odoo import api, models

from odoo.addons.crm_activity_plus.tools.internal import read_internal

# Until when a job goes on, on the clock that only goes forward.
JOB_END_KEY = "crm_activity_plus_job_end"


class IrCron(models.Model):
    """In a job, the work asks for the time that is left as in a scheduled action."""

    _inherit = "ir.cron"

    @api.model
    def _commit_progress(self, processed=0, **kwargs):
        time_left = super()._commit_progress(processed, **kwargs)
        end = read_internal(self.env.context, JOB_END_KEY)
        return time_left if end is None else max(min(time_left, end - monotonic()), 0)
