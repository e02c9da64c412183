# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.tools.states import OPEN_RUN_STATES

from ..engine.open_items import ITEM_FIELDS, OpenItems
from ..tools.ageing import BUCKETS, CREDIT

STATUSES = [("in_need", "In need of action"), ("waiting", "Waiting")]
SHOWN = ("amount_due", "amount_overdue", CREDIT, *(b.name for b in BUCKETS))


class FollowupCustomer(models.Model):
    """The list of customers who have reached a level in the active company: what their
    runs say, and their amounts, from where the statement has them."""

    _name = "followup.customer"
    _description = "Customer Follow-up"
    _auto = False
    _order = "next_date, id"
    _rec_name = "partner_id"
    # What has to be in the database when it is asked.
    _depends = {
        "account.move.line": ITEM_FIELDS,
        "mail.activity.plan.run": [
            *("followup_company_id", "followup_is_open", "followup_next_mode"),
            *("next_deadline", "plan_date", "res_id", "state"),
        ],
        "mail.activity.plan.run.line": [
            *("activity_id", "run_id", "sequence", "state"),
            *("followup_handled", "followup_printed", "followup_put_off"),
            *("followup_sent", "template_id", "user_id"),
        ],
        "res.partner": ["commercial_partner_id", "user_id"],
    }

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    run_id = fields.Many2one("mail.activity.plan.run", "Follow-up", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    level_id = fields.Many2one("mail.activity.plan.template", "Level", readonly=True)
    user_id = fields.Many2one("res.users", "Assigned to", readonly=True)
    salesperson_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True)
    status = fields.Selection(STATUSES, readonly=True)
    next_date = fields.Date("Next Reminder", readonly=True)
    next_mode = fields.Selection(
        [("auto", "Automatic"), ("manual", "Manual")], "Reminder", readonly=True
    )
    last_action = fields.Datetime(readonly=True)
    oldest_date = fields.Date("Oldest Due Date", readonly=True)
    amount_due = fields.Monetary("Due", readonly=True)
    amount_overdue = fields.Monetary("Overdue", readonly=True)
    followup_unmatched = fields.Monetary("Unmatched Payments", readonly=True)
    followup_not_due = fields.Monetary("Not Due", readonly=True)
    followup_overdue_30 = fields.Monetary("1-30 Days", readonly=True)
    followup_overdue_60 = fields.Monetary("31-60 Days", readonly=True)
    followup_overdue_90 = fields.Monetary("61-90 Days", readonly=True)
    followup_overdue_older = fields.Monetary("Over 90 Days", readonly=True)

    @property
    def _table_query(self):
        """In the order of the next reminder, which has an index, PostgreSQL adds up no
        more items than those of the page."""
        items = OpenItems(self.env)
        return SQL(
            """
            SELECT run.id, run.id AS run_id, run.res_id AS partner_id,
                   %(company)s AS company_id, %(currency)s AS currency_id,
                   CASE WHEN run.next_deadline <= %(today)s THEN step.template_id
                        ELSE COALESCE(reached.template_id, step.template_id)
                   END AS level_id,
                   step.user_id, step.activity_id, customer.user_id AS salesperson_id,
                   CASE WHEN run.state = 'running' AND run.next_deadline <= %(today)s
                        THEN 'in_need' ELSE 'waiting' END AS status,
                   run.next_deadline AS next_date,
                   COALESCE(run.followup_next_mode, 'auto') AS next_mode,
                   reached.last_action, run.plan_date AS oldest_date, %(amounts)s
              FROM mail_activity_plan_run AS run
              JOIN res_partner AS customer ON customer.id = run.res_id
              JOIN mail_activity_plan_run_line AS step
                ON step.run_id = run.id AND step.state = 'scheduled'
              LEFT JOIN LATERAL (%(reached)s) AS reached ON TRUE
              LEFT JOIN LATERAL (%(totals)s) AS total ON TRUE
             WHERE run.followup_is_open AND run.followup_company_id = %(company)s
               AND run.state = ANY(%(states)s)
            """,
            company=items.company.id,
            currency=items.company.currency_id.id,
            today=items.today,
            amounts=SQL(", ").join(
                SQL(
                    "COALESCE(total.%(name)s, 0) AS %(name)s", name=SQL.identifier(name)
                )
                for name in SHOWN
            ),
            reached=self._select_reached(),
            totals=items.select_total(SQL("run.res_id")),
            states=list(OPEN_RUN_STATES),
        )

    @api.model
    def get_empty_list_help(self, help_message):
        """Say what to do next: nobody reaches levels that are switched off."""
        plans = self.env["mail.activity.plan"]._find_followup_plans()
        if plans:
            return super().get_empty_list_help(help_message)
        return self.env["ir.qweb"]._render(
            "crm_activity_plus_followup.followup_customer_empty",
            {
                "may_configure": self.env.user.has_group(
                    "account.group_account_manager"
                ),
            },
        )

    @api.model
    def _select_reached(self):
        """:returns: a query for the last level that was done, and the last action"""
        return SQL(
            """
            SELECT MAX(GREATEST(line.followup_printed, line.followup_sent,
                                line.followup_handled)) AS last_action,
                   (ARRAY_AGG(line.template_id ORDER BY line.sequence DESC) FILTER (
                       WHERE line.state = 'done' OR line.followup_put_off
                   ))[1] AS template_id
              FROM mail_activity_plan_run_line AS line
             WHERE line.run_id = run.id
            """
        )

    # ------------------------------------------------------------
    # What is done with the selected customers
    # ------------------------------------------------------------

    def action_print(self):
        return self.partner_id.action_followup_print()

    def action_send(self):
        return self.partner_id.action_followup_send()

    def action_done(self):
        return self.partner_id.action_followup_done()

    @api.readonly
    def action_later(self):
        return self.partner_id.action_followup_choose_later()

    def action_manual(self):
        return self.partner_id.action_followup_manual()

    @api.readonly
    def action_open(self):
        """Open the statement."""
        return self.partner_id.action_open_followup()

    @api.readonly
    def action_open_queue(self):
        """Work through the selected customers, or through all in need, one after the
        other: through the activities of their levels."""
        chosen = self or self.search([("status", "=", "in_need")])
        domain = [("id", "in", chosen.activity_id.ids)]
        activities = self.env["mail.activity"].with_context(active_domain=domain)
        return activities.action_open_queue()
