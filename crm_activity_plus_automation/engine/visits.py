# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which visits of series are missing, and which are too many."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.tools.errors import describe_error

from ..tools.occurrences import find_last_days
from .members import MemberFinder


@dataclass(frozen=True, slots=True)
class Visit:
    """One occurrence on one record that has to be planned."""

    series_id: int
    res_id: int
    day: date
    #: the last day that it can be on, where there is no room before
    last_day: date

    @property
    def key(self):
        """What tells its run from all others, for good."""
        return f"recurrence/{self.series_id}/{self.day}"


@dataclass(slots=True)
class Gaps:
    """What has to be done for a series to be as it should."""

    missing: list = field(default_factory=list)
    #: ids of occurrences that nobody is to have any more
    leaving: list = field(default_factory=list)
    #: why it can't be said, in a sentence
    problem: str | bool = False


class VisitFinder:
    """Compares series with what is planned of them; it writes nothing.

    So it doesn't matter how far an earlier call came, or who planned what meanwhile:
    what is missing is planned, and nothing else.

    It remembers who the records are, and what was tried: so it must not live longer
    than one operation.
    """

    def __init__(self):
        self.members = MemberFinder()
        self._tried = set()

    def find(self, series):
        """:param series: the series, as superuser
        :returns: series -> :class:`Gaps`
        :rtype: dict"""
        rows = self._read_rows(series)
        return {one: self._find_gaps(one, rows[one.id]) for one in series}

    def note_tried(self, visits):
        """Whatever comes of these visits: they aren't tried again in this operation."""
        self._tried.update((one.series_id, one.res_id, one.day) for one in visits)

    def _find_gaps(self, series, rows):
        """:param rows: id, record, day, state of each occurrence from today on, and
        whether it is still to come"""
        if series.state != "running":
            return Gaps()
        try:
            member_ids = self.members.find(series)
        except UserError as error:
            return Gaps(problem=describe_error(error))
        known, skipped = set(), set()
        for _id, res_id, day, state, _is_coming in rows:
            (known if state == "planned" else skipped).add((res_id, day))
        days = series._find_coming_days()
        ends = find_last_days(days)
        missing = [
            Visit(series.id, res_id, day, ends[day])
            for day in days
            for res_id in member_ids
            if (res_id, day) not in known
            and (series.id, res_id, day) not in self._tried
        ]
        # What could not be planned before is in nobody's way.
        missing.sort(key=lambda visit: (visit.res_id, visit.day) in skipped)
        members = set(member_ids)
        return Gaps(
            missing=missing,
            leaving=[
                row_id
                for row_id, res_id, _day, state, is_coming in rows
                if state == "planned" and is_coming and res_id not in members
            ],
        )

    def _read_rows(self, series):
        """:returns: id of a series -> its occurrences of today and later, and those
        whose meetings are"""
        rows, env = defaultdict(list), series.env
        env["mail.activity.plan.recurrence.occurrence"].flush_model()
        env["calendar.event"].flush_model(["start"])
        now = Datetime.now()
        for series_id, *row in env.execute_query(
            SQL(
                """
                SELECT row.recurrence_id, row.id, row.res_id, row.date, row.state,
                       COALESCE(event.start > %(now)s, row.date >= %(today)s)
                  FROM mail_activity_plan_recurrence_occurrence AS row
             LEFT JOIN LATERAL (
                           -- Each by its id, however few there are said to be.
                           SELECT start FROM calendar_event
                            WHERE id = row.calendar_event_id OFFSET 0
                       ) AS event ON TRUE
                 WHERE row.recurrence_id = ANY(%(ids)s)
                   AND (row.date >= %(yesterday)s OR event.start > %(now)s)
                   AND row.state IN ('planned', 'skipped')
                """,
                ids=series.ids,
                now=now,
                today=now.date(),
                yesterday=now.date() - timedelta(days=1),
            )
        ):
            rows[series_id].append(row)
        return rows
