# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.environment import by_engine, unsteered
from odoo.addons.crm_activity_plus.tools.dates import get_timezone
from odoo.addons.crm_activity_plus.tools.values import quote

from ...engine.series_checker import SeriesChecker
from ...engine.series_preview import SeriesPreview
from ...engine.visits import VisitFinder
from ...tools.occurrences import find_days, match_kept

# What becomes of the visits to come: when a series ends, and when it starts again.
AT_STOP = ("keep", "cancel")
AT_START = ("keep", "anew")
# So many visits are planned while the user waits; more of them in the background.
PLANNED_AT_ONCE = 500


class MailActivityPlanRecurrence(models.Model):
    """A series starts and ends, and is planned ahead."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.recurrence"

    planned_count = fields.Integer("Planned", compute="_compute_planned")
    skipped_count = fields.Integer("Skipped", compute="_compute_planned")
    coming_count = fields.Integer("Coming", compute="_compute_planned")
    progress = fields.Float(compute="_compute_planned")
    summary = fields.Char(
        compute="_compute_summary", help="What starting the series does."
    )

    @api.depends("occurrence_ids.state", "planned_total")
    def _compute_planned(self):
        now = fields.Datetime.now()
        counts = defaultdict(lambda: [0, 0, 0])
        rows = self.env["mail.activity.plan.recurrence.occurrence"].sudo()
        for series, state, number in rows._read_group(
            [("recurrence_id", "in", self.ids)], ["recurrence_id", "state"], ["__count"]
        ):
            counts[series.id][0] += number * (state == "planned")
            counts[series.id][1] += number * (state == "skipped")
        for series, number in rows._read_group(
            [
                ("recurrence_id", "in", self.ids),
                ("state", "=", "planned"),
                ("calendar_event_id.start", ">", now),
            ],
            ["recurrence_id"],
            ["__count"],
        ):
            counts[series.id][2] = number
        for series in self:
            planned, skipped, coming = counts[series.id]
            total = max(series.planned_total, planned + skipped)
            series.planned_count, series.skipped_count = planned, skipped
            series.coming_count = coming
            series.progress = 100 * (planned + skipped) / total if total else 0

    @api.depends(
        *("plan_id", "domain", "rrule", "date_start", "horizon_days", "state"),
        *("user_id", "company_id", "plan_id.template_ids.time_of_day"),
    )
    @api.depends_context("uid", "lang")
    def _compute_summary(self):
        for series in self:
            is_new = series.state != "running" and series.plan_id and series.date_start
            series.summary = SeriesPreview(series).summarize() if is_new else False

    # ------------------------------------------------------------
    # Buttons, and programs
    # ------------------------------------------------------------

    @api.readonly
    def action_preview(self):
        """Compute what :meth:`action_start` would plan, without doing it.

        :returns: ``{"record_count", "dates": [..], "visit_count", "records":
            [{"res_id", "display_name", "visits": [{"date", "date_deadline", "user_id",
            "user_name", "time_of_day", "explanation", "skip_reason"}]}], "load":
            [{"user_id", "user_name", "date", "planned"}], "left_out"}``. ``records``
            are the first of them; ``left_out`` says that today's visit would have been
            earlier than now.
        :rtype: dict
        :raises UserError: the series can't start, and why
        """
        series = self._as_single()
        SeriesChecker(series).check()
        return SeriesPreview(series).format()

    def action_start(self, coming="keep"):
        """Plan the visits up to the horizon, and go on with it day by day. Many visits
        are planned in the background.

        :param str coming: what becomes of visits that an earlier start has planned:
            ``keep``, or ``anew``: they are cancelled and planned by the rule as it is
            now, but for those that somebody has moved
        :raises UserError: nothing would come of it, and why; nothing is written
        :raises AccessError: the user may not change the series
        """
        self._check_choice(coming, AT_START)
        for series in unsteered(self):
            series.check_access("write")
            series._check_not_running()
            if not series.env.su and series.user_id != series.env.user:
                series.user_id = series.env.user
            SeriesChecker(series).check()
            by_engine(series)._start(coming)
        return True

    def action_stop(self, coming="keep"):
        """Plan no more. What has been stays as it is.

        :param str coming: what becomes of the visits to come: ``keep`` or ``cancel``
        :raises UserError: it isn't running
        :raises AccessError: the user may not change the series
        """
        self._check_choice(coming, AT_STOP)
        for series in unsteered(self):
            series.check_access("write")
            if series.state not in ("running", "stopped"):
                raise UserError(
                    self.env._(
                        "“%s” isn't running: there is nothing to stop.", series.name
                    )
                )
            by_engine(series)._stop(coming)
        return True

    @api.readonly
    def action_view_visits(self):
        """Open the meetings in the calendar, from the next one on."""
        series = self._as_single()
        series.check_access("read")
        action = series.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus_automation.calendar_event_action_visits"
        )
        next_visit = series.env["calendar.event"].search(
            [
                ("plan_recurrence_id", "=", series.id),
                ("start", ">", fields.Datetime.now()),
            ],
            order="start",
            limit=1,
        )
        action["domain"] = [("plan_recurrence_id", "=", series.id)]
        if next_visit:
            day = fields.Date.to_string(next_visit.start)
            action["context"] = {"initial_date": day}
        return action

    def _check_choice(self, choice, choices):
        if choice not in choices:
            raise UserError(
                self.env._(
                    "“%(choice)s” can't be chosen for the coming visits, only one of "
                    "these: %(choices)s.",
                    choice=quote(choice),
                    choices=", ".join(choices),
                )
            )

    def _as_single(self):
        series = unsteered(self)
        SeriesChecker.check_single(series)
        return series

    # ------------------------------------------------------------
    # Starting and stopping, as superuser
    # ------------------------------------------------------------

    def _start(self, coming):
        self.ensure_one()
        days = self._find_days(is_first=True)
        date_from = self._keep_coming(days) if coming == "keep" else False
        if coming == "anew":
            self._replan_coming(days)
        self.write(
            {
                "state": "running",
                "date_from": date_from,
                "date_next_check": fields.Datetime.now(),
                "problem": False,
            }
        )
        gaps = VisitFinder().find(self)[self]
        self.planned_total = self.planned_count + len(gaps.missing)
        self._fill_soon(gaps)

    def _stop(self, coming):
        self.ensure_one()
        if coming == "cancel":
            self._get_coming()._leave()
        self.write({"state": "stopped", "date_next_check": fields.Datetime.now()})
        self._fill_soon(VisitFinder().find(self)[self])

    def _fill_soon(self, gaps):
        """Do what there is to do, at once where it is little."""
        leaving = self.occurrence_ids.filtered(lambda row: row.state == "leaving")
        if len(gaps.missing) + len(leaving) > PLANNED_AT_ONCE:
            self.env.ref(
                "crm_activity_plus_automation.ir_cron_plan_visits"
            ).sudo()._trigger()
            return
        filled, _is_complete = self._fill(VisitFinder(), PLANNED_AT_ONCE)
        self._complete(filled)
        self.occurrence_ids.filtered(lambda row: not row.is_told)._tell()

    def _keep_coming(self, days):
        """:returns: the day from which the rule counts, if another one has planned what
        comes before"""
        kept = self._get_coming().mapped("date")
        if set(kept) <= set(days):
            return False
        return max(kept) + timedelta(days=1)

    def _replan_coming(self, days):
        """Have all visits leave that nobody has moved; the others are those of the
        nearest days."""
        coming = self._get_coming()
        moved = coming.filtered("is_moved")
        (coming - moved)._leave()
        for rows in moved.grouped("res_id").values():
            matched = match_kept(rows.mapped("date"), days)
            # In two turns: one may go where another one comes from.
            for row in rows:
                row.date = matched.get(row.date, row.date)

    def _get_coming(self):
        """:returns: the visits that are planned and have not begun"""
        now = fields.Datetime.now()
        return self.occurrence_ids.search(
            [
                ("recurrence_id", "in", self.ids),
                ("state", "=", "planned"),
                "|",
                ("calendar_event_id.start", ">", now),
                "&",
                ("calendar_event_id", "=", False),
                ("date", ">=", now.date()),
            ]
        )

    # ------------------------------------------------------------
    # Days
    # ------------------------------------------------------------

    def _find_days(self, is_first=False):
        """:param bool is_first: whatever an earlier rule has planned
        :returns: the days of the rule from today on, up to the horizon
        :rtype: list[date]"""
        self.ensure_one()
        today = self._get_today()
        first = max(today, self.date_start)
        if self.date_from and not is_first:
            first = max(first, self.date_from)
        ahead = self.horizon_days
        last = today + timedelta(days=ahead - 1) if ahead else None
        return find_days(self.rrule, self.date_start, first, last) if self.rrule else []

    def _find_coming_days(self, is_first=False):
        """:returns: the same, without today where the time of the visit has passed
        :rtype: list[date]"""
        days = self._find_days(is_first)
        if days and days[0] == self._get_today() and self._is_too_late():
            return days[1:]
        return days

    def _is_too_late(self):
        """:returns: whether a meeting of today's visit would have begun, by the clock
        of whoever holds it or, where that depends on the record, of the owner"""
        now, owner = pytz.utc.localize(fields.Datetime.now()), self._get_owner().sudo()
        midnight = datetime.combine(self._get_today(), time.min)
        for step in self.plan_id.sudo().template_ids:
            is_today = step.action_type == "meeting" and not step.delay_count
            if not is_today or step.after_ids:
                continue
            is_known = step.responsible_type == "other"
            user = step.responsible_id if is_known else owner
            zone = get_timezone(user.tz or owner.tz)
            start = midnight + timedelta(minutes=round(step.time_of_day * 60))
            # It may be another day there than where the owner is.
            if zone.localize(start) <= now:
                return True
        return False

    def _get_today(self):
        owner = self._get_owner().sudo()
        return fields.Date.context_today(self.with_context(tz=owner.tz or "UTC"))

    def _get_owner(self):
        """:returns: whose rights the series acts with. In a form, it is whoever is
        about to save it: what a client says of it there isn't checked yet."""
        self.ensure_one()
        return self.user_id if self.id else self.env.user

    def _as_owner(self, records):
        """:returns: records as whoever the series acts for works with them"""
        user = self._get_owner()
        others = user.sudo().company_ids - self.company_id
        context = {
            "allowed_company_ids": [self.company_id.id, *others.ids],
            "lang": user.sudo().lang,
            "tz": user.sudo().tz,
        }
        # Nobody's context but the owner's.
        return records.with_env(self.env(user=user.id, context=context, su=False))
