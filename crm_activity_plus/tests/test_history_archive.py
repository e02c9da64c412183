# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import gzip
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from ..models.archive.mail_activity_log_archive import MailActivityLogArchive
from ..models.archive.mail_activity_plan_run import MailActivityPlanRun
from ..tools.history_file import BrokenFileError, get_checksum, pack, unpack
from ..tools.replay import replay
from .crons_common import MODELS, EngineCronsCase

LOGGER = f"{MODELS}.archive.mail_activity_plan_run"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestHistoryArchive(EngineCronsCase):
    """What the ledger told of plans that ended long ago lies in files, whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.archives = cls.env["mail.activity.log.archive"]
        cls.runs = cls._launch(cls.leads, plan=cls.short_plan)
        cls.late = fields.Datetime.now() - timedelta(days=3 * 365)
        for run in cls.runs:
            activity = run.line_ids.activity_id
            activity.summary = "Called again"
            activity.complete(feedback="Line one\u2028line two")
        cls._age(cls.runs)

    @classmethod
    def _age(cls, runs):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE mail_activity_plan_run SET date_end = %s WHERE id = ANY(%s)",
            [cls.late, runs.ids],
        )
        runs.invalidate_recordset(["date_end"])

    def _archive(self):
        """:returns: the new archives"""
        before = self.archives.search([])
        self._run_cron("ir_cron_archive_history")
        return self.archives.search([]) - before

    def _get_own_rows(self, runs):
        """:returns: all that the ledger tells of runs"""
        refs = runs.line_ids.activity_id.ids
        domain = ["|", ("run_id", "in", runs.ids), ("activity_ref", "in", refs)]
        return self._get_logs(domain)

    def test_off_by_default(self):
        self.assertFalse(
            self.env.ref("crm_activity_plus.ir_cron_archive_history").active
        )

    def test_rows_go_into_a_file(self):
        others = self._get_logs([]) - self._get_own_rows(self.runs)
        rows = self._get_own_rows(self.runs)
        ids, events = rows.ids, rows.mapped("event")
        self.assertIn("changed", events)
        archive = self._archive()
        self.assertEqual(archive.row_count, len(ids))
        self.assertEqual(archive.run_count, 3)
        self.assertEqual(archive.run_ids, self.runs)
        self.assertFalse(self._get_own_rows(self.runs))
        self.assertEqual(self._get_logs([]), others)
        data = base64.b64decode(archive.file)
        self.assertEqual(get_checksum(data), archive.checksum)
        header, *lines = map(json.loads, gzip.decompress(data).splitlines())
        self.assertEqual(header["rows"], len(ids))
        self.assertEqual([line["id"] for line in lines], ids)
        self.assertEqual([line["event"] for line in lines], events)

    def test_replay(self):
        """With the file, the ledger tells what it told before."""
        before = replay(self.env["mail.activity.log"]._read_all_of_runs(self.runs))
        archive = self._archive().with_user(self.user_system)
        told = archive.replay()
        self.assertEqual(told, before)
        for run in self.runs:
            self.assertEqual(told["runs"][run.id]["status"], run.state)
            for line in run.line_ids:
                self.assertEqual(told["steps"][line.id]["status"], line.state)
        self.assertIn("3 plans", archive.action_verify()["params"]["message"])

    def test_replay_with_what_came_later(self):
        archive = self._archive()
        activity = self.runs[0].line_ids.activity_id
        activity.sudo().write({"summary": "Called in the end"})
        self.assertTrue(self._get_own_rows(self.runs))
        told = archive.replay()
        self.assertEqual(
            told["activities"][activity.id]["summary"], "Called in the end"
        )

    def test_what_isn_t_over_stays(self):
        running = self._launch(self._create_lead("Goes on"), plan=self.short_plan)
        recent = self._launch(self._create_lead("Just over"), plan=self.short_plan)
        recent.line_ids.activity_id.complete()
        rows = self._get_own_rows(running + recent)
        self._archive()
        self.assertEqual(self._get_own_rows(running + recent), rows)
        self.assertFalse((running + recent).log_archive_id)

    def test_twice(self):
        first = self._archive()
        activity = self.runs[0].line_ids.activity_id
        activity.sudo().write({"summary": "Later"})
        self.assertFalse(self._archive())
        self.assertEqual(first.row_count, len(first._read_rows()))

    def test_files_of_companies(self):
        self.runs[0].sudo().company_id = self.other_company
        self.runs[1:].sudo().company_id = self.env.company
        archives = self._archive()
        self.assertEqual(archives.company_id, self.other_company + self.env.company)
        for archive in archives:
            self.assertEqual(archive.run_ids.company_id, archive.company_id)
        system = self.archives.with_user(self.user_system)
        theirs = archives.filtered(lambda a: a.company_id == self.other_company)
        self.assertNotIn(theirs, system.search([]))
        for read in (
            theirs.with_user(self.user_system).replay,
            self._read_file(theirs),
        ):
            with self.assertRaises(AccessError):
                read()

    def _read_file(self, archive):
        files = self.env["ir.attachment"].sudo()
        file = files.search(
            [
                ("res_model", "=", archive._name),
                ("res_id", "=", archive.id),
                ("res_field", "=", "file"),
            ]
        )
        self.assertTrue(file)
        return lambda: file.with_user(self.user_system).read(["raw"])

    def test_batches(self):
        with patch(f"{LOGGER}.BATCH_SIZE", 1):
            archives = self._archive()
        self.assertEqual(archives.mapped("run_count"), [1, 1, 1])

    def test_without_time(self):
        """Each call does a batch, and goes on behind the last one."""
        commit = IrCron._commit_progress

        def patched(cron, *args, **kwargs):
            commit(cron, *args, **kwargs)
            return 0

        with (
            patch(f"{LOGGER}.BATCH_SIZE", 1),
            patch.object(IrCron, "_commit_progress", patched),
            self.enter_registry_test_mode(),
        ):
            for _call in range(3):
                with self.env.registry.cursor() as cr:
                    runs = self.env["mail.activity.plan.run"].with_env(self.env(cr=cr))
                    runs._cron_archive_history()
        self.env.invalidate_all()
        self.assertTrue(all(self.runs.mapped("log_archive_id")))

    # What is wrong with one stops no other

    def test_history_that_does_not_add_up(self):
        """It stays where it is, and the log names the run."""
        bad = self.runs[1]
        row = self._get_own_rows(bad)[-1]
        self.env.cr.execute(
            "UPDATE mail_activity_log SET old_status = 'paused' WHERE id = %s", [row.id]
        )
        row.invalidate_recordset()
        rows = self._get_own_rows(bad)
        with self.assertLogs(LOGGER, "WARNING") as log:
            archive = self._archive()
        self.assertIn(str(bad.id), log.output[0])
        self.assertEqual(archive.run_ids, self.runs - bad)
        self.assertEqual(self._get_own_rows(bad), rows)

    def test_state_that_nobody_told(self):
        bad = self.runs[1]
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run SET state = 'stopped' WHERE id = %s",
            [bad.id],
        )
        bad.invalidate_recordset()
        with mute_logger(LOGGER):
            archive = self._archive()
        self.assertEqual(archive.run_ids, self.runs - bad)

    def test_one_that_fails(self):
        bad = self.runs[1]
        failing = self._fail_on(MailActivityPlanRun, "_is_told_by", bad)
        with failing, mute_logger(LOGGER):
            archives = self._archive()
        self.assertEqual(archives.run_ids, self.runs - bad)
        self.assertTrue(self._get_own_rows(bad))

    def test_killed_in_the_middle(self):
        """What had been written by then is as if it had never been."""
        rows = self._get_own_rows(self.runs)
        move = type(self.env["mail.activity.log"])._move_into

        def killed(log, archive):
            move(log, archive)
            raise KeyboardInterrupt

        with (
            patch.object(type(self.env["mail.activity.log"]), "_move_into", killed),
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
        ):
            self.archives._archive(self.runs.sudo())
        self.env.invalidate_all()
        self.assertEqual(self._get_own_rows(self.runs), rows)
        self.assertFalse(self.archives.search([]))
        self.assertFalse(self.runs.log_archive_id)
        self.assertEqual(self._archive().row_count, len(rows))

    def test_nothing_leaves_but_into_a_whole_file(self):
        rows = self._get_own_rows(self.runs)
        with (
            patch(
                f"{MODELS}.archive.mail_activity_log_archive.pack", lambda rows: b"no"
            ),
            mute_logger(LOGGER),
        ):
            self.assertFalse(self._archive())
        self.assertEqual(self._get_own_rows(self.runs), rows)
        archive = self._archive()
        with self.assertRaisesRegex(UserError, "no longer in the history"):
            self.env["mail.activity.log"]._move_into(archive)

    # What one finds afterwards

    def test_changed_file(self):
        archive = self._archive()
        data = base64.b64decode(archive.file)
        for broken in (data[:-9], pack([]), b""):
            self.env["ir.attachment"].sudo().search(
                [("res_model", "=", archive._name), ("res_field", "=", "file")]
            ).raw = broken
            for method in ("replay", "action_verify"):
                with self.assertRaisesRegex(UserError, "missing or was changed"):
                    getattr(archive.with_user(self.user_system), method)()

    def test_records_that_are_gone_since(self):
        """The file tells of them as ever."""
        archive = self._archive()
        run = self.runs[0]
        self.env["crm.lead"].browse(run.res_id).unlink()
        self.assertIn(run.id, archive.replay()["runs"])
        self.assertTrue(archive.action_verify())

    def test_state_that_was_changed_since(self):
        archive = self._archive()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line SET state = 'skipped' WHERE id = %s",
            self.runs[0].line_ids.ids,
        )
        self.env.invalidate_all()
        with mute_logger(LOGGER), self.assertRaisesRegex(UserError, "Replaying"):
            archive.replay()

    def test_screens_say_so(self):
        self._archive()
        [timeline] = self.runs[0].with_user(self.user_owner).get_timeline()
        self.assertIn("Archived on", timeline["archive_note"])
        self.assertEqual(timeline["steps"][0]["state"], "done")
        activity = self.runs[0].line_ids.activity_id.with_user(self.user_owner)
        [row] = activity.get_history()
        self.assertEqual(row["event"], "Archived")
        self.assertIn("Archived History", row["reason"])

    def test_restart(self):
        """How it was launched is in the file alone."""
        self._archive()
        run = self.runs[0].with_user(self.user_owner)
        with self.assertRaisesRegex(UserError, "history was archived"):
            run.action_restart()
        [timeline] = run.get_timeline()
        self.assertNotIn("restart", timeline["actions"])

    # Who may what

    def test_rights(self):
        archive = self._archive()
        for user in (self.user_owner, self.user_manager, self.user_portal):
            for work in (archive.replay, archive.action_verify, archive.read):
                with self.subTest(user=user.name), self.assertRaises(AccessError):
                    getattr(archive.with_user(user), work.__name__)()
            with self.assertRaises(AccessError):
                self.runs.with_user(user).read(["log_archive_id"])
        system = archive.with_user(self.user_system)
        self.assertTrue(system.file)
        for records in (system, archive.sudo()):
            with self.assertRaises(UserError):
                records.write({"checksum": "0"})
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(AccessError):
            self.archives.with_user(self.user_system).create({"name": "x"})

    def test_months(self):
        self.assertEqual(self.runs._get_archive_months(), 24)
        parameters = self.env["ir.config_parameter"].sudo()
        for value, months in (
            ("36", 36),
            ("0", 24),
            ("-1", 24),
            ("soon", 24),
            ("", 24),
        ):
            parameters.set_param("crm_activity_plus.history_archive_months", value)
            self.assertEqual(self.runs._get_archive_months(), months, value)

    def test_queries(self):
        """A batch costs the same for any number of runs."""
        counts = []
        for _count in (1, 1, 12):
            runs = self._launch(self._create_leads(_count), plan=self.short_plan)
            runs.line_ids.activity_id.complete()
            self._age(runs)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            MailActivityLogArchive._archive(self.archives.sudo(), runs.sudo())
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 1)


@tagged("crm_activity_plus")
class TestHistoryFile(BaseCase):
    def test_round_trip(self):
        rows = [{"id": 1, "reason_text": "a\u2028b\x85c\nd"}, {"id": 2, "values": None}]
        data = pack(rows)
        self.assertEqual(data, pack(rows))
        self.assertEqual(unpack(data, get_checksum(data)), rows)

    def test_broken(self):
        data = pack([{"id": 1}])
        other = gzip.compress(b"[]\n")
        for broken in (b"", b"x", data[:-4], other, gzip.compress(b"\xff")):
            with self.subTest(broken), self.assertRaises(BrokenFileError):
                unpack(broken, get_checksum(broken))
        with self.assertRaises(BrokenFileError):
            unpack(data, get_checksum(b"another"))
