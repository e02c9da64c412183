# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestIdsTwice(CrmActivityPlusCommon):
    """A program that sends an id twice has a thing done once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.template_ids[1].after_ids = cls.plan.template_ids[0]

    def setUp(self):
        super().setUp()
        self.run_ = self._launch(plan_date="2026-03-10")

    def _twice(self, record, user=None):
        return record.browse(record.ids * 2).with_user(user or self.user_owner)

    def _count(self, domain, *events):
        return len(self._get_logs([*domain, ("event", "in", events)]))

    def _count_of_run(self, *events):
        domain = [("run_id", "=", self.run_.id), ("run_line_id", "=", False)]
        return self._count(domain, *events)

    def test_runs(self):
        runs = self._twice(self.run_)
        self.assertTrue(runs.action_pause())
        self.assertTrue(runs.action_resume())
        self.assertTrue(runs.action_stop(note="Enough"))
        self.assertEqual(self._count_of_run("paused"), 1)
        self.assertEqual(self._count_of_run("resumed"), 1)
        self.assertEqual(self._count_of_run("stopped"), 1)
        # It isn't taken for another run of the same plan.
        self.assertTrue(runs.action_restart())
        self.assertEqual(self._count_of_run("restarted"), 1)
        self.assertLedgerTellsState(self.run_)

    def test_steps(self):
        first, second = self.run_.line_ids[0], self.run_.line_ids[2]
        self._twice(first).action_snooze("2026-04-01")
        self._twice(first).action_skip("Not here")
        self._twice(second).action_skip()
        domain = [("run_line_id", "=", first.id)]
        self.assertEqual(self._count(domain, "changed"), 1)
        self.assertEqual(self._count(domain, "skipped"), 1)
        self.assertLedgerTellsState(self.run_)

    def test_step_is_completed(self):
        line = self.run_.line_ids[0]
        self._twice(line.activity_id).complete(feedback="Sent twice")
        self.assertEqual(self._count([("run_line_id", "=", line.id)], "done"), 1)
        told = self.lead.message_ids.filtered(lambda m: "Sent twice" in m.body)
        self.assertEqual(len(told), 1)
        self.assertLedgerTellsState(self.run_)

    def test_pending_step_is_finished(self):
        line = self.run_.line_ids[2]
        line.sudo().write({"action_type": "server_action"})
        line.browse(line.ids * 2).sudo()._finish_action()
        self.assertEqual(self._count([("run_line_id", "=", line.id)], "done"), 1)

    def test_activities(self):
        activity = self._schedule()
        domain = [("activity_ref", "=", activity.id)]
        twice = self._twice(activity)
        twice.action_start()
        twice.action_hold("2099-01-01")
        # It is held already: only until when changes.
        twice.action_hold("2099-01-02")
        twice.action_resume()
        twice.write({"summary": "Another"})
        twice.action_cancel("Enough")
        self.assertEqual(self._count(domain, "held"), 2)
        self.assertEqual(self._count(domain, "cancelled"), 1)
        self.assertLedgerTellsActivities(activity)

    def test_activity_is_tried_again_once(self):
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Twice busy", "effect": "retry", "max_attempts": 5}
        )
        activity = self._schedule()
        created = self._twice(activity).complete(outcome.code)
        self.assertEqual(len(created), 1)

    def test_what_a_type_triggers_is_scheduled_once(self):
        self.type_call.write(
            {"chaining_type": "trigger", "triggered_next_type_id": self.type_todo.id}
        )
        created = self._twice(self._schedule()).complete()
        self.assertEqual(len(created), 1)
        self._twice(self._schedule()).action_feedback(feedback="Sent once")
        self.assertEqual(
            self.env["mail.activity"].search_count(
                [
                    ("res_id", "=", self.lead.id),
                    ("activity_type_id", "=", self.type_todo.id),
                    ("run_id", "=", False),
                ]
            ),
            2,
        )

    def test_deleted(self):
        activity = self._schedule()
        domain = [("activity_ref", "=", activity.id)]
        self._twice(activity).unlink()
        self.assertEqual(self._count(domain, "deleted"), 1)
