# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.tools.states import OPEN_RUN_STATES

from ..amounts.res_partner import ACCOUNTING

STATUSES = ("in_need", "waiting", "none")


class ResPartner(models.Model):
    """How far a customer's follow-up is in the active company."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    followup_run_id = fields.Many2one(
        "mail.activity.plan.run",
        "Follow-up",
        compute="_compute_followup",
        groups=ACCOUNTING,
        help="Running plan of the customer, as long as anything is overdue.",
    )
    followup_line_id = fields.Many2one(
        "mail.activity.plan.template",
        "Follow-up Level",
        compute="_compute_followup",
        groups=ACCOUNTING,
        help="Level that the customer has reached.",
    )
    followup_status = fields.Selection(
        [("in_need", "In need of action"), ("waiting", "Waiting"), ("none", "None")],
        compute="_compute_followup",
        search="_search_followup_status",
        groups=ACCOUNTING,
    )
    followup_next_date = fields.Date(
        "Next Reminder",
        compute="_compute_followup",
        inverse="_inverse_followup_next_date",
        groups=ACCOUNTING,
    )
    followup_next_mode = fields.Selection(
        [("auto", "Automatic"), ("manual", "Manual")],
        "Next Reminder Mode",
        compute="_compute_followup",
        inverse="_inverse_followup_next_mode",
        groups=ACCOUNTING,
        help="Automatic: the customer is back in the list at the next level. Manual: "
        "on the date that you choose.",
    )

    @api.depends_context("company", "tz")
    def _compute_followup(self):
        today = fields.Date.context_today(self)
        runs = self.env["mail.activity.plan.run"]._find_followups(self._origin)
        by_partner = {run.res_id: run.with_env(self.env(su=True)) for run in runs}
        for partner in self:
            run = by_partner.get(partner._origin.id, runs.browse())
            step = run._get_followup_step() if run else runs.line_ids.browse()
            reached = run._get_followup_reached(today) if run else step
            partner.followup_run_id = run.sudo(self.env.su)
            partner.followup_line_id = reached.template_id.sudo(self.env.su)
            partner.followup_status = run._get_followup_status(today) if run else "none"
            partner.followup_next_date = step.date_deadline
            partner.followup_next_mode = run.followup_next_mode or "auto"

    @api.model
    def _search_followup_status(self, operator, value):
        self._check_followup_search("followup_status")
        if operator != "in":
            return NotImplemented
        found = {status: self._select_followups(status) for status in STATUSES[:2]}
        domains = [
            Domain("id", "in", query) for key, query in found.items() if key in value
        ]
        if {"none", False} & set(value):
            both = [Domain("id", "in", query) for query in found.values()]
            domains.append(~Domain.OR(both))
        return Domain.OR(domains)

    @api.model
    def _select_followups(self, status):
        """:returns: a query for the customers with a status"""
        self.env["mail.activity.plan.run"].flush_model()
        today = fields.Date.context_today(self)
        due = SQL("run.state = 'running' AND run.next_deadline <= %s", today)
        return SQL(
            """(
            SELECT run.res_id FROM mail_activity_plan_run AS run
             WHERE run.followup_is_open AND run.followup_company_id = %s
               AND run.state = ANY(%s) AND run.next_deadline IS NOT NULL AND %s
            )""",
            self.env.company.root_id.id,
            list(OPEN_RUN_STATES),
            due if status == "in_need" else SQL("NOT (%s)", due),
        )

    # ------------------------------------------------------------
    # The next reminder
    # ------------------------------------------------------------

    def _inverse_followup_next_date(self):
        for partner in self:
            partner._set_followup_reminder(partner.followup_next_date)

    def _inverse_followup_next_mode(self):
        """Whoever chooses a date chooses the mode by that; whoever chooses the mode
        alone keeps the date."""
        for partner in self:
            if partner.followup_next_mode != "manual":
                partner._set_followup_reminder(False)
                continue
            run = partner._get_followup_runs()
            if run.followup_next_mode != "manual":
                partner._set_followup_reminder(run._get_followup_step().date_deadline)

    def _set_followup_reminder(self, day):
        """:param date day: when the customers are reminded next; none for the dates of
            their levels
        :raises UserError: one of them has no level to come"""
        runs = self._get_followup_runs()
        day = Arguments(self.env).day(day, "followup_next_date")
        runs._set_followup_reminder(day or False)
        # Others may be about to be written.
        self.invalidate_recordset(["followup_line_id", "followup_status"])

    def _get_followup_runs(self):
        """:returns: the runs of the customers, for what was asked for by somebody who
            may do so
        :raises AccessError: the user may not
        :raises UserError: one of them has no open level"""
        self._check_may_follow_up()
        customers = self.commercial_partner_id
        runs = self.env["mail.activity.plan.run"]._find_followups(customers)
        active = runs.filtered(lambda run: run._get_followup_step())
        without = customers.filtered(lambda p: p.id not in active.mapped("res_id"))
        if without or not customers:
            raise UserError(
                self.env._(
                    "%(customers)s: there is no reminder to come. Only customers who "
                    "have reached a follow-up level, and have one left, are reminded.",
                    customers=", ".join(without[:6].mapped("display_name"))
                    or self.env._("No customer is chosen"),
                )
            )
        return active

    def _check_may_follow_up(self):
        """:raises AccessError: the user is no accountant, or may not read one of
        them"""
        self.check_access("read")
        # It needs the right to deal with invoices, as buyers have for bills; and to
        # see what customers owe.
        self._check_field_access(self._fields["amount_due"], "read")
        self.env["account.move"].check_access("write")
