# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from uuid import uuid4

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon
from .races_common import RacesCase


@tagged("post_install", "-at_install")
class TestAgreedDateLimits(CrmActivityPlusCommon):
    """A date is agreed only where there is another attempt on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.later = cls.env["mail.activity.outcome"].create(
            {
                "name": "Later",
                "code": "limited_later",
                "effect": "retry",
                "retry_asks_date": True,
                "max_attempts": 2,
            }
        )

    def _get_asking(self, activity):
        rows = activity.activity_format()["mail.activity"][0]["outcomes"]
        return {row["code"] for row in rows if row.get("asks_date")}

    def assertLastAttempt(self, activity, code):
        self.assertNotIn(code, self._get_asking(activity))
        with self.assertRaisesRegex(UserError, "last attempt"):
            activity.complete(code, retry_date="2099-01-01")
        self.assertEqual(activity.status, "new")
        with self.assertRaisesRegex(UserError, "last attempt"):
            activity.queue_complete(code, retry_date="2099-01-01")
        activity.complete(code)
        self.assertEqual(activity.status, "done")

    def test_last_attempt(self):
        activity = self._schedule()
        self.assertIn("limited_later", self._get_asking(activity))
        [second] = activity.complete("limited_later", retry_date="2099-01-01")
        self.assertLastAttempt(activity.browse(second), "limited_later")

    def test_last_attempt_of_a_step(self):
        step = self._step(self.type_call, "Call", max_attempts=2)
        run = self._launch(plan=self._create_plan("Calls", step))
        line = run.with_user(self.user_owner).line_ids
        line.activity_id.complete("call_back", retry_date="2099-01-01")
        self.assertEqual(line.attempt, 2)
        self.assertLastAttempt(line.activity_id, "call_back")
        self.assertEqual(run.state, "done")


@tagged("post_install", "-at_install")
class TestLastTypeRaces(RacesCase):
    """An outcome is taken off its two types at the same moment: it is never one of all
    types."""

    def _prepare_outcome(self, env):
        first, second = self._create(
            env,
            "mail.activity.type",
            *({"name": f"Race {uuid4().hex}"} for _number in range(2)),
        )
        types = [Command.set([first.id, second.id])]
        values = {"name": f"Race {uuid4().hex}", "activity_type_ids": types}
        return self._create(env, "mail.activity.outcome", values).id

    def _take_off(self, number):
        def take_off(env, outcome_id):
            outcome = env["mail.activity.outcome"].browse(outcome_id)
            type_ids = self._extras[-2][1]
            activity_type = env["mail.activity.type"].browse(type_ids[number])
            activity_type.outcome_ids = [Command.unlink(outcome.id)]

        return take_off

    def _delete(self, number):
        def delete(env, _outcome_id):
            type_ids = self._extras[-2][1]
            env["mail.activity.type"].browse(type_ids[number]).unlink()

        return delete

    def assertNotForAll(self, env, outcome_id):
        outcome = env["mail.activity.outcome"].browse(outcome_id)
        types = outcome.with_context(active_test=False).activity_type_ids
        self.assertTrue(types or not outcome.active)

    def test_taken_off_both(self):
        self._race(
            self._take_off(0),
            self._take_off(1),
            self._prepare_outcome,
            self.assertNotForAll,
        )

    def test_both_deleted(self):
        self._race(
            self._delete(0),
            self._delete(1),
            self._prepare_outcome,
            self.assertNotForAll,
        )

    def test_taken_off_and_deleted(self):
        self._race(
            self._take_off(0),
            self._delete(1),
            self._prepare_outcome,
            self.assertNotForAll,
        )
