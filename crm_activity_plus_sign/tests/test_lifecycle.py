# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import re
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.lifecycle_common import HARMLESS, LifecycleCase

ADDON = "crm_activity_plus_sign"

# ``sign_oca`` can't delete roles and fields that its templates have: Odoo deletes
# their tables then, with or without this addon.
OWN_TROUBLE = re.compile(rf'{HARMLESS.pattern}|bad query: b\'DELETE FROM "sign_oca_')


@tagged("post_install", "-at_install")
class TestSignLifecycle(LifecycleCase):
    """The addon comes with ``sign_oca``, is updated, goes without it, comes back, and
    goes along with it."""

    suffix = "sign_lifecycle"
    scripts = Path(__file__).parent / "lifecycle"

    @classmethod
    def _go_through(cls):
        cls.logs["install"] = cls._serve("-i", "crm_activity_plus,sign_oca")
        _prepared, cls.worked = cls._run_scripts("prepare", "inspect")
        cls.logs["upgrade"] = cls._serve("-u", "sign_oca")
        cls.upgraded = cls._run_script("inspect")
        cls.logs["uninstall"] = cls._uninstall(ADDON)
        cls.after = cls._run_script("after")
        cls.logs["install again"] = cls._serve("-i", ADDON)
        cls.again = cls._run_script("again")
        cls.logs["uninstall sign_oca"] = cls._uninstall("sign_oca")
        cls.without = cls._run_script("after")

    @classmethod
    def _uninstall(cls, addon):
        return cls._odoo("module", "uninstall", "-d", cls.database, addon)

    def test_logs(self):
        for phase in self.logs:
            with self.subTest(phase):
                is_last = phase == "uninstall sign_oca"
                self._assert_no_trouble(phase, OWN_TROUBLE if is_last else HARMLESS)

    def test_it_installs_itself(self):
        """Salespeople may ask for signatures at once; what was asked for goes on."""
        self.assertGreater(self.worked["users"], 0)
        states = [request["state"] for request in self.worked["requests"]]
        self.assertCountEqual(states, ["2_signed", "0_sent", "4_refused", "0_sent"])
        self.assertIn(["running", "done", "scheduled"], self.worked["steps"])
        self.assertIn(["running", "scheduled", "waiting"], self.worked["steps"])
        self.assertEqual(self.worked["files"], ["Contract (signed).pdf"])

    def test_upgrade_changes_nothing(self):
        self.assertEqual(self.upgraded, self.worked)

    def test_signatures_go_on_without_the_addon(self):
        """What was refused is cancelled for ``sign_oca``, which knows no refusal; so is
        what a step waited for that fails."""
        states = ["2_signed", "3_cancel", "3_cancel", "0_sent"]
        self.assertCountEqual(self.after["states"], states)
        self.assertEqual(self.after["signed"], ["2_signed"])

    def test_plans_go_on_without_the_addon(self):
        """A step that waited for a signature says why it failed."""
        self.assertCountEqual(
            [steps[1:] for steps in self.after["steps"]],
            [["done", "scheduled"], ["failed", "skipped"]],
        )
        self.assertTrue(any(self.after["reasons"]))
        for after in (self.after, self.without):
            self.assertFalse(after["was_active"])
            self.assertNotIn("sign_request", after["kinds"] + after["categories"])
            self.assertTrue(after["launched"])
        self.assertEqual(set(self.after["done"]), {"done"})

    def test_nothing_is_left(self):
        for after in (self.after, self.without):
            for what in ("broken", "columns", "xmlids"):
                self.assertEqual(after[what], [], what)
            self.assertEqual(after["crons"], 0)

    def test_it_comes_back(self):
        self.assertEqual(self.again["status"], "done")
        self.assertEqual(self.again["outcome"], "signed")
        self.assertEqual(self.again["integrity"], "valid")
        self.assertEqual(self.again["crons"], 2)

    def test_it_goes_along(self):
        self.assertEqual(self.without["states"], [])
