# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import Form, tagged

from .next_step_common import NextStepCase


@tagged("post_install", "-at_install")
class TestNextStep(NextStepCase):
    """What the lead says of its next step; computed and searched, it is the same."""

    def _book(self, days, lead=None, **values):
        start = Datetime.now() + timedelta(days=days)
        return self.env["calendar.event"].create(
            {
                "name": "Show the desks",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": (lead or self.lead).id,
                **values,
            }
        )

    def _get_details(self, user=None):
        self.env.invalidate_all()
        details = self.lead.with_user(user or self.user_owner).next_step_details
        json.dumps(details)
        return details

    # ------------------------------------------------------------
    # What counts
    # ------------------------------------------------------------

    def test_meeting(self):
        event = self._book(3)
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_name, "Show the desks")
        self.assertEqual(
            self.lead.next_step_date,
            Datetime.context_timestamp(self.lead, event.start).date(),
        )
        event.active = False
        self.assertNextStep(self.lead, False)
        event.active = True
        self.assertNextStep(self.lead, True)
        event.unlink()
        self.assertNextStep(self.lead, False)

    def test_meeting_of_the_past(self):
        self._book(-1)
        self.assertNextStep(self.lead, False)

    def test_meeting_that_takes_place_now(self):
        self._book(0)
        self.assertNextStep(self.lead, True)

    def test_meeting_elsewhere(self):
        self._book(3, self._create_lead("Other"))
        self.assertNextStep(self.lead, False)

    def test_meeting_all_day(self):
        day = self.today + timedelta(days=2)
        self._book(2, allday=True, start_date=day, stop_date=day)
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_date, day)

    def test_series(self):
        """The first that isn't over."""
        start = Datetime.now() - timedelta(days=9)
        self._book(
            -9,
            recurrency=True,
            rrule_type="weekly",
            interval=1,
            count=4,
            **{start.strftime("%a").lower(): True},
        )
        self.assertNextStep(self.lead, True)
        first = Datetime.context_timestamp(self.lead, start + timedelta(days=14))
        self.assertEqual(self.lead.next_step_date, first.date())

    def test_follows_in_cache_of_meetings(self):
        self.assertTrue(self.lead.has_no_next_step)
        event = self._book(3)
        self.assertFalse(self.lead.has_no_next_step)
        event.unlink()
        self.assertTrue(self.lead.has_no_next_step)

    def test_private_meeting(self):
        """Its name is nobody's business."""
        self._book(
            3,
            privacy="private",
            user_id=self.user_manager.id,
            partner_ids=[Command.set(self.user_manager.partner_id.ids)],
        )
        details = self._get_details()
        self.assertEqual((details["kind"], details["name"]), ("meeting", "Busy"))
        self.assertEqual(self._get_details(self.user_manager)["name"], "Show the desks")

    def test_pause(self):
        run = self._launch().with_user(self.user_owner)
        run.action_pause()
        self.assertNextStep(self.lead, False)
        until = self.today + timedelta(days=4)
        run.action_pause(until)
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_date, until)
        self.assertIn(run.name, self.lead.next_step_name)
        run.action_resume()
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_name, "Send e-mail")

    def test_hold_in_a_paused_plan(self):
        """It doesn't end before the plan resumes."""
        run = self._launch()
        held = run.line_ids[0].activity_id
        held.action_hold(self.today + timedelta(days=2))
        run.action_pause()
        self.assertNextStep(self.lead, False)
        run.action_pause(self.today + timedelta(days=5))
        self.assertNextStep(self.lead, True)
        self.assertEqual(self.lead.next_step_date, self.today + timedelta(days=5))

    def test_activity_without_a_name(self):
        self._schedule(summary=False, activity_type_id=False)
        self.assertNextStep(self.lead, True)

    # ------------------------------------------------------------
    # What the form shows
    # ------------------------------------------------------------

    def test_details_of_an_activity(self):
        activity = self._schedule(summary="Ring them")
        details = self._get_details()
        self.assertEqual(details["kind"], "activity")
        self.assertEqual(details["name"], "Ring them")
        self.assertEqual(details["date"], activity.date_deadline.isoformat())
        self.assertEqual(details["user"], "Olga Owner")
        self.assertEqual(details["activity_id"], activity.id)
        self.assertEqual(details["actions"], ["done", "hold", "open"])

    def test_details_of_a_hold(self):
        until = self.today + timedelta(days=7)
        self._schedule().action_hold(until)
        details = self._get_details()
        self.assertEqual((details["kind"], details["date"]), ("hold", str(until)))
        self.assertEqual(details["actions"], ["resume", "open"])

    def test_details_of_a_step_and_a_pause(self):
        run = self._launch()
        details = self._get_details()
        self.assertEqual((details["plan"], details["run_id"]), (run.name, run.id))
        run.action_pause(self.today + timedelta(days=4))
        details = self._get_details()
        self.assertEqual(details["kind"], "pause")
        self.assertEqual(details["actions"], ["resume_plan", "open"])

    def test_details_where_nothing_is_next(self):
        self.assertEqual(self._get_details(), {"kind": "missing", "actions": ["plan"]})
        held = self._schedule(summary="Ring them")
        held.action_hold()
        details = self._get_details()
        self.assertEqual(details["held"], "Ring them")
        self.assertEqual(details["activity_id"], held.id)
        self.assertEqual(details["actions"], ["resume", "plan"])
        run = self._launch()
        run.action_pause()
        details = self._get_details()
        self.assertEqual(details["plan"], run.name)
        self.assertEqual(details["actions"], ["resume_plan", "postpone", "plan"])

    def test_details_of_closed_leads(self):
        self.lead.action_set_won()
        self.assertFalse(self._get_details(self.user_manager))

    def test_details_for_readers(self):
        """Whoever may only read the lead can't do anything about it."""
        reader = self._create_user("Rita Reader", "base.group_user")
        self.env["ir.model.access"].create(
            {
                "name": "Read leads",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        self.assertEqual(self._get_details(reader)["actions"], [])
        self._schedule(summary="Ring them")
        details = self._get_details(reader)
        self.assertEqual(details["name"], "Ring them")
        self.assertNotIn("done", details["actions"])
        self.assertNotIn("hold", details["actions"])
        run = self._launch()
        run.action_pause(self.today + timedelta(days=4))
        self.lead.activity_ids.action_cancel()
        self.assertNotIn("resume_plan", self._get_details(reader)["actions"])

    def test_new_lead(self):
        """Nothing is said of what isn't there yet."""
        with Form(self.env["crm.lead"].with_user(self.user_owner)) as form:
            form.name = "New one"
            self.assertFalse(form.next_step_details)
        lead = form.record
        self.assertEqual(lead.next_step_details["kind"], "missing")
        with Form(lead) as form:
            form.priority = "2"
            self.assertEqual(form.next_step_details["kind"], "missing")

    def test_queries_of_details(self):
        self._launch()
        self._book(3)
        lead = self.lead.with_user(self.user_owner)
        lead.read(["next_step_details"])
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        lead.read(["next_step_details"])
        self.assertLessEqual(self.cr.sql_log_count - before, 25)
