# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("email_new_tasks", "Email Customers about Tasks"), ("code",)],
        ondelete={"email_new_tasks": "cascade"},
    )

    @api.model
    def _get_batched_states(self):
        return super()._get_batched_states() | {"email_new_tasks"}

    @api.depends("state")
    def _compute_available_model_ids(self):
        own = self.filtered(lambda action: action.state == "email_new_tasks")
        if own:
            own.available_model_ids = self.env["ir.model"]._get("project.task").ids
        return super(IrActionsServer, self - own)._compute_available_model_ids()

    def _run_action_email_new_tasks_multi(self, eval_context=None):
        """One email for each project that wants it: whoever is its customer hears of
        all tasks, but not of their own."""
        tasks = self._get_action_records(eval_context).sudo()
        tasks = tasks.filtered(lambda task: not task.has_template_ancestor)
        mails = []
        for project, own in tasks.grouped("project_id").items():
            partner = project.partner_id
            told = project.is_customer_told_tasks and not project.is_template
            customers = partner | partner.commercial_partner_id
            told = told and partner.email_normalized
            if told and self.env.user.partner_id not in customers:
                mails.append(project._prepare_task_email(own))
        if mails:
            self.env["mail.mail"].sudo().create(mails)
            self.env["mail.mail"].with_context(
                mail_notify_force_send=False
            )._send_soon()
        return False
