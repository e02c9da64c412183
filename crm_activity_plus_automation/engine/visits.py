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

    :param series: the series, as superuser
    """

    def __init__(self, series):
        self.env = series.env
        self.series = series
        self.members = MemberFinder()

    def find(self):
        """:returns: series -> :class:`Gaps`
        :rtype: dict"""
        rows = self._read_rows()
        return {one: self._find_gaps(one, rows[one.id]) for one in self.series}

    def _find_gaps(self, series, rows):
        """:param rows: id, record, day, state of each occurrence from today on, and
        whether it is still to come"""
        if series.state != "running":
            return Gaps()
        try:
            member_ids = self.members.find(series)
        except UserError as error:
            return Gaps(problem=describe_error(error))
        members = set(member_ids)
        planned = [row for row in rows if row[3] == "planned"]
        known = {(res_id, day) for _id, res_id, day, *_state in rows}
        days = series._find_days()
        ends = find_last_days(days)
        return Gaps(
            missing=[
                Visit(series.id, res_id, day, ends[day])
                for day in days
                for res_id in member_ids
                if (res_id, day) not in known
            ],
            leaving=[
                row_id
                for row_id, res_id, _day, _state, is_coming in planned
                if is_coming and res_id not in members
            ],
        )

    def _read_rows(self):
        """:returns: id of a series -> its occurrences of today and later, and those
        whose meetings are; what couldn't be planned is tried again the next day
        """
        rows = defaultdict(list)
        self.env["mail.activity.plan.recurrence.occurrence"].flush_model()
        self.series.flush_model(["date_next_check"])
        self.env["calendar.event"].flush_model(["start"])
        now = Datetime.now()
        for series_id, *row in self.env.execute_query(
            SQL(
                """
                SELECT row.recurrence_id, row.id, row.res_id, row.date, row.state,
                       COALESCE(event.start > %(now)s, row.date >= %(today)s)
                  FROM mail_activity_plan_recurrence_occurrence AS row
                  JOIN mail_activity_plan_recurrence AS series
                    ON series.id = row.recurrence_id
             LEFT JOIN calendar_event AS event ON event.id = row.calendar_event_id
                 WHERE row.recurrence_id = ANY(%(ids)s)
                   AND (row.date >= %(yesterday)s OR event.start > %(now)s)
                   AND (row.state = 'planned'
                        OR row.state = 'skipped'
                       AND row.date_tried >= series.date_next_check)
                """,
                ids=self.series.ids,
                now=now,
                today=now.date(),
                yesterday=now.date() - timedelta(days=1),
            )
        ):
            rows[series_id].append(row)
        return rows
