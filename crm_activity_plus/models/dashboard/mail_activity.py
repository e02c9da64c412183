# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.environment import unsteered

MAX_DAYS = 60


class MailActivity(models.Model):
    """What a team has to do: what is overdue, and what is coming."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    sales_team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        compute="_compute_sales_team_ids",
        search="_search_sales_team_ids",
        compute_sudo=True,
        help="Teams that the assigned user leads or belongs to; of an activity on a "
        "lead that nobody has yet, the lead's team.",
    )

    @api.depends("res_id", "res_model", "user_id")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_sales_team_ids(self):
        """Of the teams, as of any records, one sees those that one may read."""
        teams = self.env["crm.team"].search(
            Domain("user_id", "in", self.user_id.ids)
            | Domain("crm_team_member_ids.user_id", "in", self.user_id.ids)
        )
        teams = _filter_readable(teams)
        unassigned = self.filtered(
            lambda activity: activity.res_model == "crm.lead" and not activity.user_id
        )
        leads = self.env["crm.lead"].browse(unassigned.mapped("res_id")).exists()
        lead_teams = _filter_readable(leads.team_id)
        team_by_lead = {lead.id: lead.team_id & lead_teams for lead in leads}
        for activity in self:
            user = activity.user_id
            if user:
                activity.sales_team_ids = teams.filtered(
                    lambda team, user=user: user
                    in (team.user_id | team.crm_team_member_ids.user_id)
                )
            elif activity.res_model == "crm.lead":
                activity.sales_team_ids = team_by_lead.get(activity.res_id, False)
            else:
                activity.sales_team_ids = False

    @api.model
    def _search_sales_team_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Who belongs to a team; of their activities, one finds those that one may read.
        teams = self.env["crm.team"].sudo()
        ids = [team_id for team_id in value if team_id]
        found = self._get_teams_domain(teams.search([("id", "in", ids)]))
        if False in value:
            found |= ~self._get_teams_domain(teams.search([("active", "=", True)]))
        return found

    @api.model
    @api.readonly
    def get_overdue_by_user(self, team_ids=None):
        """Count what is overdue, and due today, by person.

        :param list team_ids: of sales teams; default: everybody
        :returns: ``{"rows": [{"user", "overdue", "oldest", "today",
            "overdue_domain", "today_domain"}], "overdue", "today", ..}``: ``user`` is
            ``{"id", "name"}``, or false for nobody; ``oldest`` is the earliest due
            date; each domain finds as many activities as are counted
        :rtype: dict
        """
        activities = unsteered(self)
        domain = activities._get_dashboard_domain(team_ids)
        today = fields.Date.to_string(fields.Date.context_today(activities))
        overdue = Domain("date_deadline", "<", today)
        due = Domain("date_deadline", "=", today)
        counts = {
            user: (count, oldest)
            for user, count, oldest in activities._read_group(
                domain & overdue, ["user_id"], ["__count", "date_deadline:min"]
            )
        }
        due_counts = dict(
            activities._read_group(domain & due, ["user_id"], ["__count"])
        )
        rows = []
        for user in {**counts, **due_counts}:
            count, oldest = counts.get(user, (0, None))
            own = domain & Domain("user_id", "=", user.id)
            rows.append(
                {
                    "user": describe(user),
                    "overdue": count,
                    "oldest": fields.Date.to_string(oldest),
                    "today": due_counts.get(user, 0),
                    "overdue_domain": list(own & overdue),
                    "today_domain": list(own & due),
                }
            )
        rows.sort(key=lambda row: (-row["overdue"], -row["today"]))
        return {
            "rows": rows,
            "overdue": sum(row["overdue"] for row in rows),
            "today": sum(row["today"] for row in rows),
            "overdue_domain": list(domain & overdue),
            "today_domain": list(domain & due),
        }

    @api.model
    @api.readonly
    def get_workload(self, team_ids=None, day_count=14):
        """Count what is due in the coming days, by person and day.

        :param list team_ids: of sales teams; default: everybody
        :param int day_count: how many days, with today; at most 60
        :returns: ``{"days", "rows": [{"user", "counts", "total", "domain"}], "total",
            "domain"}``: the days as texts, and for each person as many counts. With
            ``("date_deadline", "=", day)``, a row's domain finds what is due on a day.
        :rtype: dict
        """
        activities = unsteered(self)
        day_count = Arguments(self.env).count(day_count, "day_count", 14, MAX_DAYS)
        first = fields.Date.context_today(activities)
        days = [first + timedelta(days=n) for n in range(day_count)]
        after = first + timedelta(days=day_count)
        domain = activities._get_dashboard_domain(team_ids)
        domain &= Domain("date_deadline", ">=", fields.Date.to_string(first))
        domain &= Domain("date_deadline", "<", fields.Date.to_string(after))
        counts = {}
        for user, day, count in activities._read_group(
            domain, ["user_id", "date_deadline:day"], ["__count"]
        ):
            counts.setdefault(user, {})[day] = count
        rows = [
            {
                "user": describe(user),
                "counts": [by_day.get(day, 0) for day in days],
                "total": sum(by_day.values()),
                "domain": list(domain & Domain("user_id", "=", user.id)),
            }
            for user, by_day in counts.items()
        ]
        rows.sort(key=lambda row: -row["total"])
        return {
            "days": [fields.Date.to_string(day) for day in days],
            "rows": rows,
            "total": sum(row["total"] for row in rows),
            "domain": list(domain),
        }

    @api.model
    def _get_dashboard_domain(self, team_ids):
        team_ids = Arguments(self.env).ids(team_ids, "team_ids")
        if not team_ids:
            return Domain.TRUE
        return Domain("sales_team_ids", "in", team_ids)


def _filter_readable(records):
    """:param records: as superuser
    :returns: those that the user may read"""
    return records.sudo(False)._filtered_access("read").sudo()


def describe(record):
    """:returns: a record for the client: ``{"id", "name"}``, or False for none"""
    # What is counted for it may be read, so that its name may be known.
    return bool(record) and {"id": record.id, "name": record.sudo().display_name}
