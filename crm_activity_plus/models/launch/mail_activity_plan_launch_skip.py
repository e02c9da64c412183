# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanLaunchSkip(models.Model):
    """A record that a launch in the background skipped, and why.

    A row each: what a long launch has skipped so far is not written again with every
    batch. The reason has the name of the record, so that nobody reads the rows by
    themselves: see ``skipped`` of the launch.
    """

    _name = "mail.activity.plan.launch.skip"
    _inherit = ["mail.activity.reason.mixin", "mail.activity.bulk.mixin"]
    _description = "Record Skipped by a Launch"
    _order = "id"
    _rec_name = "reason"
    _log_access = False

    launch_id = fields.Many2one(
        "mail.activity.plan.launch",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # No foreign key: the record may never have been there.
    res_id = fields.Integer("Record", required=True, readonly=True)
    reason = fields.Char(compute="_compute_reason", search="_search_reason")
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason_text = fields.Char(readonly=True)
