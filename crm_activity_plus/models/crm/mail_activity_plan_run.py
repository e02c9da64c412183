# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.locks import share


class MailActivityPlanRun(models.Model):
    """Plans with steps for the team leader."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    def _touch_documents(self):
        """Where a team gets another leader at this moment, the launch is repeated, or
        the new leader gets the steps after it: see ``write`` of teams."""
        super()._touch_documents()
        if "team_leader" in self.plan_id.template_ids.mapped("responsible_type"):
            share(self._get_teams())

    def _get_teams(self):
        """:returns: the sales teams of the records"""
        teams = self.env["crm.team"]
        for record in self._get_documents().values():
            field = record._fields.get("team_id")
            if field and field.comodel_name == teams._name:
                teams |= record.team_id
        return teams
