# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Where occurrences become runs with meetings."""

from collections import Counter
from dataclasses import replace

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.launcher import Launcher
from odoo.addons.crm_activity_plus.engine.planner import Planner
from odoo.addons.crm_activity_plus.engine.request import LaunchRequest, Occasion

from .leveller import Leveller
from .spreader import Spreader

# Nobody gets an email about each meeting, and no record a note; see ``announcer``.
QUIETLY = {
    "dont_notify": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_mail_to_attendees": True,
    "skip_contact_description": True,
    "tracking_disable": True,
}


class SeriesLauncher(Launcher):
    """Launches a plan on records, for an occurrence of a series each.

    :param plan: the plan, as whoever the series act for
    :param Leveller leveller: moves visits to days with room, or None
    :param Spreader spreader: has the visits of a day follow each other, or None
    """

    def __init__(self, plan, leveller=None, spreader=None):
        super().__init__(Planner(plan))
        self.leveller = leveller
        self.spreader = spreader
        self._last_days = {}

    @classmethod
    def make(cls, series):
        """:param series: one series
        :returns: the launcher that plans as the series says
        :rtype: SeriesLauncher
        :raises UserError: its plan can't be launched"""
        plan, limit = series._as_owner(series.plan_id), series.daily_limit
        return cls(
            plan,
            limit and Leveller(plan, limit),
            Spreader(plan) if series.is_spread else None,
        )

    def take_turn(self):
        """Nobody else plans for the same people meanwhile, where that matters."""
        for one in (self.leveller, self.spreader):
            if one:
                one.take_turn()

    def renew(self):
        """:returns: one that has not planned anything, after what was planned came to
        nothing"""
        leveller, spreader = self.leveller, self.spreader
        if leveller:
            leveller = Leveller(self.plan, leveller.load.limit)
        if spreader:
            spreader = Spreader(self.plan)
        return SeriesLauncher(self.plan, leveller, spreader)

    def plan_visits(self, visits):
        """Launch, and book the meetings.

        :param visits: each a :class:`~.visits.Visit`; several of a record only where
            neither a leveller nor a spreader counts them
        :returns: visit -> its run; and visit -> why it has none
        :rtype: tuple[dict, dict]
        """
        # See ``launch_now``.
        self.env.flush_all()
        turns, reasons = [], {}
        for same in split_turns(visits):
            request, accepted = self.make_request(same), []
            for visit, proposal in zip(same, self.propose(request), strict=True):
                if proposal.skip_reason:
                    reasons[visit] = proposal.skip_reason
                else:
                    accepted.append(proposal)
            turns.append((request, accepted))
        runs, late = self._launch_turns(turns)
        late = {proposal.res_id: proposal.skip_reason for proposal in late}
        by_key = {(run.res_id, run.launch_key): run for run in runs}
        planned = {}
        for visit in visits:
            if run := by_key.get((visit.res_id, visit.key)):
                planned[visit] = run
            elif visit not in reasons:
                reasons[visit] = late[visit.res_id]
        return planned, reasons

    def _create_turns(self, turns):
        """Launch once for all turns: what a launch costs by itself is much more than
        what it costs for each record. Then book the meetings.

        :returns: the runs, as superuser, and what somebody else launched meanwhile
        :raises psycopg2.errors.UniqueViolation: somebody did, and there are several
            turns
        """
        if len(turns) == 1:
            runs, late = super()._create_turns(turns)
            runs = by_engine(runs)
        else:
            runs, late = self._create_together(turns), []
        runs.line_ids.filtered(
            lambda line: line.action_type == "meeting"
        )._book_meetings(QUIETLY)
        return runs, late

    def _create_together(self, turns):
        proposals, vals_list = [], []
        for request, accepted in turns:
            proposals += accepted
            vals_list += self.plan._prepare_runs_values(accepted, request)
        runs = by_engine(self.env["mail.activity.plan.run"])
        with self.env.cr.savepoint():
            runs = runs.create(vals_list)
        self._begin(runs, proposals)
        return runs

    def make_request(self, visits):
        """:rtype: LaunchRequest"""
        self._last_days = {visit.res_id: visit.last_day for visit in visits}
        return LaunchRequest(
            res_ids=tuple(visit.res_id for visit in visits),
            plan_date=min(visit.day for visit in visits),
            responsible_id=self.planner.reader.read_responsible(None).id,
            occasions={
                visit.res_id: Occasion(
                    visit.day, visit.key, {"recurrence_id": visit.series_id}
                )
                for visit in visits
            },
        )

    def propose(self, request):
        """Move visits to days with room: the whole of what is launched moves along; and
        have those of a day follow each other."""
        proposals = super().propose(request)
        if self.leveller:
            proposals = self._level(request, proposals)
        return self.spreader.spread(proposals) if self.spreader else proposals

    def _level(self, request, proposals):
        def propose_on(plan_dates):
            for res_id, day in plan_dates.items():
                # The launcher reads it again, for the runs.
                request.occasions[res_id] = replace(
                    request.occasions[res_id], plan_date=day
                )
            return super(SeriesLauncher, self).propose(
                replace(request, res_ids=tuple(plan_dates))
            )

        plan_dates = {id_: request.get_plan_date(id_) for id_ in request.res_ids}
        return self.leveller.level(proposals, plan_dates, self._last_days, propose_on)


def split_turns(visits):
    """:returns: the visits, each record's one after the other
    :rtype: list[list[Visit]]"""
    seen, turns = Counter(), []
    for visit in visits:
        turn = seen[visit.res_id]
        if turn == len(turns):
            turns.append([])
        turns[turn].append(visit)
        seen[visit.res_id] += 1
    return turns
