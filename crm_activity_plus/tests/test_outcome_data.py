# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import runpy
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import file_path

from .common import CrmActivityPlusCommon

MIGRATIONS = "crm_activity_plus/migrations/19.0.1.2.0"

# Code -> what happens to the plan.
CALLS = {
    "interested": "continue",
    "no_answer": "retry",
    "voicemail": "retry",
    "busy": "retry",
    "call_back": "retry",
    "wrong_number": "continue",
    "not_interested": "stop",
}
MEETINGS = {"held": "continue", "no_show": "retry", "rescheduled": "retry"}


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-04 09:00:00")
class TestOutcomeData(CrmActivityPlusCommon):
    """The outcomes and the type that come with the addon."""

    def _ref(self, code):
        return self.env.ref(f"crm_activity_plus.mail_activity_outcome_{code}")

    def test_outcomes_of_calls_and_meetings(self):
        for activity_type, expected in (
            (self.type_call, CALLS),
            (self.type_meeting, MEETINGS),
        ):
            outcomes = activity_type.outcome_ids
            self.assertEqual({o.code: o.effect for o in outcomes}, expected)
            self.assertEqual(list(outcomes), list(outcomes.sorted()))
            for code in expected:
                self.assertEqual(self._ref(code).code, code)

    def test_outcomes_are_on_the_type(self):
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Signed", "activity_type_ids": self.type_todo.ids}
        )
        self.assertIn(outcome, self.type_todo.outcome_ids)
        with Form(self.type_meeting.with_user(self.user_system)) as form:
            form.outcome_ids.add(outcome)
        self.assertIn(self.type_meeting, outcome.activity_type_ids)

    def test_outcome_taken_off_its_last_type(self):
        """Nobody wants it on all types then."""
        busy, held = self._ref("busy"), self._ref("held")
        self.type_call.outcome_ids -= busy
        self.assertFalse(busy.active)
        self.type_meeting.outcome_ids -= held
        self.assertTrue(held.active)
        self.assertEqual(held.activity_type_ids.code, "webinar")

    def test_upload_document(self):
        self.assertEqual(self.type_upload.name, "Upload Document")
        self.type_upload.name = "Scan it"
        runpy.run_path(file_path(f"{MIGRATIONS}/post-upload-document.py"))["migrate"](
            self.env.cr, "19.0.1.1.0"
        )
        self.assertEqual(self.type_upload.name, "Scan it")

    def test_upgrade_takes_what_people_made(self):
        """An upgrade brings none that is there under its code or its name."""
        names = ("voicemail", "busy")
        (self._ref("voicemail") + self._ref("busy")).unlink()
        own = self.env["mail.activity.outcome"].create(
            [
                {"name": "Mailbox", "code": "voicemail"},
                {"name": "Busy", "code": "line_busy", "effect": "stop"},
            ]
        )
        self.env.flush_all()
        runpy.run_path(file_path(f"{MIGRATIONS}/pre-outcomes.py"))["migrate"](
            self.env.cr, "19.0.1.1.0"
        )
        self.env.registry.clear_cache()
        self.assertEqual([self._ref(name) for name in names], list(own))
        self.assertEqual(own.mapped("effect"), ["continue", "stop"])

    # ------------------------------------------------------------
    # A date that was agreed
    # ------------------------------------------------------------

    def _schedule(self):
        return self.lead.activity_schedule(
            activity_type_id=self.type_call.id, user_id=self.user_owner.id
        ).with_user(self.user_owner)

    def test_agreed_date(self):
        activity = self._schedule()
        [following] = activity.complete("call_back", retry_date="2026-03-20")
        following = activity.browse(following)
        self.assertEqual(following.date_deadline, date(2026, 3, 20))
        self.assertEqual(following.attempt, 2)
        self.assertEqual(activity.retry_date, date(2026, 3, 20))
        self.assertFalse(following.retry_date)

    def test_agreed_date_in_a_plan(self):
        plan = self._create_plan("Calls", self._step(self.type_call, "Call"))
        run = self._launch(plan=plan)
        activity = run.line_ids.activity_id.with_user(self.user_owner)
        activity.complete("call_back", retry_date=date(2026, 3, 21))
        line = run.line_ids
        self.assertEqual(line.date_deadline, date(2026, 3, 21))
        self.assertEqual(line.activity_id.date_deadline, date(2026, 3, 21))
        self.assertEqual(line.date_explanation["base"], "agreed")
        self.assertEqual(line.attempt, 2)

    def test_without_a_date_it_is_the_delay(self):
        activity = self._schedule()
        [following] = activity.complete("call_back")
        self.assertEqual(activity.browse(following).date_deadline, date(2026, 3, 5))

    def test_dates_that_are_refused(self):
        activity = self._schedule()
        for outcome, day in (
            ("call_back", "2026-03-03"),
            ("call_back", "soon"),
            ("no_answer", "2026-03-20"),
            (None, "2026-03-20"),
        ):
            with self.assertRaises(UserError):
                activity.complete(outcome, retry_date=day)
        self.assertEqual(activity.status, "new")
        with self.assertRaises(UserError):
            activity.retry_date = "2026-03-20"

    def test_the_client_knows_which_outcomes_ask(self):
        rows = self._schedule().activity_format()["mail.activity"][0]["outcomes"]
        asking = {row["code"] for row in rows if row.get("asks_date")}
        self.assertEqual(asking, {"call_back"})
