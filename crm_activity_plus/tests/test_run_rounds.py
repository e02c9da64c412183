# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRunRounds(CrmActivityPlusCommon):
    """What came of a run before it was restarted stays visible."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        outcomes = cls.env["mail.activity.outcome"]
        cls.keen, cls.again = outcomes.create(
            [
                {"name": "Keen", "kind": "success"},
                {"name": "Again", "effect": "retry", "max_attempts": 3},
            ]
        )
        cls.short = cls._create_plan(
            "Short",
            cls._step(cls.type_call, "Call"),
            cls._step(cls.type_todo, "Offer"),
        )
        call, offer = cls.short.template_ids
        offer.after_ids = call

    def _read(self, runs, user=None):
        self.env.invalidate_all()
        timeline = runs.with_user(user or self.user_owner).get_timeline()
        json.dumps(timeline, default=str)
        return timeline

    def _complete(self, line, outcome, feedback=None):
        line.activity_id.with_user(self.user_owner).complete(outcome.id, feedback)

    def test_never_restarted(self):
        run = self._launch(plan=self.short)
        self.assertEqual(self._read(run)[0]["rounds"], [])

    def test_restarted_while_open(self):
        run = self._launch(plan=self.short)
        call, offer = run.line_ids
        self._complete(call, self.again, "Nobody there")
        self._complete(call, self.keen, "They want ten")
        run.with_user(self.user_manager).action_restart()
        [values] = self._read(run)
        [past] = values["rounds"]
        self.assertEqual((past["number"], past["state"]), (1, "restarted"))
        self.assertEqual(past["user"]["name"], "Martin Manager")
        self.assertFalse(past["reason"])
        self.assertTrue(past["date_start"] and past["date_end"])
        first, second = past["steps"]
        self.assertEqual((first["name"], first["state"]), ("Call", "done"))
        self.assertEqual(first["outcome"], {"name": "Keen", "kind": "success"})
        self.assertEqual(first["feedback"], "They want ten")
        self.assertEqual(first["attempt"], 2)
        self.assertEqual(first["done_by"]["name"], "Olga Owner")
        self.assertEqual((second["name"], second["state"]), ("Offer", "cancelled"))
        self.assertFalse(second["outcome"] or second["reason"])
        # And the present round begins anew.
        self.assertEqual(
            [step["state"] for step in values["steps"]], ["scheduled", "waiting"]
        )

    def test_restarted_when_done(self):
        run = self._launch(plan=self.short)
        for line in run.line_ids:
            self._complete(line, self.keen)
        self.assertEqual(run.state, "done")
        run.with_user(self.user_owner).action_restart()
        [past] = self._read(run)[0]["rounds"]
        self.assertEqual(past["state"], "done")
        self.assertEqual([step["state"] for step in past["steps"]], ["done", "done"])

    def test_twice(self):
        run = self._launch(plan=self.short)
        self._complete(run.line_ids[0], self.keen, "One")
        run.with_user(self.user_owner).action_restart()
        run.line_ids[0].with_user(self.user_owner).action_skip("Two")
        run.with_user(self.user_owner).action_stop(note="Enough")
        run.with_user(self.user_owner).action_restart()
        rounds = self._read(run)[0]["rounds"]
        self.assertEqual([past["number"] for past in rounds], [2, 1])
        second, first = rounds
        self.assertIn("Enough", second["reason"])
        self.assertEqual(second["steps"][0]["state"], "skipped")
        self.assertEqual(second["steps"][0]["reason"], "Two")
        self.assertEqual(first["steps"][0]["feedback"], "One")

    def test_archived_outcome(self):
        run = self._launch(plan=self.short)
        self._complete(run.line_ids[0], self.keen)
        run.with_user(self.user_owner).action_restart()
        self.keen.active = False
        [past] = self._read(run)[0]["rounds"]
        self.assertEqual(past["steps"][0]["outcome"]["name"], "Keen")

    def test_queries(self):
        """They don't grow with the runs and rounds."""
        counts = []
        for size in (2, 8):
            runs = self._launch(self._create_leads(size), plan=self.short)
            for _number in range(size // 2):
                for run in runs:
                    self._complete(run.line_ids[0], self.keen, "Yes")
                runs.with_user(self.user_owner).action_restart()
            self.env.flush_all()
            self._read(runs)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            runs.with_user(self.user_owner).get_timeline()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
