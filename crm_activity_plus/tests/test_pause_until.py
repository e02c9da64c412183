# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date, Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..models.pause.mail_activity_plan_run import MailActivityPlanRun
from ..models.run.mail_activity_plan_run import MailActivityPlanRun as RunModel
from .crons_common import MODELS, EngineCronsCase

PAUSE_LOGGER = f"{MODELS}.pause.mail_activity_plan_run"


@tagged("post_install", "-at_install")
class TestPauseUntil(EngineCronsCase):
    """Runs that are paused until a day resume by themselves."""

    def _launch_paused(self, until, leads=None, **kwargs):
        runs = self._launch(leads or self.leads, plan=self.short_plan, **kwargs)
        runs.with_user(self.user_owner).action_pause(until, "They are away")
        return runs

    @freeze_time("2026-03-02 09:00:00")
    def test_resumes_on_the_day(self):
        runs = self._launch_paused("2026-03-05", plan_date="2026-03-04")
        self.assertEqual(set(runs.mapped("state")), {"paused"})
        self.assertEqual(runs[0].paused_until, Date.to_date("2026-03-05"))
        [row] = self.env["mail.activity.log"].search(
            [("run_id", "=", runs[0].id), ("event", "=", "paused")]
        )
        self.assertEqual(row.reason, "They are away")
        self.assertEqual(row.values["paused_until"], [False, "2026-03-05"])
        [told] = runs[0].with_user(self.user_owner).get_timeline()
        self.assertEqual(told["paused_until"], Date.to_date("2026-03-05"))
        self.assertEqual(told["pause_reason"], "They are away")
        with freeze_time("2026-03-04 09:00:00"):
            self._run_cron("ir_cron_end_pauses")
        self.assertEqual(set(runs.mapped("state")), {"paused"})
        with freeze_time("2026-03-05 09:00:00"):
            self._run_cron("ir_cron_end_pauses")
            self.assertEqual(self._run_cron("ir_cron_end_pauses"), [0])
        self.assertEqual(set(runs.mapped("state")), {"running"})
        self.assertFalse(any(runs.mapped("paused_until")))
        activities = runs.line_ids.activity_id
        self.assertEqual(set(activities.mapped("status")), {"new"})
        self.assertEqual(
            set(activities.mapped("date_deadline")), {Date.to_date("2026-03-07")}
        )
        resumed = self.env["mail.activity.log"].search(
            [("run_id", "in", runs.ids), ("event", "=", "resumed")]
            + [("run_line_id", "=", False)]
        )
        self.assertEqual(resumed.mapped("reason"), ["The pause ended."] * 3)
        for run in runs:
            self.assertLedgerTellsState(run)

    def test_the_day_begins_where_people_are(self):
        """It is the 5th in Auckland, while it is the 4th in Los Angeles."""
        people = self._create_users(
            (
                "Ann Auckland",
                "sales_team.group_sale_salesman",
                {"tz": "Pacific/Auckland"},
            ),
            (
                "Lou Losangeles",
                "sales_team.group_sale_salesman",
                {"tz": "America/Los_Angeles"},
            ),
        )
        with freeze_time("2026-03-02 09:00:00"):
            runs = self.env["mail.activity.plan.run"]
            for lead, user in zip(self.leads, people, strict=False):
                lead.user_id = user
                runs += self._launch(
                    lead,
                    plan=self.short_plan,
                    responsible_id=user.id,
                    user=self.env.user,
                )
            runs.action_pause("2026-03-05")
            day = runs[0].line_ids.date_deadline
        with freeze_time("2026-03-04 12:00:00"):
            self._run_cron("ir_cron_end_pauses")
        self.assertEqual(runs.mapped("state"), ["running", "paused"])
        self.assertEqual((runs[0].line_ids.date_deadline - day).days, 3)
        with freeze_time("2026-03-05 07:00:00"):
            self._run_cron("ir_cron_end_pauses")
            self.assertEqual(runs[1].state, "paused")
        with freeze_time("2026-03-05 09:00:00"):
            self._run_cron("ir_cron_end_pauses")
        self.assertEqual(runs[1].state, "running")

    @mute_logger(PAUSE_LOGGER)
    @freeze_time("2026-03-02 09:00:00")
    def test_one_bad_run(self):
        runs = self._launch_paused("2026-03-05")
        with (
            freeze_time("2026-03-05 09:00:00"),
            self._fail_on(RunModel, "_get_daters", runs[1]),
        ):
            progress = self._run_cron("ir_cron_end_pauses")
        self.assertEqual(runs.mapped("state"), ["running", "paused", "running"])
        self.assertEqual(runs[1].line_ids.activity_id.status, "on_hold")
        self.assertEqual(progress, [0, 1, 1, 1])
        with freeze_time("2026-03-05 10:00:00"):
            self._run_cron("ir_cron_end_pauses")
        self.assertEqual(set(runs.mapped("state")), {"running"})

    @freeze_time("2026-03-02 09:00:00")
    def test_goes_on_where_the_time_was_over(self):
        """Each call has time for one run only."""
        runs = self._launch_paused("2026-03-05")
        commit = IrCron._commit_progress

        def stop(cron, processed=0, **kwargs):
            commit(cron, processed, **kwargs)
            return 0

        with (
            freeze_time("2026-03-05 09:00:00"),
            patch.object(IrCron, "_commit_progress", stop),
        ):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.env.ref(
                    "crm_activity_plus.ir_cron_end_pauses"
                ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(runs.mapped("state")), {"running"})

    @freeze_time("2026-03-02 09:00:00")
    def test_another_day(self):
        """Paused runs get a date; without one, they can't be paused once more."""
        [run] = self._launch_paused(None, self.leads[0])
        own = run.with_user(self.user_owner)
        paused = run.date_paused
        with self.assertRaisesRegex(UserError, "not running"):
            own.action_pause()
        with freeze_time("2026-03-03 09:00:00"):
            own.action_pause("2026-03-09", "Back on Monday")
        self.assertEqual(run.paused_until, Date.to_date("2026-03-09"))
        self.assertEqual(run.date_paused, paused)
        row = self.env["mail.activity.log"].search(
            [("run_id", "=", run.id)], order="id DESC", limit=1
        )
        self.assertEqual((row.event, row.reason), ("changed", "Back on Monday"))
        own.action_resume()
        self.assertFalse(run.paused_until)

    @freeze_time("2026-03-02 09:00:00")
    def test_stopped_before(self):
        runs = self._launch_paused("2026-03-05")
        runs[0].action_stop()
        runs[1].line_ids.activity_id.complete()
        with freeze_time("2026-03-05 09:00:00"):
            self._run_cron("ir_cron_end_pauses")
        self.assertEqual(runs.mapped("state"), ["stopped", "done", "running"])
        self.assertFalse(any(runs.mapped("paused_until")))
        self.assertFalse(any(runs.mapped("date_paused")))

    @freeze_time("2026-03-02 09:00:00")
    def test_bad_input(self):
        run = self._launch(self.leads[0], plan=self.short_plan)
        for until in ("no date", 5, True, ["2026-03-09"], "2026-03-02", "2020-01-01"):
            with self.assertRaises(UserError):
                run.action_pause(until)
        for reason in (5, ["x"], "a\0b"):
            with self.assertRaises(UserError):
                run.action_pause("2026-03-09", reason)
        self.assertEqual(run.state, "running")
        with self.assertRaises(AccessError):
            run.with_user(self.user_colleague).action_pause("2026-03-09")

    def test_queries(self):
        costs = []
        for count in (2, 12):
            runs = self._launch(self._create_leads(count), plan=self.short_plan)
            runs.action_pause("2099-03-05")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            runs.action_pause("2099-03-06")
            self.env.flush_all()
            costs.append(self.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0] + 1)


@tagged("post_install", "-at_install")
class TestPauseReminder(EngineCronsCase):
    """Of plans that are paused without a date, somebody is reminded once."""

    def setUp(self):
        super().setUp()
        self._set_days(7)
        with freeze_time("2026-03-02 09:00:00"):
            self.runs = self._launch(self.leads, plan=self.short_plan)
            self.runs.action_pause()

    def _set_days(self, days):
        self.env["ir.config_parameter"].set_param(
            "crm_activity_plus.paused_plan_days", days
        )

    def _remind(self, moment):
        """:returns: the messages that were sent"""
        last = self.env["mail.message"].search([], order="id DESC", limit=1)
        with freeze_time(moment):
            self._run_cron("ir_cron_remind_of_pauses")
        return self.env["mail.message"].search(
            [("id", ">", last.id), ("message_type", "=", "user_notification")]
        )

    def test_once(self):
        self.assertFalse(self._remind("2026-03-08 09:00:00"), "not yet")
        message = self._remind("2026-03-09 10:00:00")
        self.assertEqual(len(message), 1, "one message about all of them")
        self.assertEqual(message.notified_partner_ids, self.user_owner.partner_id)
        self.assertEqual(message.subject, "3 plans are still paused")
        for run in self.runs:
            self.assertIn(f"/odoo/plan-runs/{run.id}", message.body)
        self.assertFalse(self._remind("2026-03-10 10:00:00"))
        with freeze_time("2026-03-10 11:00:00"):
            self.runs[0].action_resume()
            self.runs[0].action_pause()
        again = self._remind("2026-03-18 10:00:00")
        self.assertEqual((again.model, again.res_id), ("crm.lead", self.leads[0].id))
        self.assertIn("Lead 0", again.subject)

    def test_with_a_date(self):
        self.runs.action_pause("2099-01-01")
        self.assertFalse(self._remind("2026-03-20 10:00:00"))

    def test_never(self):
        for days in (0, "", "x", -5):
            self._set_days(days)
            self.assertFalse(self._remind("2026-04-20 10:00:00"))
        self._set_days(10**9)
        self.assertFalse(self._remind("2026-04-20 10:00:00"))

    def test_who(self):
        """The salesperson of today, else whom it was launched for."""
        self.leads[0].user_id = self.user_colleague
        self.leads[1:].user_id = False
        (self.runs[1:]).sudo().responsible_id = self.user_manager
        messages = self._remind("2026-03-20 10:00:00")
        self.assertEqual(
            {message.notified_partner_ids for message in messages},
            {self.user_colleague.partner_id, self.user_manager.partner_id},
        )

    @mute_logger(PAUSE_LOGGER)
    def test_one_bad_run(self):
        with self._fail_on(MailActivityPlanRun, "_remind", self.runs[1]):
            messages = self._remind("2026-03-20 10:00:00")
        self.assertEqual(len(messages), 2)
        self.assertEqual(
            [bool(moment) for moment in self.runs.mapped("date_pause_reminded")],
            [True, False, True],
        )
        self.assertEqual(len(self._remind("2026-03-21 10:00:00")), 1)

    def test_found_in_a_filter(self):
        self.runs[0].action_pause("2099-01-01")
        Run = self.env["mail.activity.plan.run"].with_user(self.user_owner)
        arch = Run.get_view(view_type="search")["arch"]
        self.assertIn("filter_paused_without_date", arch)
        found = Run.search([("state", "=", "paused"), ("paused_until", "=", False)])
        self.assertEqual(found & self.runs, self.runs[1:])

    def test_settings(self):
        settings = self.env["res.config.settings"].create({"paused_plan_days": 3})
        settings.execute()
        self.assertTrue(self._remind("2026-03-05 09:00:00"))
        self.assertEqual(
            self.runs[0].date_pause_reminded,
            Datetime.to_datetime("2026-03-05 09:00:00"),
        )
