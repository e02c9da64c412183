# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase
from .crons_common import MODELS


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestHistoryArchiveRaces(ConcurrencyCase):
    """Two at once on the history of plans that are over."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch(f"{MODELS}.archive.mail_activity_plan_run.BATCH_SIZE", 2)
        )
        with self._transaction() as env:
            result = self._launch(self.lead_ids)(env)
            runs = env["mail.activity.plan.run"].browse(result["run_ids"])
            runs.line_ids.activity_id.complete()
            env.flush_all()
            env.cr.execute(
                "UPDATE mail_activity_plan_run SET date_end = '2020-01-01'"
                " WHERE id = ANY(%s)",
                [runs.ids],
            )
            self.run_ids = runs.ids
            self.row_ids = set(self._get_rows(env).ids)

    def _get_rows(self, env):
        return env["mail.activity.log"].search([("run_id", "in", self.run_ids)])

    def _get_archives(self, env):
        runs = env["mail.activity.plan.run"].browse(self.run_ids)
        return runs.log_archive_id

    def _delete_everything(self):
        with self._transaction() as env:
            ids = self._get_archives(env).ids
        super()._delete_everything()
        with self._transaction() as env:
            env["ir.attachment"].search(
                [
                    ("res_model", "=", "mail.activity.log.archive"),
                    ("res_field", "=", "file"),
                    ("res_id", "in", ids),
                ]
            ).unlink()
            env.cr.execute(
                "DELETE FROM mail_activity_log_archive WHERE id = ANY(%s)", [ids]
            )

    def _archive(self, env):
        env["mail.activity.plan.run"]._cron_archive_history()

    @mute_logger("odoo.sql_db")
    def test_two_workers(self):
        """Each row is in one file, once."""
        self._run_together(self._archive, self._archive)
        with self._transaction() as env:
            self._archive(env)
        with self._transaction() as env:
            self.assertFalse(self._get_rows(env))
            rows = [
                row["id"]
                for archive in self._get_archives(env)
                for row in archive._read_rows()
            ]
            self.assertEqual(len(rows), len(set(rows)))
            self.assertGreaterEqual(set(rows), self.row_ids)
            for archive in self._get_archives(env):
                archive.replay()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_restarted_meanwhile(self):
        """Either it begins again, and its history stays; or it doesn't."""

        def restart(env):
            try:
                env["mail.activity.plan.run"].browse(self.run_ids[0]).action_restart()
            except UserError as error:
                return str(error)
            return False

        refusal, _none = self._run_together(restart, self._archive)
        with self._transaction() as env:
            run = env["mail.activity.plan.run"].browse(self.run_ids[0])
            if refusal:
                self.assertIn("archived", refusal)
                self.assertEqual(run.state, "done")
                run.log_archive_id.replay()
            else:
                self.assertEqual(run.state, "running")
                self.assertFalse(run.log_archive_id)
                self.assertTrue(self._get_rows(env).filtered(lambda r: r.run_id == run))
