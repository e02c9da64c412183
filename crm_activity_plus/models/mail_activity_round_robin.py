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
    def _draw(self, counts):
        """Take the next turns of teams, with one query for all of them.

        :param dict counts: team id -> how many turns
        :returns: team id -> the number of the first turn, from 0
        :rtype: dict
        """
        # In order: two launches that need the same teams don't lock each other out.
        team_ids = sorted(counts)
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO mail_activity_round_robin AS turns (team_ref, position)
                         SELECT team_ref, taken
                           FROM unnest(%(teams)s, %(counts)s) AS new (team_ref, taken)
                       ORDER BY team_ref
                    ON CONFLICT (team_ref)
                      DO UPDATE SET position = turns.position + EXCLUDED.position
                      RETURNING team_ref, position
                    """,
                    teams=team_ids,
                    counts=[counts[team_id] for team_id in team_ids],
                )
            )
            return {
                team_id: position - counts[team_id]
                for team_id, position in cr.fetchall()
            }

    @api.model
    def _peek(self, team_ids):
        """Look at the turns as they are now, not as they were when this transaction
        began.

        :returns: team id -> the number of its next turn
        :rtype: dict
        """
        with self.env.registry.cursor(readonly=True) as cr:
            cr.execute(
                SQL(
                    """
                    SELECT team_ref, position
                      FROM mail_activity_round_robin
                     WHERE team_ref = ANY(%s)
                    """,
                    list(team_ids),
                )
            )
            return dict.fromkeys(team_ids, 0) | dict(cr.fetchall())


class Rotation:
    """Whose turn it is, for as long as one operation lasts."""

    def __init__(self, env, draw):
        self.env = env
        self.draw = draw
        self._members = {}
        #: team id -> number of its next turn, and how many turns from there are ours
        self._next_turn = {}
        self._reserved = Counter()

    def reserve(self, records, count=1):
        """Take the turns of many records at once.

        :param records: they are given to :meth:`next_user` afterwards
        :param int count: so many times each
        """
        counts = Counter(
            {
                team.id: count * len(same)
                for team, same in records.sudo().grouped(self._get_team).items()
                if count and team and self._get_members(team)
            }
        )
        if not counts:
            return
        if self.draw:
            self._next_turn.update(self._get_turns()._draw(counts))
        else:
            missing = counts.keys() - self._next_turn.keys()
            if missing:
                self._next_turn.update(self._get_turns()._peek(missing))
        self._reserved += counts

    def next_user(self, record):
        """:param record: a record with a sales team
        :returns: the team's next active member, or none
        """
        team = self._get_team(record.sudo())
        members = self._get_members(team)
        if not members:
            return self.env["res.users"]
        if not self._reserved[team.id]:
            self.reserve(record)
        turn = self._next_turn[team.id]
        self._next_turn[team.id] += 1
        self._reserved[team.id] -= 1
        return members[turn % len(members)].with_env(self.env)

    def has_members(self, record):
        """:returns: whether there is anybody in a record's team whose turn can come"""
        return bool(self._get_members(self._get_team(record.sudo())))

    def _get_turns(self):
        return self.env["mail.activity.round.robin"]

    def _get_team(self, record):
        team = record.team_id if "team_id" in record else None
        return team if team and "crm_team_member_ids" in team else None

    def _get_members(self, team):
        if not team:
            return None
        if team not in self._members:
            members = team.crm_team_member_ids.filtered("active").user_id
            self._members[team] = members._filter_can_do_activities().sorted("id")
        return self._members[team]
