# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestVersionRaces(ConcurrencyCase):
    """Running plans are moved to another version while something else happens."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.run_ids = self._launch(self.lead_ids)(env)["run_ids"]
            self._get_plan(env).template_ids = [
                Command.create(
                    {
                        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                        "summary": "New",
                        "code": "new",
                    }
                )
            ]

    def _get_plan(self, env):
        return env["mail.activity.plan"].browse(self.plan_id)

    def _get_runs(self, env):
        return env["mail.activity.plan.run"].browse(self.run_ids)

    def _apply(self, env):
        return len(self._get_plan(env).apply_version()["applied"])

    def assertMovedOnce(self):
        with self._transaction() as env:
            runs = self._get_runs(env)
            for run in runs:
                new = run.line_ids.filtered(lambda line: line.code.startswith("new"))
                self.assertEqual(new.mapped("state"), ["scheduled"])
                rows = env["mail.activity.log"].search([("run_id", "=", run.id)])
                moves = rows.filtered(lambda row: "plan_version" in (row.values or {}))
                moves = moves.filtered(lambda row: row.event == "changed")
                self.assertEqual(len(moves), 1)

    def test_two_managers(self):
        results = self._run_together(self._apply, self._apply)
        self.assertEqual(sorted(results), [0, 3])
        self.assertMovedOnce()

    def test_a_step_is_done_meanwhile(self):
        def complete(env):
            lines = self._get_runs(env)[0].line_ids
            lines.filtered(lambda line: line.code == "do_it").activity_id.complete()

        self._run_together(self._apply, complete)
        self.assertMovedOnce()
        with self._transaction() as env:
            run = self._get_runs(env)[0]
            self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])

    def test_a_run_is_stopped_meanwhile(self):
        """Whichever comes first, nothing of it is open."""

        def stop(env):
            self._get_runs(env)[0].action_stop()

        self._run_together(self._apply, stop)
        with self._transaction() as env:
            run = self._get_runs(env)[0]
            self.assertEqual(run.state, "stopped")
            self.assertFalse(run.line_ids._filter_open())

    def test_the_plan_is_changed_meanwhile(self):
        """A run has the steps of the version that it says."""

        def change(env):
            steps = self._get_plan(env).template_ids
            steps.filtered(lambda step: step.code == "new").unlink()

        self._run_together(self._apply, change)
        with self._transaction() as env:
            for run in self._get_runs(env):
                if run._is_outdated():
                    self.assertEqual(len(run.line_ids), 2)
        with self._transaction() as env:
            self._apply(env)
        with self._transaction() as env:
            self.assertFalse(self._get_runs(env).filtered(lambda r: r._is_outdated()))
