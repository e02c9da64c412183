# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What customers owe a company: the one place that all figures come from, those of the
list, the statement, the letter and the daily job.

An item is a line of a posted entry on a receivable account that has something left to
be paid, and that isn't excluded from follow-ups. It is the commercial entity's,
whichever of its contacts the entry is for. A payment or credit note that nobody has
matched yet is an item with a negative amount: it counts from the day it is posted,
against whatever is due. Branches are one company with their parent, as in Odoo's own
receivable of a contact.
"""

from odoo import fields
from odoo.tools import SQL

from ..tools.ageing import BUCKETS, CREDIT

ITEM_FIELDS = (
    "account_id",
    "amount_residual",
    "amount_residual_currency",
    "company_id",
    "currency_id",
    "date_maturity",
    "followup_excluded",
    "parent_state",
    "partner_id",
    "reconciled",
)


class OpenItems:
    """The open items of the active company, as they are today.

    :param env: whose company and time zone count. What its user may read doesn't:
        whoever hands out the figures looks at that
    :raises AccessError: the user may not work in the company
    """

    def __init__(self, env):
        self.env = env(su=True)
        # With elevated rights, Odoo takes whatever company a client names.
        self.company = env.company.root_id.sudo()
        self.today = fields.Date.context_today(self.env.user.with_env(env))

    def get_totals(self, partners):
        """:param partners: any contacts; only commercial entities have any items
        :returns: id of a contact -> amounts by the names of its fields, and
            ``followup_oldest_date``
        :rtype: dict[int, dict]"""
        if not partners.ids:
            return {}
        which = SQL("partner.commercial_partner_id = ANY(%s)", partners.ids)
        return {
            row["partner_id"]: row for row in self._fetch(self.select_totals(which))
        }

    def get_items(self, partners, is_excluded=False):
        """:param bool is_excluded: those that are kept out, instead
        :returns: the items of contacts, the oldest first
        :rtype: account.move.line"""
        which = SQL("partner.commercial_partner_id = ANY(%s)", partners.ids)
        rows = self._fetch(
            SQL(
                "SELECT line.id %s ORDER BY line.date_maturity, line.id",
                self._from_items(which, is_excluded),
            )
        )
        return self.env["account.move.line"].browse(row["id"] for row in rows)

    def select_totals(self, which):
        """:param SQL which: condition on ``line`` and ``partner``
        :returns: a query with one row for each commercial entity"""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, %s %s
             GROUP BY partner.commercial_partner_id
            """,
            self._select_columns(),
            self._from_items(which),
        )

    def select_total(self, customer):
        """:param SQL customer: id of a commercial entity
        :returns: a query with the one row of it, for a lateral join. Where nobody asks
            for the amounts, PostgreSQL leaves it out: one row changes no count"""
        which = SQL("partner.commercial_partner_id = %s", customer)
        return SQL("SELECT %s %s", self._select_columns(), self._from_items(which))

    def _select_columns(self):
        """:returns: all amounts of a group of items, and the date of the oldest"""
        return SQL(
            """
            %(columns)s,
            GREATEST(0, SUM(line.amount_residual) FILTER (
                WHERE %(overdue)s OR line.amount_residual < 0
            )) AS amount_overdue,
            MIN(line.date_maturity) FILTER (
                WHERE %(overdue)s AND line.amount_residual > 0
            ) AS followup_oldest_date
            """,
            columns=self._select_buckets(),
            overdue=SQL("line.date_maturity < %s", self.today),
        )

    def _select_buckets(self):
        """:returns: the total, and that of each column of the ageing"""
        total = SQL("SUM(line.amount_residual)")
        columns = [SQL("%s AS amount_due", total)]
        columns.append(
            SQL(
                "COALESCE(%s FILTER (WHERE line.amount_residual < 0), 0) AS %s",
                total,
                SQL.identifier(CREDIT),
            )
        )
        for bucket in BUCKETS:
            columns.append(
                SQL(
                    "COALESCE(%s FILTER (WHERE line.amount_residual > 0 AND %s), 0)"
                    " AS %s",
                    total,
                    self._is_in(bucket),
                    SQL.identifier(bucket.name),
                )
            )
        return SQL(", ").join(columns)

    def _is_in(self, bucket):
        first = bucket.get_first_date(self.today)
        last = bucket.get_last_date(self.today)
        if last is None:
            return SQL("COALESCE(line.date_maturity, %s) >= %s", first, first)
        conditions = [SQL("line.date_maturity <= %s", last)]
        if first is not None:
            conditions.append(SQL("line.date_maturity >= %s", first))
        return SQL(" AND ").join(conditions)

    def _from_items(self, which, is_excluded=False):
        accounts = self.env["account.account"].with_context(active_test=False)
        receivable = accounts.search([("account_type", "=", "asset_receivable")])
        companies = self.env["res.company"].with_context(active_test=False)
        branches = companies.search([("id", "child_of", self.company.id)])
        return SQL(
            """
              FROM account_move_line AS line
              JOIN res_partner AS partner ON partner.id = line.partner_id
             WHERE line.account_id = ANY(%(accounts)s)
               AND line.reconciled IS NOT TRUE
               AND line.parent_state = 'posted'
               AND %(excluded)s
               AND line.amount_residual <> 0
               AND line.company_id = ANY(%(companies)s)
               AND %(which)s
            """,
            accounts=receivable.ids,
            companies=branches.ids,
            excluded=SQL("line.followup_excluded")
            if is_excluded
            else SQL("line.followup_excluded IS NOT TRUE"),
            which=which,
        )

    def _fetch(self, query):
        """:rtype: list[dict]"""
        self.flush()
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def flush(self):
        """Have the database know what it is about to be asked for."""
        self.env["account.move.line"].flush_model(ITEM_FIELDS)
        self.env["res.partner"].flush_model(["commercial_partner_id"])
