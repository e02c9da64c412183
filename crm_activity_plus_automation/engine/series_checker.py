# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What is in the way of a series; it is told before anything is written."""

from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.launch_warnings import tell_skipped

from ..tools.occurrences import find_last_days
from .members import MemberFinder
from .series_launcher import SeriesLauncher
from .visits import Visit

# More than that are planned as time goes by.
MAX_VISITS = 100_000
# So many records are looked at beforehand.
MAX_LOOKED_AT = 200


class SeriesChecker:
    """Looks whether something would come of a series.

    :param series: one series
    """

    def __init__(self, series):
        self.env = series.env
        self.series = series

    @staticmethod
    def check_single(series):
        """:raises UserError: there are none, or several, or it is gone"""
        Arguments(series.env).check_single(series)
        if not series.exists():
            raise UserError(series.env._("These recurring visits were deleted."))
        series.check_access("read")

    def check(self):
        """:raises UserError: the series can't start, and what to do about it"""
        self.check_single(self.series)
        self._check_plan()
        self._check_end()
        days = self._check_days()
        ids = self._check_records(days)
        self._check_launch(ids, days)

    def _check_plan(self):
        plan = self.series.sudo().plan_id
        if "meeting" not in plan.template_ids.mapped("action_type"):
            raise UserError(
                self.env._(
                    "The plan “%s” has no step of the type Meeting, so no visit would "
                    "be in the calendar. Add such a step, or choose another plan.",
                    plan.name,
                )
            )

    def _check_end(self):
        if self.series.end_type == "forever" and not self.series.horizon_days:
            raise UserError(
                self.env._(
                    "“%s” never ends, and there is no number of days that it is "
                    "planned ahead. Enter one of the two.",
                    self.series.name,
                )
            )

    def _check_days(self):
        series = self.series
        if not series.rrule:
            # It says what is wrong.
            series._serialize_rule()
        days = series._find_coming_days(is_first=True)
        if not days:
            raise UserError(
                self.env._(
                    "“%(series)s” has no visit within the next %(days)s days. Check "
                    "its start, its end and the rule.",
                    series=series.name,
                    days=series.horizon_days or 0,
                )
            )
        return days

    def _check_records(self, days):
        ids = MemberFinder().find(self.series)
        if not ids:
            raise UserError(
                self.env._(
                    "No record matches the filter of “%s”, so nobody would be "
                    "visited. Change the filter.",
                    self.series.name,
                )
            )
        if len(ids) * len(days) > MAX_VISITS:
            raise UserError(
                self.env._(
                    "“%(series)s” would have %(count)s visits: %(days)s each on "
                    "%(records)s records. At most %(most)s can be planned: choose "
                    "fewer records, or plan fewer days ahead.",
                    series=self.series.name,
                    count=len(ids) * len(days),
                    days=len(days),
                    records=len(ids),
                    most=MAX_VISITS,
                )
            )
        return ids

    def _check_launch(self, ids, days):
        """Look at the first visit of some records: if none of them can be planned, it
        isn't about one record of many."""
        ends = find_last_days(days)
        visits = [
            Visit(self.series.id, res_id, days[0], ends[days[0]])
            for res_id in ids[:MAX_LOOKED_AT]
        ]
        plan = self.series._as_owner(self.series.plan_id)
        launcher = SeriesLauncher(plan)
        proposals = launcher.propose(launcher.make_request(visits))
        skipped = [one for one in proposals if one.skip_reason]
        if len(skipped) == len(visits):
            rows = [
                {"res_id": one.res_id, "reason": one.skip_reason} for one in skipped
            ]
            reasons = tell_skipped(plan, rows)
            raise UserError(
                self.env._(
                    "None of the visits of “%(series)s” can be planned. %(reasons)s",
                    series=self.series.name,
                    reasons=" ".join(reasons[:3]),
                )
            )
