# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a series would plan, as people and programs are told; it writes nothing."""

from collections import Counter

from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.crm_activity_plus.engine.reasons import (
    tell_explanation,
    tell_fresh_reason,
)
from odoo.addons.crm_activity_plus.tools.errors import describe_error

from ..tools.occurrences import find_last_days
from .leveller import find_visit
from .members import MemberFinder
from .series_launcher import SeriesLauncher
from .visits import Visit

# So many records are previewed, and so many days of each.
MAX_RECORDS = 20
MAX_DAYS = 24


class SeriesPreview:
    """:param series: one series, maybe one in memory"""

    def __init__(self, series):
        self.env = series.env
        self.series = series

    def summarize(self):
        """:returns: what starting the series does, in a sentence; or what is wrong
        :rtype: str"""
        try:
            ids = MemberFinder().find(self.series)
        except UserError as error:
            return describe_error(error)
        days = self.series._find_coming_days(is_first=True)
        left_out = self._tell_left_out(days)
        if not days:
            return left_out or self.env._("No visit is due.")
        summary = self.env._(
            "%(records)s × %(days)s dates, from %(first)s to %(last)s: %(visits)s "
            "visits to plan.",
            records=self.series.plan_id._tell_record_count(len(ids)),
            days=len(days),
            first=format_date(self.env, days[0]),
            last=format_date(self.env, days[-1]),
            visits=len(ids) * len(days),
        )
        return f"{summary} {left_out}" if left_out else summary

    def _tell_left_out(self, days):
        """:param days: those on which visits can still be planned
        :returns: that there is none today any more, or False"""
        left = set(self.series._find_days(is_first=True)) - set(days)
        if not left:
            return False
        return self.env._("Today's visit is left out: its time has passed.")

    def format(self):
        """:returns: see ``action_preview``
        :rtype: dict"""
        series = self.series
        ids = MemberFinder().find(series)
        days = series._find_coming_days(is_first=True)
        # Whoever may see the series need not see the records of its owner.
        shown = self.env[series.res_model].browse(ids)._filtered_access("read")
        rows, load = self._propose(shown.ids[:MAX_RECORDS], days)
        records = series._as_owner(self.env[series.res_model]).browse(rows)
        users = self.env["res.users"].sudo().browse({user for user, _day in load})
        names = {user.id: user.name for user in users}
        return {
            "record_count": len(ids),
            "dates": [day.isoformat() for day in days],
            "visit_count": len(ids) * len(days),
            "left_out": self._tell_left_out(days),
            "records": [
                {
                    "res_id": record.id,
                    "display_name": record.display_name,
                    "visits": rows[record.id],
                }
                for record in records
            ],
            "load": [
                {
                    "user_id": user_id,
                    "user_name": names[user_id],
                    "date": day.isoformat(),
                    "planned": number,
                }
                for (user_id, day), number in sorted(load.items())
            ],
        }

    def _propose(self, ids, days):
        """:returns: record -> its visits; and person and day -> number of visits"""
        series, ends = self.series, find_last_days(days)
        launcher = SeriesLauncher.make(series)
        rows, load = {res_id: [] for res_id in ids}, Counter()
        for day in days[:MAX_DAYS]:
            visits = [Visit(series.id, res_id, day, ends[day]) for res_id in ids]
            for proposal in launcher.propose(launcher.make_request(visits)):
                step = find_visit(proposal)
                rows[proposal.res_id].append(self._format_visit(day, proposal, step))
                if step:
                    load[step.user_id, step.date_deadline] += 1
        return rows, load

    def _format_visit(self, day, proposal, step):
        user = self.env["res.users"].sudo().browse(step.user_id if step else ())
        return {
            "date": day.isoformat(),
            "date_deadline": step.date_deadline.isoformat() if step else False,
            "time_of_day": step.copied["time_of_day"] if step else False,
            "user_id": user.id,
            "user_name": user.name or False,
            "explanation": step
            and tell_explanation(self.env, step.date_explanation)
            or False,
            "skip_reason": tell_fresh_reason(self.env, proposal.skip_reason),
        }
