# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .security_common import DEFAULTS, FLAGS, SecurityContextCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityContext(SecurityContextCase):
    """No value and no flag that a client puts into the context, or keeps as a default,
    gets to the engine."""

    def _work(self, context):
        """Do all kinds of things with a lead of one's own.

        :returns: what came of it, without what is another one each time
        """
        lead = self._create_lead("Ten desks", partner_id=self.partner.id)
        env = self.env(user=self.user_owner, context={**self.env.context, **context})
        self.plan.with_env(env).launch(lead.ids, plan_date="2030-03-04")
        run = lead.plan_run_ids
        first, _second, third, fourth, fifth = run.line_ids
        first.activity_id.with_env(env).complete("then", "They are in")
        third.activity_id.with_env(env).action_hold("2030-06-01", "Busy")
        third.activity_id.with_env(env).action_resume()
        third.activity_id.with_env(env).action_start()
        fourth.activity_id.with_env(env).complete("later")
        fifth.activity_id.with_env(env).write({"date_deadline": "2030-03-11"})
        fifth.with_env(env).action_snooze("2030-03-12")
        fifth.with_env(env).action_skip("Not needed")
        run.with_env(env).action_pause()
        run.with_env(env).action_resume()
        alone = self._schedule(lead).with_env(env)
        created = alone.complete("then")
        self.env["mail.activity"].browse(created).with_env(env).action_cancel("No")
        timed = self._schedule(lead, duration=1, date_start="2030-03-11 09:00:00")
        event = self.env["calendar.event"].create(
            {
                "name": "Call",
                "start": "2030-03-11 09:00:00",
                "stop": "2030-03-11 10:00:00",
                "user_id": self.user_owner.id,
            }
        )
        timed.calendar_event_id = event
        timed.with_env(env).write({"date_start": "2030-03-11 11:00:00"})
        event.with_env(env).write(
            {"start": "2030-03-11 13:00:00", "stop": "2030-03-11 14:00:00"}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return self._describe(lead, event)

    def _describe(self, lead, event):
        """:returns: all that is kept of what happened to a lead"""
        activities = self.env["mail.activity"].with_context(active_test=False)
        on_lead = [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        told = {
            "runs": lead.plan_run_ids.read(
                ["state", "stop_reason", "stop_note", "progress", "plan_date"]
                + ["next_deadline", "date_end", "date_paused", "launch_key"]
            ),
            "steps": lead.plan_run_ids.line_ids.read(
                ["state", "reason", "attempt", "user_id", "date_deadline", "outcome_id"]
                + ["action_type", "max_attempts", "branch_taken", "date_due", "note"]
                + ["activity_type_id", "responsible_type", "duration"]
            ),
            "activities": activities.search(on_lead, order="id").read(
                ["status", "active", "attempt", "user_id", "date_deadline", "feedback"]
                + ["date_start", "date_end", "duration", "on_hold_until", "summary"]
                + ["held_by_pause", "status_before_hold", "outcome_id", "partner_id"]
                + ["activity_type_id", "create_uid", "date_done"]
            ),
            "rows": self._get_logs(on_lead).read(
                ["event", "old_status", "new_status", "reason", "user_id"]
            ),
            "event": event.read(["start", "stop"]),
        }
        for rows in told.values():
            for row in rows:
                del row["id"]
        return told

    @freeze_time("2026-03-10 12:00:00")
    def test_what_happens_is_the_same(self):
        """At noon: which day it is, is up to the time zone of the context."""
        expected = self._work({})
        self.assertEqual(len(expected["steps"]), 5)
        self.assertTrue(any(row["attempt"] == 2 for row in expected["steps"]))
        self.maxDiff = None
        for key, value in {**FLAGS, **DEFAULTS}.items():
            with self.subTest(key=key):
                self.assertEqual(self._work({key: value}), expected)
        with self.subTest("all at once"):
            self.assertEqual(self._work({**FLAGS, **DEFAULTS}), expected)

    def test_saved_defaults(self):
        """Users keep defaults of their own, for any field of any model."""
        defaults = self.env["ir.default"]
        for model in (
            "mail.activity",
            "mail.activity.log",
            "mail.activity.plan.run",
            "mail.activity.plan.run.line",
        ):
            for key, value in DEFAULTS.items():
                name = key.removeprefix("default_")
                if name in self.env[model]._fields:
                    try:
                        with self.env.cr.savepoint():
                            defaults.set(model, name, value, self.user_owner.id)
                    except ValidationError:
                        # Not even as a default.
                        continue
        lead = self._create_lead("Ten desks", partner_id=self.partner.id)
        self.plan.with_user(self.user_owner).launch(lead.ids, plan_date="2030-03-04")
        run = lead.plan_run_ids
        self.assertEqual(run.state, "running")
        self.assertFalse(run.stop_reason or run.stop_note or run.date_end)
        self.assertEqual(
            run.line_ids.mapped("state"),
            ["scheduled", "waiting", "scheduled", "scheduled", "scheduled"],
        )
        self.assertEqual(set(run.line_ids.mapped("attempt")), {1})
        self.assertEqual(set(run.line_ids.mapped("branch_taken")), {True})
        activities = run.line_ids.activity_id
        self.assertEqual(set(activities.mapped("status")), {"new"})
        self.assertFalse(any(activities.mapped("date_start")))
        self.assertFalse(any(activities.mapped("feedback")))
        self.assertLedgerTellsState(run)
        own = self._schedule()
        self.assertEqual((own.attempt, own.on_hold_until), (1, False))

    def test_background_launch(self):
        env = self.env(user=self.user_owner, context={**FLAGS, **DEFAULTS})
        leads = self._create_leads(501)
        result = self.plan.with_env(env).launch(leads.ids)
        launch = self.env["mail.activity.plan.launch"].browse(result["launch_id"])
        self.assertEqual(launch.state, "pending")
        self.assertEqual((launch.processed_count, launch.launched_count), (0, 0))
        self.assertFalse(launch.skipped or launch.error or launch.date_end)
        self.assertFalse(launch.request_key)
        self.assertEqual(launch.user_id, self.user_owner)

    def test_name_of_a_meeting(self):
        """A meeting that is booked for an activity has a name of its own; once that is
        changed, both have it."""
        activity = self._schedule(summary="Call them")
        event = self.env["calendar.event"].with_user(self.user_owner)
        event = event.with_context(**FLAGS).create(
            {
                "name": "Call",
                "start": "2030-03-11 09:00:00",
                "stop": "2030-03-11 10:00:00",
                "activity_ids": [Command.set(activity.ids)],
            }
        )
        self.assertEqual(activity.summary, "Call them")
        event.with_context(**FLAGS).name = "Call them back"
        self.assertEqual(activity.summary, "Call them back")

    def test_request_of_a_client(self):
        """A plan that allows several at once isn't launched twice by a request that was
        repeated, whatever it says about itself."""
        self.plan.allow_parallel = True
        plan = self.plan.with_user(self.user_owner)
        for request in ("first", "second"):
            plan.with_context(plan_launch_request=request).launch(self.lead.ids)
        self.assertEqual(len(self.lead.plan_run_ids), 1)

    def test_exits(self):
        """No flag keeps a plan from being stopped."""
        self.plan.write({"exit_on_reply": True, "exit_on_won": True})
        expected = {"lost": "lost", "reply": "reply", "meeting": "meeting"}
        for what, reason in expected.items():
            lead = self._create_lead(what, partner_id=self.partner.id)
            run = self._launch(lead)
            flagged = lead.with_user(self.user_owner).with_context(**FLAGS)
            if what == "lost":
                flagged.action_archive()
            elif what == "reply":
                lead.with_context(**FLAGS).message_post(
                    body="Yes!", message_type="email", author_id=self.partner.id
                )
            else:
                flagged.env["calendar.event"].create(
                    {
                        "name": "Demo",
                        "start": "2030-03-11 09:00:00",
                        "stop": "2030-03-11 10:00:00",
                        "opportunity_id": lead.id,
                    }
                )
            with self.subTest(what):
                self.assertEqual((run.state, run.stop_reason), ("stopped", reason))
