# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.arguments import Arguments

from ...engine.open_items import OpenItems
from ...tools.ageing import BUCKETS, CREDIT

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
AMOUNTS = ("amount_due", "amount_overdue", CREDIT, *(b.name for b in BUCKETS))
OPERATORS = {
    "<": lambda value, other: value < other,
    "<=": lambda value, other: value <= other,
    ">": lambda value, other: value > other,
    ">=": lambda value, other: value >= other,
    "in": lambda value, others: value in others,
}


def _amount(string, name=None, **options):
    """:returns: a field with an amount of the customer's in the active company"""
    return fields.Monetary(
        string,
        compute="_compute_followup_amounts",
        search=name and f"_search_{name}",
        currency_field="followup_currency_id",
        groups=ACCOUNTING,
        **options,
    )


class ResPartner(models.Model):
    """What a customer owes the active company. The items are those of the commercial
    entity: a contact of it owes nothing by itself."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    followup_currency_id = fields.Many2one(
        "res.currency", compute="_compute_followup_currency_id"
    )
    amount_due = _amount(
        "Amount Due",
        "amount_due",
        help="What is left to pay, less payments and credit notes that aren't matched "
        "with invoices yet. Excluded items don't count.",
    )
    amount_overdue = _amount(
        "Amount Overdue",
        "amount_overdue",
        help="What should have been paid before today, less payments and credit notes "
        "that aren't matched with invoices yet.",
    )
    followup_unmatched = _amount("Unmatched Payments")
    followup_not_due = _amount("Not Due")
    followup_overdue_30 = _amount("1-30 Days")
    followup_overdue_60 = _amount("31-60 Days")
    followup_overdue_90 = _amount("61-90 Days")
    followup_overdue_older = _amount("Over 90 Days")
    followup_oldest_date = fields.Date(
        "Oldest Due Date",
        compute="_compute_followup_amounts",
        groups=ACCOUNTING,
        help="Due date of the oldest item that is overdue.",
    )

    @api.depends_context("company")
    def _compute_followup_currency_id(self):
        self.followup_currency_id = self.env.company.root_id.currency_id

    @api.depends_context("company", "tz")
    def _compute_followup_amounts(self):
        totals = OpenItems(self.env).get_totals(self._origin)
        for partner in self:
            found = totals.get(partner._origin.id, {})
            for name in AMOUNTS:
                partner[name] = found.get(name, 0)
            is_overdue = found.get("amount_overdue", 0) > 0
            partner.followup_oldest_date = (
                found["followup_oldest_date"] if is_overdue else False
            )

    @api.model
    def _search_amount_due(self, operator, value):
        return self._search_followup_amount("amount_due", operator, value)

    @api.model
    def _search_amount_overdue(self, operator, value):
        return self._search_followup_amount("amount_overdue", operator, value)

    @api.model
    def _search_followup_amount(self, name, operator, value):
        """Whoever has no open items owes nothing, and is found by that.

        :raises AccessError: see :meth:`_check_followup_search`
        """
        self._check_followup_search(name)
        if operator not in OPERATORS:
            return NotImplemented
        if operator == "in":
            values = [self._read_followup_amount(name, item) for item in value]
            condition = SQL("total.%s = ANY(%s)", SQL.identifier(name), values)
        else:
            values = self._read_followup_amount(name, value)
            condition = SQL(
                "total.%s %s %s", SQL.identifier(name), SQL(operator), values
            )
        finds_nothing_due = OPERATORS[operator](0, values)
        if finds_nothing_due:
            condition = SQL("NOT (%s)", condition)
        items = OpenItems(self.env)
        items.flush()
        found = SQL(
            "(SELECT total.partner_id FROM (%s) AS total WHERE %s)",
            items.select_totals(SQL("TRUE")),
            condition,
        )
        return Domain("id", "not in" if finds_nothing_due else "in", found)

    @api.model
    def _check_followup_search(self, name):
        """Odoo asks for no right to a field that is only searched by. What followers
        are searched by, it looks for with elevated rights: the user's own count.

        :raises AccessError: the user may not see the field, nor guess it by searching
        """
        if self.env.uid != SUPERUSER_ID:
            self.sudo(False)._check_field_access(self._fields[name], "read")

    @api.model
    def _read_followup_amount(self, name, value):
        """:raises UserError: what a program searches by is no number"""
        try:
            return float(value or 0)
        except (OverflowError, TypeError, ValueError) as error:
            sentence = Arguments(self.env).explain("number", name, value)
            raise UserError(sentence) from error
