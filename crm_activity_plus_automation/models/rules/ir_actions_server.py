# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import SUPERUSER_ID, api, models

from odoo.addons.crm_activity_plus.tools.internal import read_internal

from .base_automation import BATCH_KEY


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def run(self):
        """An automation rule runs its actions on all of its records at once: see
        ``base.automation``."""
        batch = read_internal(self.env.context, BATCH_KEY)
        if batch is None:
            return super().run()
        for action in self:
            batch.add(action, self.env.context["active_id"])
        return False

    @api.model
    def _get_batched_states(self):
        """Hook: what can be run on many records at once, and comes to the same.

        :rtype: set
        """
        return {"complete_activity", "launch_plan", "mail_post"}

    @api.depends("state")
    def _compute_available_model_ids(self):
        """Emails can be sent about the steps of plans, too."""
        result = super()._compute_available_model_ids()
        for action in self.filtered(lambda action: action.state == "mail_post"):
            action.available_model_ids |= self.env["ir.model"]._get(
                "mail.activity.plan.run.line"
            )
        return result

    def _run_action_mail_post_multi(self, eval_context=None):
        """Core sends one email after the other."""
        ids = self.env.context.get("active_ids") or []
        is_batch = (
            self.mail_post_method == "email" and self.template_id and len(ids) > 1
        )
        if not is_batch or self._is_recompute():
            return super()._run_action_mail_post_multi(eval_context=eval_context)
        context = dict(self.env.context)
        context.pop("default_type", None)
        context.pop("default_parent_id", None)
        template = self.template_id.with_env(self.env(context=context))
        template.send_mail_batch(ids, force_send=False, raise_exception=False)
        return False

    def _split_by_launcher(self, records):
        """Nobody's plan bears the name of a visitor of the website, nor that of OdooBot
        where a form or an email has created the record: it is the salesperson's, or
        else the team leader's."""
        user = self.env.user
        if user._is_internal() and not user._is_superuser():
            return super()._split_by_launcher(records)
        plan, by_user = self.activity_plan_id.sudo(), defaultdict(records.browse)
        for record in records:
            by_user[self._find_launcher(plan, record)] |= record
        return [
            self._as_launcher(launcher, own)
            if launcher
            else own.with_user(SUPERUSER_ID)
            for launcher, own in by_user.items()
        ]

    @api.model
    def _as_launcher(self, user, records):
        """:returns: records as a user works with them, in all of the companies"""
        companies = user.sudo().company_id | user.sudo().company_ids
        context = {"allowed_company_ids": companies.ids, "lang": user.sudo().lang}
        return records.with_env(self.env(user=user.id, context=context, su=False))

    @api.model
    def _find_launcher(self, plan, record):
        """:returns: whose name the launch on a record bears, or none"""
        record = record.sudo()
        for role in ("salesperson", "team_leader"):
            user = plan._find_user_by_role(role, record)
            if user and user._is_internal():
                return user.sudo(False)
        return self.env["res.users"]
