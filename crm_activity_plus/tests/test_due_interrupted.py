# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import psycopg2.errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.steps.mail_activity_plan_run_line import (
    MAX_TRIES,
    MailActivityPlanRunLine,
)
from .engine_concurrency import MODELS, EngineConcurrencyCase, Killed


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestDueStepsInterrupted(EngineConcurrencyCase):
    """A step that ends the server's process, as when it runs out of memory."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._set_steps(env, self._automatic_step(env, "Post"))
            lines = self._launch_due(env, self.lead_ids).line_ids
            self.bad_id = lines[0].id

    def _run_until_killed(self, error=Killed):
        """:returns: whether the scheduled action ended by itself"""
        run_action = MailActivityPlanRunLine._run_action

        def patched(line, record):
            if line.id == self.bad_id:
                raise error
            return run_action(line, record)

        with patch.object(MailActivityPlanRunLine, "_run_action", patched):
            try:
                with self._transaction() as env:
                    self._run_due(env)
            except Killed:
                return False
        return True

    def _read(self):
        with self._transaction() as env:
            lines = self._get_runs(env).line_ids.sorted("id")
            return (
                self._count_messages(env),
                lines.mapped("state"),
                lines.mapped("try_count"),
            )

    def test_others_are_not_blocked(self):
        self.assertFalse(self._run_until_killed())
        self.assertEqual(self._read(), ([0] * 3, ["scheduled"] * 3, [1] * 3))
        # New ones come before it.
        with self._transaction() as env:
            lead = env["crm.lead"].create({"name": "Desk 4"})
            self.lead_ids.append(lead.id)
            self._launch_due(env, lead.ids)
        self.assertFalse(self._run_until_killed())
        messages, states, tries = self._read()
        self.assertEqual(messages, [0, 0, 0, 1])
        self.assertEqual((states[0], tries), ("scheduled", [2, 1, 1, 1]))
        # Those that were interrupted along with it come before it now.
        self.assertFalse(self._run_until_killed())
        self.assertEqual(self._read()[0], [0, 1, 1, 1])

    @mute_logger(f"{MODELS}.steps.mail_activity_plan_run_line")
    def test_it_fails_in_the_end(self):
        for number in range(MAX_TRIES):
            self.assertFalse(self._run_until_killed(), f"call {number}")
        self.assertTrue(self._run_until_killed())
        messages, states, _tries = self._read()
        self.assertEqual(messages, [0, 1, 1])
        self.assertEqual(states, ["failed", "done", "done"])
        with self._transaction() as env:
            line = env["mail.activity.plan.run.line"].browse(self.bad_id)
            self.assertEqual(line.reason_code, "step_interrupted")
            self.assertEqual(line.run_id.state, "failed")

    @mute_logger("odoo.sql_db", f"{MODELS}.steps.mail_activity_plan_run_line")
    def test_whoever_is_in_use_never_fails_by_that(self):
        """Somebody else changes the same, however often: the server goes on."""
        error = psycopg2.errors.LockNotAvailable("Somebody else has it")
        for _call in range(MAX_TRIES + 2):
            self.assertTrue(self._run_until_killed(error))
        messages, states, tries = self._read()
        self.assertEqual(messages, [0, 1, 1])
        self.assertEqual(states, ["scheduled", "done", "done"])
        self.assertEqual(tries[0], 0)
        with self._transaction() as env:
            self._run_due(env)
        self.assertEqual(self._read()[0], [1, 1, 1])

    def test_another_attempt_begins_anew(self):
        """So does a run that is restarted."""
        self.assertFalse(self._run_until_killed())
        with self._transaction() as env:
            line = env["mail.activity.plan.run.line"].browse(self.bad_id)
            line.run_id.action_restart()
            self.assertEqual(line.try_count, 0)
