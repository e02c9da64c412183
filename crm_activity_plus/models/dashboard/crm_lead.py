# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from .mail_activity import describe


class CrmLead(models.Model):
    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def get_missing_next_step_by_user(self, team_ids=None):
        """Count the open leads that nothing reminds anybody of, by salesperson.

        :param list team_ids: of sales teams; default: all leads
        :returns: ``{"rows": [{"user", "count", "domain"}], "total", "domain"}``; each
            domain finds as many leads as are counted
        :rtype: dict
        """
        team_ids = Arguments(self.env).ids(team_ids, "team_ids")
        domain = Domain("has_no_next_step", "=", True)
        if team_ids:
            domain &= Domain("team_id", "in", team_ids)
        groups = self._read_group(
            domain, ["user_id"], ["__count"], order="__count desc, user_id"
        )
        rows = [
            {
                "user": describe(user),
                "count": count,
                "domain": list(domain & Domain("user_id", "=", user.id)),
            }
            for user, count in groups
        ]
        return {
            "rows": rows,
            "total": sum(row["count"] for row in rows),
            "domain": list(domain),
        }
