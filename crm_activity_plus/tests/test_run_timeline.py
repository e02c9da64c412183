# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestRunTimeline(CrmActivityPlusCommon):
    """What the timeline of a run tells, and whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Outcome = cls.env["mail.activity.outcome"]
        cls.tour_type = cls._create_type("Timeline Call")
        cls.interested, cls.no_answer = Outcome.create(
            [
                {
                    "name": "Keen",
                    "kind": "success",
                    "activity_type_ids": cls.tour_type.ids,
                },
                {
                    "name": "Nobody There",
                    "effect": "retry",
                    "max_attempts": 3,
                    "retry_delay_count": 1,
                    "activity_type_ids": cls.tour_type.ids,
                },
            ]
        )
        cls.branches = cls._create_plan(
            "Branches",
            cls._step(cls.tour_type, "Call", 0),
            cls._step(cls.type_todo, "Offer", 2),
            cls._step(cls.type_todo, "Goodbye", 2),
        )
        call, offer, goodbye = cls.branches.template_ids
        offer.write({"after_ids": call, "after_outcome_ids": cls.interested})
        goodbye.write({"after_ids": call, "after_outcome_ids": cls.no_answer})

    def _get_timeline(self, runs, user=None):
        self.env.invalidate_all()
        timeline = runs.with_user(user or self.user_owner).get_timeline()
        # Programs read it, too.
        json.dumps(timeline, default=str)
        return timeline

    def _get_steps(self, run, user=None):
        [values] = self._get_timeline(run, user)
        return values["steps"]

    def test_launched(self):
        run = self._launch(plan=self.branches, plan_date="2026-03-02")
        [values] = self._get_timeline(run)
        self.assertEqual(values["name"], "Branches")
        self.assertEqual(values["state"], "running")
        self.assertEqual(values["launched_by"]["name"], "Olga Owner")
        self.assertEqual(values["plan_date"], Date.to_date("2026-03-02"))
        self.assertEqual(values["actions"], ["pause", "stop", "restart"])
        call, offer, goodbye = values["steps"]
        self.assertEqual(call["name"], "Call")
        self.assertEqual(call["type"], "Timeline Call")
        self.assertEqual(call["state"], "scheduled")
        self.assertEqual(call["user"]["name"], "Olga Owner")
        self.assertEqual(call["date_explanation"]["base"], "plan_date")
        self.assertEqual(call["activity_id"], run.line_ids[0].activity_id.id)
        self.assertEqual(call["actions"], ["skip", "snooze", "open", "done"])
        self.assertEqual(offer["state"], "waiting")
        self.assertEqual(offer["after"], ["Call"])
        self.assertEqual(offer["after_outcomes"], ["Keen"])
        self.assertEqual(offer["actions"], ["skip"])
        self.assertFalse(offer["activity_id"])
        self.assertEqual(goodbye["after_outcomes"], ["Nobody There"])

    def test_done_with_outcome(self):
        run = self._launch(plan=self.branches)
        activity = run.line_ids[0].activity_id.with_user(self.user_owner)
        activity.complete(self.interested.id, "They want ten")
        call, offer, goodbye = self._get_steps(run)
        self.assertEqual(call["state"], "done")
        self.assertEqual(call["done_by"]["name"], "Olga Owner")
        self.assertEqual(call["outcome"], {"name": "Keen", "kind": "success"})
        self.assertEqual(call["feedback"], "They want ten")
        self.assertEqual(call["actions"], [])
        self.assertFalse(call["activity_id"])
        self.assertEqual(offer["state"], "scheduled")
        self.assertEqual(goodbye["state"], "skipped")
        self.assertIn("another step", goodbye["reason"])

    def test_attempts(self):
        """Those of the time before a restart are not this time's."""
        run = self._launch(plan=self.branches)
        for feedback in ("First", "Second"):
            activity = run.line_ids[0].activity_id.with_user(self.user_owner)
            activity.complete(self.no_answer.id, feedback)
        call = self._get_steps(run)[0]
        self.assertEqual(call["attempt"], 3)
        self.assertFalse(call["feedback"])
        self.assertFalse(call["outcome"], "Not how it ended: it is tried again.")
        self.assertEqual(
            [(a["number"], a["outcome"], a["feedback"]) for a in call["attempts"]],
            [(1, "Nobody There", "First"), (2, "Nobody There", "Second")],
        )
        self.assertEqual(call["attempts"][0]["user"]["name"], "Olga Owner")

        run.with_user(self.user_owner).action_restart()
        call = self._get_steps(run)[0]
        self.assertEqual((call["attempt"], call["attempts"]), (1, []))
        activity = run.line_ids[0].activity_id.with_user(self.user_owner)
        activity.complete(self.no_answer.id, "Third")
        self.assertEqual(
            [a["feedback"] for a in self._get_steps(run)[0]["attempts"]], ["Third"]
        )

    def test_feedback_of_the_life_before_a_restart(self):
        """What was written about the first attempts then isn't about these."""
        run = self._launch(plan=self.branches)
        run.line_ids[0].activity_id.complete(self.no_answer.id, "Before")
        run.line_ids[0].activity_id.complete(self.interested.id, "Reached")
        self.assertEqual(self._get_steps(run)[0]["feedback"], "Reached")
        run.with_user(self.user_owner).action_restart()
        call = self._get_steps(run)[0]
        self.assertFalse(call["feedback"])
        self.assertFalse(call["attempts"])
        run.line_ids[0].activity_id.complete(self.no_answer.id)
        call = self._get_steps(run)[0]
        self.assertFalse(call["feedback"])
        self.assertEqual([a["feedback"] for a in call["attempts"]], [False])

    def test_hold(self):
        run = self._launch(plan=self.branches)
        activity = run.line_ids[0].activity_id.with_user(self.user_owner)
        activity.action_hold("2099-01-05")
        call = self._get_steps(run)[0]
        self.assertEqual(call["status"], "on_hold")
        self.assertEqual(call["on_hold_until"], Date.to_date("2099-01-05"))
        self.assertFalse(call["held_by_pause"])
        self.assertIn("open", call["actions"])

    def test_paused(self):
        run = self._launch(plan=self.branches)
        run.with_user(self.user_owner).action_pause()
        [values] = self._get_timeline(run)
        self.assertEqual(values["changed_by"]["name"], "Olga Owner")
        self.assertTrue(values["date_paused"])
        self.assertEqual(values["actions"], ["resume", "stop", "restart"])
        self.assertTrue(values["steps"][0]["held_by_pause"])
        self.assertFalse(values["steps"][0]["plan_paused_until"])

    def test_stopped(self):
        run = self._launch(plan=self.branches)
        run.with_user(self.user_manager).action_stop(note="They moved away")
        [values] = self._get_timeline(run)
        self.assertEqual(values["state"], "stopped")
        self.assertEqual(values["stop_reason"], "Stopped manually")
        self.assertEqual(values["stop_note"], "They moved away")
        self.assertEqual(values["changed_by"]["id"], self.user_manager.id)
        self.assertEqual(values["actions"], ["restart"])
        self.assertEqual({step["state"] for step in values["steps"]}, {"cancelled"})
        self.assertFalse(any(step["actions"] for step in values["steps"]))

    def test_by_itself(self):
        """What the engine does by itself, nobody did."""
        run = self._launch(plan=self.branches)
        run.with_user(self.env.ref("base.user_root")).sudo()._stop("condition")
        [values] = self._get_timeline(run)
        self.assertFalse(values["changed_by"])
        self.assertFalse(values["steps"][0]["done_by"])

    def test_restart_only_where_possible(self):
        first = self._launch(plan=self.branches)
        first.with_user(self.user_owner).action_stop()
        second = self._launch(plan=self.branches, plan_date="2026-05-05")
        timeline = self._get_timeline(first + second)
        self.assertEqual([run["id"] for run in timeline], (second + first).ids)
        self.assertEqual(timeline[0]["actions"], ["pause", "stop", "restart"])
        self.assertEqual(timeline[1]["actions"], [])

    def test_open_first(self):
        running = self._launch(plan=self.branches)
        stopped = self._launch(plan=self.plan)
        stopped.with_user(self.user_owner).action_stop()
        timeline = self._get_timeline(stopped + running)
        self.assertEqual([run["id"] for run in timeline], (running + stopped).ids)

    def test_access(self):
        run = self._launch()
        for user in (self.user_colleague, self.user_portal, self.user_other_company):
            with self.assertRaises(AccessError):
                run.with_user(user).get_timeline()

    def test_read_only(self):
        """Who may only read the lead is offered nothing."""
        run = self._launch()
        self.env["ir.rule"].create(
            {
                "name": "Nobody writes",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "domain_force": "[(0, '=', 1)]",
                "perm_read": False,
                "perm_create": False,
                "perm_unlink": False,
            }
        )
        [values] = self._get_timeline(run)
        self.assertEqual(values["actions"], [])
        self.assertFalse(any(step["actions"] for step in values["steps"]))

    def test_deleted(self):
        run = self._launch()
        run_id = run.id
        lead = run.lead_id
        lead.unlink()
        self.env.flush_all()
        with self.assertRaises(AccessError):
            run.with_user(self.user_owner).get_timeline()
        [values] = self._get_timeline(run, self.user_system)
        self.assertEqual(values["actions"], [], "There is no record to go on with.")
        with self.assertRaises(MissingError):
            run.browse(run_id + 100000).with_user(self.user_owner).get_timeline()

    def test_none(self):
        self.assertEqual(self.env["mail.activity.plan.run"].get_timeline(), [])

    def _count_queries(self, runs):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        runs.with_user(self.user_owner).get_timeline()
        return self.cr.sql_log_count - before

    def test_queries(self):
        """They don't grow with the runs, their steps and attempts."""
        runs = self._launch(self._create_leads(12), plan=self.branches)
        long_plan = self._create_plan(
            "Long",
            *(self._step(self.type_todo, f"Step {n}", n) for n in range(30)),
        )
        for run in runs[:6]:
            activity = run.line_ids[0].activity_id.with_user(self.user_owner)
            activity.complete(self.no_answer.id, "Again")
        runs += self._launch(runs.lead_id, plan=long_plan)
        self._count_queries(runs[:1])
        one = self._count_queries(runs[:1])
        self.assertLessEqual(self._count_queries(runs), one)

    @freeze_time("2026-03-02 09:00:00")
    def test_automatic_step(self):
        template = self.env["mail.template"].create(
            {"name": "Hello", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        plan = self._create_plan(
            "By Itself",
            self._step(
                self.type_email,
                "Say hello",
                3,
                action_type="email",
                mail_template_id=template.id,
            ),
        )
        [step] = self._get_steps(self._launch(plan=plan))
        self.assertEqual(step["action_type"], "email")
        self.assertTrue(step["date_due"])
        self.assertEqual(step["actions"], ["skip", "snooze"])

    def test_buttons_do_what_they_say(self):
        """Whatever is offered works."""
        run = self._launch(plan=self.branches).with_user(self.user_owner)
        line = run.line_ids[0]
        self.assertIn("snooze", self._get_steps(run)[0]["actions"])
        line.action_snooze("2099-03-02")
        self.assertEqual(line.date_deadline, Date.to_date("2099-03-02"))
        line.action_skip("Not needed")
        self.assertEqual(self._get_steps(run)[0]["reason"], "Not needed")
