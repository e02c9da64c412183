# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .races_common import RacesCase


@tagged("post_install", "-at_install")
class TestQueueRaces(RacesCase):
    """The same request twice at the same moment: it is done once, and answered twice
    alike."""

    def _prepare_activity(self, env):
        lead = env["crm.lead"].browse(self._make_lead(env))
        self.answers = []
        return lead.activity_schedule("mail.mail_activity_data_call").id

    def _make_step(self, env):
        run = env["mail.activity.plan.run"].browse(self._prepare_run(env))
        self.answers = []
        return run.line_ids[0].activity_id.id

    def _ask(self, name, *args, **kwargs):
        def ask(env, activity_id):
            activity = env["mail.activity"].browse(activity_id)
            answer = getattr(activity, name)(*args, **kwargs)
            self.answers.append(answer)
            return answer

        return ask

    def assertDone(self, status, count):
        """It was done once, and each request that was carried out says so."""

        def check(env, activity_id):
            activity = env["mail.activity"].browse(activity_id)
            self.assertEqual(activity.status, status)
            self.assertGreaterEqual(len(self.answers), 2)
            self.assertTrue(all(answer["done"] for answer in self.answers))
            rows = env["mail.activity.log"].search(
                [("activity_ref", "=", activity_id), ("new_status", "=", status)]
            )
            self.assertEqual(len(rows), 1, rows.mapped("event"))
            activities = activity.with_context(active_test=False).search(
                [("res_model", "=", "crm.lead"), ("res_id", "=", activity.res_id)]
            )
            self.assertEqual(len(activities), count)

        return check

    def _race_twice(self, ask, prepare, check):
        self._race(ask, ask, prepare, check)

    def test_completed_with_a_date(self):
        """One other attempt on the date that was agreed."""
        ask = self._ask("queue_complete", "call_back", retry_date="2099-01-01")
        self._race_twice(ask, self._prepare_activity, self.assertDone("done", 2))

    def test_cancelled(self):
        ask = self._ask("queue_cancel", "No")
        self._race_twice(ask, self._prepare_activity, self.assertDone("cancelled", 1))

    def test_step_completed(self):
        ask = self._ask("queue_complete")
        self._race_twice(ask, self._make_step, self.assertDone("done", 2))

    def test_reopened_meanwhile(self):
        """What the client saw says that it is the same request once more."""
        with self._transaction() as env:
            activity = env["mail.activity"].browse(self._prepare_activity(env))
            seen_id = activity._get_last_log_id()
            ask = self._ask("queue_cancel", seen_id=seen_id)
            ask(env, activity.id)
            activity.active = True
            self.assertTrue(ask(env, activity.id)["done"])
            self.assertEqual(activity.status, "new")
