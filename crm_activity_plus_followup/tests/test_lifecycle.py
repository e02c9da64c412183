# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from collections import Counter
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.lifecycle_common import LifecycleCase

ADDON = "crm_activity_plus_followup"


@tagged("post_install", "-at_install")
class TestFollowupLifecycle(LifecycleCase):
    """The addon comes, is killed while it sends, is updated, and goes."""

    suffix = "followup_lifecycle"
    scripts = Path(__file__).parent / "lifecycle"

    @classmethod
    def _go_through(cls):
        cls.logs["install"] = cls._serve("-i", ADDON)
        cls.killed = [
            cls._run_killed("prepare", "sending", "killed_before_writing"),
            cls._run_killed("sending", "killed_before_sending"),
        ]
        _sending, cls.sent, cls.worked = cls._run_scripts("sending", "job", "inspect")
        cls.logs["upgrade"] = cls._serve("-u", ADDON)
        cls.upgraded = cls._run_script("inspect")
        cls.logs["uninstall"] = cls._odoo(
            "module", "uninstall", "-d", cls.database, ADDON
        )
        cls.after = cls._run_script("after")

    @classmethod
    def _run_killed(cls, *names):
        """:returns: whom was written to before the process was killed"""
        try:
            cls._run_scripts(*names)
        except AssertionError:
            file = Path(cls.config).parent / "sent.txt"
            return file.read_text().splitlines() if file.exists() else None
        raise AssertionError(f"{names[-1]} wasn't killed")

    # ------------------------------------------------------------
    # Killed
    # ------------------------------------------------------------

    def test_killed_where_it_should(self):
        """Before the third customer was written to, and then before the fourth."""
        before_writing, before_sending = self.killed
        self.assertEqual(len(before_writing), 2)
        self.assertEqual(len(before_sending), 3)

    def test_everybody_is_written_to_once(self):
        recipients = Counter(
            address
            for line in self.sent["sent"]
            for address in re.findall(r"customer\d@example.com", line)
        )
        expected = {f"customer{n}@example.com": 1 for n in range(5)}
        # The contact for reminders of the last one has no address: nobody is.
        self.assertEqual(recipients, expected)
        self.assertEqual(self.sent["noted"], [1, 1, 1, 1, 1, 0])
        self.assertEqual(self.sent["steps_sent"], 5)
        self.assertEqual(self.sent["states"], ["running"] * 6)

    # ------------------------------------------------------------
    # Installed, upgraded, uninstalled
    # ------------------------------------------------------------

    def test_logs(self):
        for phase in ("install", "upgrade", "uninstall"):
            with self.subTest(phase):
                self._assert_no_trouble(phase)

    def test_upgrade_changes_nothing(self):
        self.assertEqual(self.upgraded, self.worked)
        self.assertEqual(self.worked["rows"], 6)

    def test_runs_are_closed(self):
        """Nobody would end them when they are paid."""
        self.assertEqual(self.after["states"], ["stopped"])
        self.assertEqual(self.after["reasons"], ["manual"])
        self.assertEqual(self.after["activities"], ["cancelled"])
        self.assertTrue(self.after["told"])

    def test_plans_are_ordinary_ones(self):
        self.assertNotIn("followup", self.after["roles"])
        self.assertTrue(self.after["launched"])
        self.assertEqual(self.after["types"], ["contact"])

    def test_nothing_is_left(self):
        for what in ("broken", "columns", "xmlids"):
            self.assertEqual(self.after[what], [], what)
        self.assertEqual(self.after["crons"], 0)
