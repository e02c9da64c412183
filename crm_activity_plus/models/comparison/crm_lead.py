# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import asdict
from datetime import datetime, time

from pytz import utc

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import add, subtract

from ...engine.arguments import Arguments
from ...tools.comparison import Cohort, compare, join_months


class CrmLead(models.Model):
    """Leads with a plan beside those without one."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    launched_plan_ids = fields.Many2many(
        "mail.activity.plan",
        string="Launched Plans",
        compute="_compute_launched_plan_ids",
        search="_search_launched_plan_ids",
        groups="base.group_user",
        help="Plans that were launched while the lead was open; those that were undone "
        "don't count.",
    )

    @api.depends(
        "date_closed",
        "plan_run_ids.date_start",
        "plan_run_ids.plan_id",
        "plan_run_ids.stop_reason",
    )
    def _compute_launched_plan_ids(self):
        for lead in self:
            lead.launched_plan_ids = lead.plan_run_ids.filtered(
                lambda run, closed=lead.date_closed: run.stop_reason != "undone"
                and not (closed and closed < run.date_start)
            ).plan_id

    @api.model
    def _search_launched_plan_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = [plan_id for plan_id in value if plan_id]
        found = Domain("id", "in", self._get_launched_sql(ids))
        if False in value:
            found |= Domain("id", "not in", self._get_launched_sql())
        return found

    @api.model
    def _get_launched_sql(self, plan_ids=None):
        """:param list plan_ids: only these; default: all
        :returns: the leads on which plans were launched while they were open
        """
        self.flush_model(["date_closed"])
        only = SQL()
        if plan_ids is not None:
            only = SQL("AND run.plan_id IN %s", tuple(plan_ids) or (0,))
        return SQL(
            """
            SELECT run.lead_id
              FROM mail_activity_plan_run AS run
              JOIN crm_lead AS lead ON lead.id = run.lead_id
             WHERE %s %s
            """,
            self._get_counted_launch_sql(),
            only,
        )

    @api.model
    def _get_counted_launch_sql(self):
        """:returns: the condition that a run was launched while its lead was open, and
        wasn't undone; of the tables ``run`` and ``lead``"""
        self.env["mail.activity.plan.run"].flush_model(
            ["date_start", "lead_id", "plan_id", "stop_reason"]
        )
        return SQL(
            "run.stop_reason IS DISTINCT FROM 'undone' AND run.plan_id IS NOT NULL"
            " AND COALESCE(lead.date_closed >= run.date_start, TRUE)"
        )

    @api.model
    @api.readonly
    def get_plan_comparison(self, team_ids=None, date_from=None, date_to=None):
        """Compare the leads that a plan was launched on with those of the same sales
        team, created in the same month, that no plan was launched on.

        It is no experiment: people decide which leads get a plan. So the difference
        isn't what the plan does.

        :param list team_ids: of sales teams; default: all leads
        :param date_from: first day on which leads were created; default: a year ago
        :param date_to: last day; default: today
        :returns: ``{"date_from", "date_to", "currency_id", "rows"}``. A row has
            ``plan`` (``{"id", "name"}``), ``with_plan`` and ``without_plan``, each with
            ``leads``, ``won``, ``rate`` (what share was won), ``revenue`` (of what was
            won), ``revenue_per_lead``, ``domain`` and ``won_domain``; and ``left_out``:
            on how many more leads the plan was launched, that there is nothing to
            compare with. ``rate`` and ``revenue_per_lead`` of leads without a plan are
            weighted by the teams and months of those with it. Revenue is in the
            company's currency.
        :rtype: dict
        """
        arguments = Arguments(self.env)
        today = fields.Date.context_today(self)
        last = arguments.day(date_to, "date_to") or today
        first = arguments.day(date_from, "date_from") or subtract(last, years=1)
        domain = self._get_cohort_domain(
            arguments.ids(team_ids, "team_ids"), first, last
        )
        cohorts = self._count_cohorts(domain)
        plans = self.env["mail.activity.plan"].browse(
            sorted({cohort.plan_id for cohort in cohorts} - {None})
        )
        rows = []
        for plan in plans:
            compared = compare(cohorts, plan.id)
            rows.append(self._describe_comparison(plan, domain, compared))
        rows.sort(key=lambda row: -row["with_plan"]["leads"])
        return {
            "date_from": fields.Date.to_string(first),
            "date_to": fields.Date.to_string(last),
            "currency_id": self.env.company.currency_id.id,
            "rows": rows,
        }

    @api.model
    def _get_cohort_domain(self, team_ids, first, last):
        """:returns: the leads that were created on some days, those that are archived,
        too: lost ones are"""
        domain = Domain("active", "in", [True, False])
        domain &= Domain("create_date", ">=", self._get_start(first))
        domain &= Domain("create_date", "<", self._get_start(add(last, days=1)))
        if team_ids:
            domain &= Domain("team_id", "in", team_ids)
        return domain

    @api.model
    def _get_start(self, day):
        """:returns: when a day begins for the user, in UTC, as text"""
        start = self.env.tz.localize(datetime.combine(day, time.min))
        return fields.Datetime.to_string(start.astimezone(utc).replace(tzinfo=None))

    @api.model
    def _count_cohorts(self, domain):
        """:returns: the leads that the user may read, with each plan and without any,
        by team and month
        :rtype: list[Cohort]
        """
        self.flush_model(
            ["company_id", "date_closed", "expected_revenue", "team_id", "won_status"]
        )
        query = self._search(domain)
        if query.is_empty():
            return []
        lead = query.table
        # DISTINCT ON sorts. A plain DISTINCT is done by hashing, and where PostgreSQL
        # finds more than it thought, in parts that each take long: minutes altogether.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan_id, team_id, month, COUNT(*), COUNT(*) FILTER (WHERE won),
                       COALESCE(SUM(revenue) FILTER (WHERE won), 0)
                  FROM (
                    SELECT DISTINCT ON (lead.id, run.plan_id) run.plan_id, lead.*
                      FROM (%(leads)s) AS lead
                 LEFT JOIN mail_activity_plan_run AS run
                        ON run.lead_id = lead.id AND %(is_counted)s
                  ) AS launched
              GROUP BY plan_id, team_id, month
                """,
                leads=query.select(
                    SQL("%s AS id", SQL.identifier(lead, "id")),
                    SQL("%s AS team_id", SQL.identifier(lead, "team_id")),
                    SQL(
                        "DATE_TRUNC('month', %s AT TIME ZONE 'UTC' AT TIME ZONE %s)"
                        "::date AS month",
                        SQL.identifier(lead, "create_date"),
                        self.env.tz.zone,
                    ),
                    SQL("%s = 'won' AS won", SQL.identifier(lead, "won_status")),
                    SQL("%s AS revenue", self._get_company_revenue_sql(lead)),
                    SQL("%s AS date_closed", SQL.identifier(lead, "date_closed")),
                ),
                is_counted=self._get_counted_launch_sql(),
            )
        )
        return [Cohort(*row) for row in rows]

    @api.model
    def _describe_comparison(self, plan, domain, compared):
        """:param Domain domain: of all the leads that are looked at
        :param Comparison compared: what was found
        :returns: it, for the client"""
        domain &= self._get_cells_domain(compared.months)
        sides = {
            "with_plan": Domain("launched_plan_ids", "in", plan.ids),
            "without_plan": Domain("launched_plan_ids", "=", False),
        }
        return {
            # It was launched on leads that the user may read.
            "plan": {"id": plan.id, "name": plan.sudo().display_name},
            "left_out": compared.left_out,
            **{
                name: {
                    **asdict(getattr(compared, name)),
                    "domain": list(domain & side),
                    "won_domain": list(
                        domain & side & Domain("won_status", "=", "won")
                    ),
                }
                for name, side in sides.items()
            },
        }

    @api.model
    def _get_cells_domain(self, months):
        """:param dict months: id of a team, or None -> first days of months
        :returns: the leads of these teams that were created in these months"""
        teams = {}
        for team_id, days in months.items():
            spans = tuple(join_months(days))
            teams.setdefault(spans, []).append(team_id or False)
        return Domain.OR(
            Domain("team_id", "in", team_ids)
            & Domain.OR(
                Domain("create_date", ">=", self._get_start(first))
                & Domain("create_date", "<", self._get_start(after))
                for first, after in spans
            )
            for spans, team_ids in teams.items()
        )
