# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# The columns of the board, also those that are empty. Cancelled activities have one
# only where somebody looks for them.
BOARD_STATUSES = ("new", "in_progress", "on_hold", "done")


class MailActivity(models.Model):
    """What the page of a person's activities needs: see
    ``views/mail_activity_my_views.xml``."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    status = fields.Selection(group_expand="_group_expand_status")
    activity_plan_id = fields.Many2one(
        related="run_id.plan_id", string="Plan", help="Plan the activity belongs to."
    )
    is_my_team = fields.Boolean(
        "My Team's",
        compute="_compute_is_my_team",
        search="_search_is_my_team",
        help="Assigned to a member of a sales team you lead or belong to, or to nobody"
        " yet on one of your team's leads.",
    )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_my_team(self):
        mine = self.search(
            [("id", "in", self.ids), ("active", "in", [True, False])]
            + [("is_my_team", "=", True)]
        )
        ids = set(mine._ids)
        for activity in self:
            activity.is_my_team = activity._origin.id in ids

    @api.model
    def _search_is_my_team(self, operator, value):
        if operator != "in":
            return NotImplemented
        Team = self.env["crm.team"].sudo()
        teams = Team.search(
            Domain("user_id", "=", self.env.uid)
            | Domain("crm_team_member_ids.user_id", "=", self.env.uid)
        )
        return self._get_teams_domain(teams)

    @api.model
    def _get_teams_domain(self, teams):
        """:returns: the activities of the people of sales teams, and those that nobody
        has yet on the teams' leads"""
        users = teams.user_id | teams.crm_team_member_ids.user_id
        leads = self.env["crm.lead"].sudo()._search([("team_id", "in", teams.ids)])
        unassigned = (
            Domain("user_id", "=", False)
            & Domain("res_model", "=", "crm.lead")
            & Domain("res_id", "in", leads)
        )
        return Domain("user_id", "in", users.ids) | unassigned

    @api.model
    def _group_expand_status(self, statuses, domain):
        return [
            status
            for status, _label in self._fields["status"]._description_selection(
                self.env
            )
            if status in BOARD_STATUSES or status in statuses
        ]

    def action_set_new(self):
        """Take activities off hold that nobody had started before.

        :raises UserError: one of them was started, or is closed
        """
        self._check_open()
        for activity in self:
            started = activity.status == "in_progress" or (
                activity.status == "on_hold"
                and activity.status_before_hold == "in_progress"
            )
            if started:
                raise UserError(
                    self.env._(
                        "“%(activity)s” has already been started and is no longer new. "
                        "Hold it if it has to wait.",
                        activity=activity.display_name,
                    )
                )
        self.filtered(lambda a: a.status == "on_hold").action_resume()
        return True

    def action_resume_plan(self):
        """Go on with the paused plans of activities that are on hold for that reason.

        :raises UserError: none of them is
        :raises AccessError: the user may not change the document
        """
        self.check_access("read")
        runs = self.sudo().run_id.filtered(lambda run: run.state == "paused")
        if not runs:
            raise UserError(
                self.env._(
                    "None of these activities belongs to a paused plan, so there is "
                    "nothing to resume."
                )
            )
        return runs.sudo(False).action_resume()

    def action_resume_selected(self):
        """Take the selected activities off hold; what can't be is told. Where some
        belong to paused plans, it is asked first whether to resume these.

        :returns: action: a notification, a report, or the question
        """
        selected = {"active_ids": self.ids, "active_model": self._name}
        wizards = self.env["mail.activity.bulk"].with_context(**selected)
        wizard = wizards.create({"mode": "resume"})
        if wizard.paused_run_count:
            return wizard._open(self.env._("Resume Activities"))
        return wizard.action_apply()

    def action_ask_outcome(self):
        """Mark the activities as done; where they can end in several ways, ask how.

        :returns: action
        """
        offered = self.env["mail.activity.outcome"]._get_offered()
        if not any(activity._get_outcomes_data(offered) for activity in self):
            return self.action_done()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_bulk_action_done"
        )
        action["context"] = {
            "active_ids": self.ids,
            "active_model": self._name,
            "default_mode": "done",
            "dialog_size": "medium",
        }
        return action

    @api.readonly
    def action_open_queue(self):
        """Work through the selected activities, or through those of the list, one after
        the other."""
        domain = self.env.context.get("active_domain")
        if not isinstance(domain, list | tuple):
            domain = []
        if self:
            domain = [("id", "in", self.ids)]
        action = self.env["ir.actions.client"]._for_xml_id(
            "crm_activity_plus.activity_queue_action"
        )
        action["params"] = {"domain": list(domain)}
        return action
