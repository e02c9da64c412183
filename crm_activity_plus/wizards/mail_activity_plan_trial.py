# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MailActivityPlanTrial(models.TransientModel):
    """What a plan would do on a record: nothing is launched.

    Its fields are those of the pop-up that launches plans, so that the same preview
    shows them.
    """

    _name = "mail.activity.plan.trial"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Activity Plan Trial"

    plan_id = fields.Many2one(
        "mail.activity.plan", required=True, readonly=True, ondelete="cascade"
    )
    res_model = fields.Char(compute="_compute_res_model")
    res_id = fields.Many2oneReference(
        "Record",
        model_field="res_model",
        compute="_compute_res_id",
        store=True,
        readonly=False,
    )
    res_ids = fields.Char(compute="_compute_res_ids")
    plan_date = fields.Date(default=fields.Date.context_today)
    plan_on_demand_user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    has_user_on_demand = fields.Boolean(related="plan_id.has_user_on_demand")
    plan_overrides = fields.Json()
    plan_left_out = fields.Json()
    plan_preview = fields.Json(compute="_compute_plan_preview")

    @api.depends("plan_id")
    def _compute_res_model(self):
        for trial in self:
            trial.res_model = trial.plan_id.res_model

    @api.depends("plan_id")
    def _compute_res_id(self):
        """Begin with the latest record: whoever tries wants to see something."""
        for trial in self:
            trial.res_id = False
            if trial.res_model in self.env:
                records = self.env[trial.res_model]
                if records.has_access("read"):
                    trial.res_id = records.search([], order="id DESC", limit=1).id

    @api.depends("res_id")
    def _compute_res_ids(self):
        for trial in self:
            trial.res_ids = str([trial.res_id] if trial.res_id else [])

    def _compute_plan_preview(self):
        """The client asks for it itself."""
        self.plan_preview = False
