# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter


class Rotation:
    """Whose turn it is in the teams, for as long as one operation lasts.

    Looking takes no turn: whoever does what it was asked for calls :meth:`take`.

    :param env: environment
    """

    def __init__(self, env):
        self.env = env
        self._queues = {}
        #: key of a queue -> number of its next turn
        self._next_turn = {}
        self._used = Counter()

    def load(self, records):
        """Look up the turns of many records at once, before :meth:`next_user` is asked
        for each of them."""
        keys = {self._get_queue(record)[0] for record in records.sudo()}
        missing = keys - self._next_turn.keys() - {None}
        if missing:
            self._next_turn |= self.env["mail.activity.round.robin"]._peek(missing)

    def next_user(self, record):
        """:param record: a record with a sales team
        :returns: the team's next active member who works in its company, or none
        """
        key, members = self._get_queue(record.sudo())
        if not members:
            return self.env["res.users"]
        if key not in self._next_turn:
            self.load(record)
        turn = self._next_turn[key]
        self._next_turn[key] += 1
        self._used[key] += 1
        return members[turn % len(members)].with_env(self.env)

    def has_members(self, record):
        """:returns: whether there is anybody in a record's team whose turn can come"""
        _key, members = self._get_queue(record.sudo())
        return bool(members)

    def take(self):
        """Take the turns that were looked up, in this transaction."""
        if self._used:
            self.env["mail.activity.round.robin"].sudo()._draw(self._used)
            self._used = Counter()

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
