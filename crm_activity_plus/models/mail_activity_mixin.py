# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .engine_env import by_engine, is_uninstalling
from .mail_activity_plan_run import OPEN_STATES


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def write(self, vals):
        old_partners = {}
        if set(self._mail_get_partner_fields()) & vals.keys():
            old_partners = self.sudo()._mail_get_partners()
        result = super().write(vals)
        if old_partners:
            partners = self.sudo()._mail_get_partners()
            self.filtered(
                lambda record: partners[record.id] != old_partners[record.id]
            )._update_activity_partners()
        self._exit_plan_runs(vals)
        return result

    def _write_multi(self, vals_list):
        """A customer that is computed, such as the one of a task, is written here
        only."""
        super()._write_multi(vals_list)
        names = {
            name
            for name in self._mail_get_partner_fields()
            if self._fields[name].compute
        }
        if names:
            self.browse(
                record.id
                for record, vals in zip(self, vals_list, strict=True)
                if names & vals.keys()
            )._update_activity_partners()

    def _exit_plan_runs(self, vals):
        """Stop the runs that what was just written ends.

        :param dict vals: what was written
        """
        if not vals.get(self._active_name or "active", True):
            self._stop_archived_runs()
        plans = self.env["mail.activity.plan"]
        if self._name in plans._get_watched_models("exit_domain"):
            self._get_plan_runs(
                [("state", "in", OPEN_STATES), ("exit_domain", "!=", False)]
            )._stop_where_met()

    def _stop_archived_runs(self):
        self._get_plan_runs(
            [("state", "in", OPEN_STATES), ("exit_on_lost", "=", True)]
        )._stop("lost", self.env._("The record was archived."))

    def unlink(self):
        """Deleting the record's activities stops its runs: see ``mail.activity``. Only
        runs of steps that do themselves have none."""
        runs = self.env["mail.activity.plan.run"].sudo()
        # While an addon is uninstalled, the engine's tables may be gone already.
        if not is_uninstalling(self.env):
            plans = self.env["mail.activity.plan"]
            if self._name in plans._get_watched_models("automatic_steps"):
                runs = self._get_plan_runs([("state", "in", OPEN_STATES)])
        result = super().unlink()
        runs._advance()
        return result

    def _get_plan_runs(self, domain=()):
        """:returns: the plan runs of the records, for the engine"""
        return by_engine(self.env["mail.activity.plan.run"]).search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), *domain]
        )

    def _update_activity_partners(self):
        """Activities and runs are found from the customer that the record has now."""
        if not self:
            return
        activities = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        self.env.add_to_compute(activities._fields["partner_id"], activities)
        partners = self.sudo()._mail_get_partners()
        for run in self._get_plan_runs():
            partner = partners[run.res_id][:1]
            if run.partner_id != partner:
                run.partner_id = partner
