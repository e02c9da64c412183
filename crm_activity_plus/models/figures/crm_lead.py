# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class CrmLead(models.Model):
    """What is counted of leads."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_company_revenue_sql(self, alias):
        """:returns: expected revenue of a lead in the currency of the current company,
        at today's rate; a lead without a company is in that currency already"""
        own = self.env.company.currency_id
        today = fields.Date.context_today(self)
        others = [("currency_id", "!=", own.id)]
        # Only their currencies, of leads that the user may read.
        companies = self.env["res.company"].sudo().search(others)
        rates = SQL(" ").join(
            SQL(
                "WHEN %s IN %s THEN %s",
                SQL.identifier(alias, "company_id"),
                tuple(each.ids),
                currency._get_conversion_rate(currency, own, self.env.company, today),
            )
            for currency, each in companies.grouped("currency_id").items()
        )
        revenue = SQL.identifier(alias, "expected_revenue")
        if not rates:
            return revenue
        return SQL("%s * CASE %s ELSE 1 END", revenue, rates)
