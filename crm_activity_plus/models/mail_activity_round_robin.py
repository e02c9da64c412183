# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityRoundRobin(models.Model):
    """How many turns each sales team has had.

    Turns are taken in a transaction of their own, so that two launches at the same
    moment don't wait for each other, and don't take the same turn. A launch that is
    rolled back has had its turn.
    """

    _name = "mail.activity.round.robin"
    _description = "Round Robin of a Sales Team"
    _rec_name = "team_ref"

    # No foreign key: the team may not be committed yet, and nobody waits for its row.
    team_ref = fields.Integer("Team", required=True, readonly=True)
    position = fields.Integer(required=True, readonly=True, default=0)

    _team_ref_unique = models.Constraint(
        "UNIQUE (team_ref)", "A team has one position."
    )

    @api.model
    def _get_rotation(self, draw):
        """:param bool draw: take turns, instead of only looking whose it would be
        :rtype: Rotation
        """
        return Rotation(self.env, draw)

    @api.model
    def _draw(self, team_id):
        """Take a team's next turn.

        :returns: the number of the turn, from 0
        :rtype: int
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO mail_activity_round_robin AS turns (team_ref, position)
                         VALUES (%(team)s, 1)
                    ON CONFLICT (team_ref)
                      DO UPDATE SET position = turns.position + 1
                      RETURNING position - 1
                    """,
                    team=team_id,
                )
            )
            return cr.fetchone()[0]

    @api.model
    def _peek(self, team_id):
        found = self.sudo().search([("team_ref", "=", team_id)])
        return found.position


class Rotation:
    """Whose turn it is, for as long as one operation lasts."""

    def __init__(self, env, draw):
        self.env = env
        self.draw = draw
        self._looked = Counter()
        self._members = {}

    def next_user(self, record):
        """:param record: a record with a sales team
        :returns: the team's next active member, or none
        """
        record = record.sudo()
        team = record.team_id if "team_id" in record else None
        if not team or "crm_team_member_ids" not in team:
            return self.env["res.users"]
        if team not in self._members:
            members = team.crm_team_member_ids.filtered("active").user_id
            self._members[team] = members._filter_can_do_activities().sorted("id")
        members = self._members[team]
        if not members:
            return self.env["res.users"]
        turns = self.env["mail.activity.round.robin"]
        if self.draw:
            turn = turns._draw(team.id)
        else:
            turn = turns._peek(team.id) + self._looked[team]
            self._looked[team] += 1
        return members[turn % len(members)].with_env(self.env)
