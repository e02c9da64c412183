# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from .mail_activity import describe

# More than anybody looks after at once.
MAX_STEPS = 10


class MailActivityPlanReport(models.Model):
    """Where plans get stuck."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.report"

    @api.model
    @api.readonly
    def get_stuck_steps(self, team_ids=None):
        """Find the steps of plans with the most that is overdue.

        :param list team_ids: of sales teams; default: all records
        :returns: ``{"rows": [{"plan", "code", "summary", "overdue", "oldest", "open",
            "domain", "overdue_domain"}], "overdue", "overdue_domain"}``: the ten worst
            first, and how many steps are overdue altogether. ``oldest`` is the earliest
            due date; each domain finds as many rows as are counted.
        :rtype: dict
        """
        team_ids = Arguments(self.env).ids(team_ids, "team_ids")
        domain = Domain("team_id", "in", team_ids) if team_ids else Domain.TRUE
        # The state is what PostgreSQL can look up.
        domain &= Domain("state", "=", "scheduled")
        overdue = domain & Domain("overdue", "=", 1)
        found = self._read_group(
            overdue,
            ["plan_id", "code"],
            ["__count", "date_deadline:min", "summary:max"],
            order="__count desc, date_deadline:min, plan_id, code",
        )
        open_counts = self._count_open_steps(domain, found[:MAX_STEPS])
        rows = []
        for plan, code, count, oldest, summary in found[:MAX_STEPS]:
            step = Domain("plan_id", "=", plan.id) & Domain("code", "=", code)
            rows.append(
                {
                    "plan": describe(plan),
                    "code": code,
                    "summary": summary or code,
                    "overdue": count,
                    "oldest": fields.Date.to_string(oldest),
                    "open": open_counts[plan, code],
                    "domain": list(domain & step),
                    "overdue_domain": list(overdue & step),
                }
            )
        return {
            "rows": rows,
            "overdue": sum(count for _plan, _code, count, *_rest in found),
            "overdue_domain": list(overdue),
        }

    @api.model
    def _count_open_steps(self, domain, found):
        """:returns: plan, code -> how many steps are open"""
        if not found:
            return {}
        domain &= Domain("plan_id", "in", [plan.id for plan, *_rest in found])
        domain &= Domain("code", "in", [code for _plan, code, *_rest in found])
        groups = self._read_group(domain, ["plan_id", "code"], ["__count"])
        return {(plan, code): count for plan, code, count in groups}
