# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityPlanRunReport(models.Model):
    """What the leads of launched plans became."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.report"

    won_lead_id = fields.Many2one(
        "crm.lead",
        "Won Opportunity",
        aggregator="count_distinct",
        readonly=True,
        help="The opportunity, if it was won after the launch. One with several "
        "launches is counted once.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    won_revenue = fields.Monetary(
        "Revenue Won",
        currency_field="currency_id",
        aggregator="sum",
        readonly=True,
        help="Expected revenue of the opportunities that were won after the launch, in "
        "the currency of the current company, at today's rate. One with several "
        "launches is counted once.",
    )

    _depends = {
        "crm.lead": ["company_id", "date_closed", "expected_revenue", "won_status"],
    }

    @api.model
    def _get_columns(self):
        # A plan for new customers is launched on what was won before.
        won = SQL(
            "lead.won_status = 'won'"
            " AND COALESCE(lead.date_closed >= run.date_start, TRUE)"
        )
        revenue = self.env["crm.lead"]._get_company_revenue_sql("lead")
        return {
            **super()._get_columns(),
            "won_lead_id": SQL("CASE WHEN %s THEN lead.id END", won),
            "won_revenue": SQL("CASE WHEN %s THEN %s END", won, revenue),
            "currency_id": SQL("%s", self.env.company.currency_id.id),
        }

    def _read_group_select(self, aggregate_spec, query):
        """The revenue of a lead with several runs is summed up once."""
        if aggregate_spec != "won_revenue:sum":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            """
            (
                SELECT SUM(each.revenue)
                  FROM (
                    SELECT DISTINCT won.lead_id, won.revenue
                      FROM UNNEST(
                        ARRAY_AGG(%(lead)s) FILTER (WHERE %(lead)s IS NOT NULL),
                        ARRAY_AGG(%(revenue)s) FILTER (WHERE %(lead)s IS NOT NULL)
                      ) AS won(lead_id, revenue)
                  ) AS each
            )
            """,
            lead=self._field_to_sql(self._table, "won_lead_id", query),
            revenue=self._field_to_sql(self._table, "won_revenue", query),
        )
