# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestUndoLimits(CrmActivityPlusCommon):
    """What somebody has worked on isn't undone, and what was undone counts nowhere."""

    def setUp(self):
        super().setUp()
        self.run_ = self._launch().with_user(self.user_owner)

    def assertKept(self, word):
        result = self.run_.undo()
        self.assertFalse(result["undone"])
        self.assertIn(word, result["kept"][0]["reason"])
        self.assertIn(self.run_.state, ("running", "paused"))
        self.assertLedgerTellsState(self.run_.sudo())

    def test_done_before_a_restart(self):
        self.run_.line_ids[0].activity_id.complete()
        self.run_.action_restart()
        self.assertEqual(self.run_.line_ids[0].state, "scheduled")
        self.assertKept("was done already")

    def test_tried_before_a_restart(self):
        call = self.run_.line_ids.filtered(
            lambda line: line.activity_type_id == self.type_call
        )
        call.activity_id.complete("no_answer")
        self.run_.action_restart()
        self.assertEqual(call.attempt, 1)
        self.assertKept("was done already")

    def test_restart_of_what_was_never_touched(self):
        self.run_.action_restart()
        self.assertEqual(self.run_.undo()["undone"], self.run_.ids)
        self.assertLedgerTellsState(self.run_.sudo())

    def test_begun_and_on_hold(self):
        activity = self.run_.line_ids[1].activity_id
        activity.action_start()
        activity.action_hold("2099-01-01")
        self.assertKept("is in progress")

    def test_begun_and_paused(self):
        self.run_.line_ids[1].activity_id.action_start()
        self.run_.action_pause()
        self.assertKept("is in progress")

    def test_nobody_stops_a_plan_as_undone(self):
        """It would be as if it had never been, whatever was done of it."""
        self.run_.line_ids[0].activity_id.complete()
        for user in (self.user_owner, self.user_manager, self.user_system):
            with self.assertRaises(UserError) as caught:
                self.run_.with_user(user).action_stop("undone")
            self.assertNotIn("undone,", caught.exception.args[0])
        self.assertEqual(self.run_.state, "running")
        self.run_.action_stop("reply")
        self.assertEqual(self.run_.stop_reason, "reply")

    def test_what_was_undone_does_not_count(self):
        others = self._launch(self._create_leads(2))
        plan = self.plan.with_user(self.user_manager)
        self.assertEqual(plan.get_funnel()[0]["reached"], 3)
        self.run_.undo()
        report = self.env["mail.activity.plan.report"]
        counted = report.search([("plan_id", "=", self.plan.id)])
        self.assertEqual(counted.run_id, others)
        for row in plan.get_funnel():
            self.assertEqual((row["reached"], row["cancelled"]), (2, 0))
        others[0].action_stop()
        self.assertEqual(plan.get_funnel()[0]["cancelled"], 1)
        # It begins again, and counts again.
        self.run_.action_restart()
        self.assertEqual(plan.get_funnel()[0]["reached"], 3)
