# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ageing import BUCKETS, CREDIT
from .followup_customer import STATUSES, FollowupCustomer

COLUMNS = (*(bucket.name for bucket in BUCKETS), CREDIT)


class FollowupAgeing(models.Model):
    """How long the amounts of the list have been overdue: a row for each customer and
    column of the ageing, as a chart needs them."""

    _name = "followup.ageing"
    _description = "Ageing of Customer Follow-ups"
    _auto = False
    _order = "age, id"
    _rec_name = "partner_id"
    _depends = FollowupCustomer._depends

    # The digits keep them in order.
    age = fields.Selection(
        selection=lambda self: self._get_ages(), string="Overdue by", readonly=True
    )
    amount = fields.Monetary(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    level_id = fields.Many2one("mail.activity.plan.template", "Level", readonly=True)
    user_id = fields.Many2one("res.users", "Assigned to", readonly=True)
    salesperson_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    status = fields.Selection(STATUSES, readonly=True)

    def _get_ages(self):
        labels = self.env["followup.customer"].fields_get(COLUMNS, ["string"])
        return [
            (f"{place}_{name}", labels[name]["string"])
            for place, name in enumerate(COLUMNS)
        ]

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT customer.id * 10 + part.place AS id, part.age, part.amount,
                   customer.partner_id, customer.company_id, customer.currency_id,
                   customer.level_id, customer.user_id, customer.salesperson_id,
                   customer.status
              FROM (%s) AS customer
             CROSS JOIN LATERAL (VALUES %s) AS part (place, age, amount)
             WHERE part.amount <> 0
            """,
            self.env["followup.customer"]._table_query,
            SQL(", ").join(
                SQL(
                    "(%s, %s, customer.%s)",
                    place,
                    f"{place}_{name}",
                    SQL.identifier(name),
                )
                for place, name in enumerate(COLUMNS)
            ),
        )

    @api.model
    def get_empty_list_help(self, help_message):
        """The same as of the list: both are about the same customers."""
        return self.env["followup.customer"].get_empty_list_help(help_message)
