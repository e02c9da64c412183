# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityRoundRobin(models.Model):
    """How many turns each sales team has had; where not all of its members work in the
    company of a record, those who do take turns of their own.

    Turns are taken in a transaction of their own, so that two launches at the same
    moment don't wait for each other, and don't take the same turn. A launch that is
    rolled back has had its turn.
    """

    _name = "mail.activity.round.robin"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Round Robin of a Sales Team"
    _rec_name = "team_ref"

    # No foreign key: the team may not be committed yet, and nobody waits for its row.
    team_ref = fields.Integer("Team", required=True, readonly=True)
    company_ref = fields.Integer("Company", required=True, readonly=True, default=0)
    position = fields.Integer(required=True, readonly=True, default=0)

    _team_ref_unique = models.Constraint(
        "UNIQUE (team_ref, company_ref)", "A team has one position in a company."
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

        :param dict counts: team and company ids -> how many turns
        :returns: team and company ids -> the number of the first turn, from 0
        :rtype: dict
        """
        # In order: two launches that need the same teams don't lock each other out.
        keys = sorted(counts)
        team_ids, company_ids = zip(*keys, strict=True)
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO mail_activity_round_robin AS turns
                                (team_ref, company_ref, position)
                         SELECT team_ref, company_ref, taken
                           FROM unnest(%(teams)s, %(companies)s, %(counts)s)
                                AS new (team_ref, company_ref, taken)
                       ORDER BY team_ref, company_ref
                    ON CONFLICT (team_ref, company_ref)
                      DO UPDATE SET position = turns.position + EXCLUDED.position
                      RETURNING team_ref, company_ref, position
                    """,
                    teams=list(team_ids),
                    companies=list(company_ids),
                    counts=[counts[key] for key in keys],
                )
            )
            return {
                (team_id, company_id): position - counts[team_id, company_id]
                for team_id, company_id, position in cr.fetchall()
            }

    @api.model
    def _peek(self, keys):
        """Look at the turns as they are now, not as they were when this transaction
        began.

        :param keys: team and company ids
        :returns: team and company ids -> the number of the next turn
        :rtype: dict
        """
        with self.env.registry.cursor(readonly=True) as cr:
            cr.execute(
                SQL(
                    """
                    SELECT team_ref, company_ref, position
                      FROM mail_activity_round_robin
                     WHERE team_ref = ANY(%s)
                    """,
                    [team_id for team_id, _company_id in keys],
                )
            )
            positions = {(team, company): turn for team, company, turn in cr.fetchall()}
            return {key: positions.get(key, 0) for key in keys}


class Rotation:
    """Whose turn it is, for as long as one operation lasts."""

    def __init__(self, env, draw):
        self.env = env
        self.draw = draw
        self._queues = {}
        #: key of a queue -> number of its next turn, and how many turns from there are
        #: ours
        self._next_turn = {}
        self._reserved = Counter()

    def reserve(self, records, count=1):
        """Take the turns of many records at once.

        :param records: they are given to :meth:`next_user` afterwards
        :param int count: so many times each
        """
        counts = Counter()
        for record in records.sudo():
            key, members = self._get_queue(record)
            if count and members:
                counts[key] += count
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
        :returns: the team's next active member who works in its company, or none
        """
        key, members = self._get_queue(record.sudo())
        if not members:
            return self.env["res.users"]
        if not self._reserved[key]:
            self.reserve(record)
        turn = self._next_turn[key]
        self._next_turn[key] += 1
        self._reserved[key] -= 1
        return members[turn % len(members)].with_env(self.env)

    def has_members(self, record):
        """:returns: whether there is anybody in a record's team whose turn can come"""
        _key, members = self._get_queue(record.sudo())
        return bool(members)

    def _get_turns(self):
        return self.env["mail.activity.round.robin"]

    def _get_queue(self, record):
        """:returns: what the turns on a record are counted by, and who takes them"""
        nobody = self.env["res.users"]
        team = record.team_id if "team_id" in record else nobody
        company = record.company_id if "company_id" in record else nobody
        if team._name != "crm.team":
            return None, nobody
        if (team, company) not in self._queues:
            members = team.crm_team_member_ids.filtered("active").user_id
            members = members._filter_can_do_activities().sorted("id")
            there = members
            if company:
                there = members.filtered(lambda user: company in user.company_ids)
            # Where some are passed over, those behind them would get their turns.
            company_ref = 0 if there == members else company.id
            self._queues[team, company] = (team.id, company_ref), there
        return self._queues[team, company]
