# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo.tests import tagged

from .lifecycle_common import ADDON, HARMLESS, LifecycleCase

# A small one, with activities, and with activity types of its own.
APPLICATION = "maintenance"


@tagged("post_install", "-at_install")
class TestLifecycle(LifecycleCase):
    """The addon comes and goes."""

    @classmethod
    def _go_through(cls):
        cls.prepared = cls._run_script("prepare")
        cls.schema_before = cls._read_schema()
        cls.logs["install"] = cls._serve("-i", ADDON)
        cls.installed, cls.worked = cls._run_scripts("inspect", "work")
        cls.logs["upgrade"] = cls._serve("-u", ADDON)
        cls.upgraded = cls._run_script("inspect")
        cls.schema_installed = cls._read_schema()
        cls.logs["uninstall"] = cls._odoo(
            "module", "uninstall", "-d", cls.database, ADDON
        )
        cls.schema_after = cls._read_schema()
        cls.after = cls._run_script("after")

    # ------------------------------------------------------------
    # Installing
    # ------------------------------------------------------------

    def test_install_log(self):
        self._assert_no_trouble("install")

    def test_codes_of_types(self):
        """Every type gets a code; those of core the same in all languages."""
        types = self.installed["types"]
        codes = [values["code"] for values in types]
        self.assertNotIn(None, codes)
        self.assertNotIn(False, codes)
        self.assertEqual(len(set(codes)), len(codes))
        by_xmlid = {values["xmlid"]: values["code"] for values in types}
        self.assertEqual(by_xmlid["mail.mail_activity_data_email"], "email")
        self.assertEqual(by_xmlid["mail.mail_activity_data_call"], "call")
        self.assertEqual(by_xmlid["mail.mail_activity_data_meeting"], "meeting")
        self.assertEqual(by_xmlid["mail.mail_activity_data_todo"], "todo")
        self.assertEqual(
            by_xmlid["mail.mail_activity_data_upload_document"], "upload_document"
        )
        by_id = {values["id"]: values["code"] for values in types}
        first, second = sorted(by_id[id_] for id_ in self.prepared["same_name"])
        self.assertEqual((first, second), ("visit", "visit_2"))
        self.assertRegex(by_id[self.prepared["not_latin"]], r"^type(_\d+)?$")
        self.assertEqual(by_id[self.prepared["archived"]], "fax")

    def test_codes_of_plans(self):
        by_id = {values["id"]: values for values in self.installed["plans"]}
        first, second = (by_id[id_] for id_ in self.prepared["plans"])
        self.assertEqual(
            {first["code"], second["code"]}, {"first_steps", "first_steps_2"}
        )
        for plan in (first, second):
            self.assertEqual(sorted(plan["step_codes"]), ["ask", "ask_2"])

    def test_columns_are_required(self):
        for table in ("type", "plan", "plan_template"):
            self.assertEqual(
                self.schema_installed["columns"][f"mail_activity_{table}.code"],
                "character varying NO",
            )

    def test_statuses(self):
        """What was archived is done, the rest is new."""
        statuses = {
            int(id_): values["status"]
            for id_, values in self.installed["activities"].items()
        }
        self.assertEqual(statuses[self.prepared["open"]], "new")
        self.assertEqual(statuses[self.prepared["done"]], "done")
        self.assertEqual(statuses[self.prepared["free"]], "new")
        self.assertEqual(statuses[self.prepared["orphan"]], "new")

    def test_values_are_kept(self):
        activities = self.installed["activities"]
        for id_, values in self.prepared["activities"].items():
            self.assertEqual(activities[id_] | values, activities[id_])
        customer = activities[str(self.prepared["open"])]["partner_id"]
        self.assertEqual(customer, self.prepared["partner"])
        types = {values["id"]: values for values in self.installed["types"]}
        for values in self.prepared["types"]:
            self.assertEqual(types[values["id"]] | values, types[values["id"]])

    def test_nothing_is_running(self):
        self.assertEqual(self.installed["runs"], 0)

    def test_works_on_what_was_there(self):
        """Old plans are launched, old activities completed."""
        self.assertEqual(self.worked["run_states"], ["scheduled", "scheduled"])
        self.assertEqual(self.worked["completed"], "done")

    # ------------------------------------------------------------
    # Upgrading
    # ------------------------------------------------------------

    def test_upgrade_log(self):
        self._assert_no_trouble("upgrade")

    def test_upgrade_changes_nothing(self):
        before = {values["id"]: values for values in self.installed["types"]}
        for values in self.upgraded["types"]:
            if values["id"] in before:
                self.assertEqual(values, before[values["id"]])
        plans = {values["id"]: values for values in self.upgraded["plans"]}
        for values in self.installed["plans"]:
            self.assertEqual(plans[values["id"]], values)
        self.assertEqual(self.upgraded["runs"], self.worked["runs"])

    # ------------------------------------------------------------
    # Uninstalling
    # ------------------------------------------------------------

    def test_uninstall_log(self):
        self._assert_no_trouble("uninstall")

    def test_nothing_is_left(self):
        for kind, before in self.schema_before.items():
            after = self.schema_after[kind]
            with self.subTest(kind):
                left = sorted(f"{n}: {after[n]}" for n in after.keys() - before.keys())
                lost = sorted(f"{n}: {before[n]}" for n in before.keys() - after.keys())
                changed = sorted(
                    f"{name}: {before[name]} -> {after[name]}"
                    for name in before.keys() & after.keys()
                    if before[name] != after[name]
                )
                self.assertFalse(left, "left behind")
                self.assertFalse(lost, "taken along")
                self.assertFalse(changed, "changed")

    def test_schema_is_read(self):
        """The comparison would see what the addon adds."""
        for kind in (
            "columns",
            "constraints",
            "indexes",
            "models",
            "fields",
            "choices",
        ):
            added = self.schema_installed[kind].keys() - self.schema_before[kind].keys()
            self.assertTrue(added, kind)
        for kind in ("xmlids", "views", "menus", "actions", "rules", "access"):
            added = self.schema_installed[kind].keys() - self.schema_before[kind].keys()
            self.assertTrue(added, kind)

    def test_core_works_again(self):
        self.assertEqual(self.after["state"], "uninstalled")
        self.assertEqual(self.after["broken_views"], [])
        self.assertEqual(self.after["broken_actions"], [])
        self.assertEqual(self.after["made_and_deleted"], True)
        self.assertEqual(self.after["chained"], "Quotation sent")
        self.assertEqual(self.after["launched"], 2)
        self.assertEqual(self.after["done_is_archived"], True)
        self.assertEqual(self.after["cancelled_is_gone"], True)

    def test_types_are_kept(self):
        """The types that were there are still there, as they were."""
        types = {values["id"]: values for values in self.after["types"]}
        for values in self.prepared["types"]:
            self.assertEqual(types[values["id"]], values)

    def test_plans_are_kept(self):
        """Steps whose type has gone are there, with the type that is left."""
        self.assertEqual(
            self.after["extended"],
            [["Seminar", False, "on_demand"], ["To-Do", "Letter", "on_demand"]],
        )

    def test_activities_are_kept(self):
        """Activities outlive the addon, also those that its plans made."""
        activities = self.after["activities"]
        for id_ in self.worked["activities"]:
            self.assertIn(str(id_), activities)
        for id_, values in self.prepared["activities"].items():
            if int(id_) != self.worked["touched"]:
                self.assertEqual(activities[id_], values)


@tagged("post_install", "-at_install")
class TestApplicationUninstall(LifecycleCase):
    """An application goes, whose documents have plans and activities."""

    suffix = "application"

    @classmethod
    def _go_through(cls):
        cls._serve("-i", f"{ADDON},{APPLICATION}")
        cls.worked = cls._run_script("application_work")
        cls.logs["uninstall"] = cls._odoo(
            "module", "uninstall", "-d", cls.database, APPLICATION
        )
        cls.schema_after = cls._read_schema()
        cls.after = cls._run_script("application_after")

    def test_log(self):
        """Odoo tries in vain to delete the application's own records before their
        tables."""
        own = rf'{HARMLESS.pattern}|DELETE FROM "({APPLICATION}_\w+|mail_alias)"'
        self._assert_no_trouble("uninstall", re.compile(own))

    def test_application_is_gone(self):
        self.assertEqual(self.after["state"], "uninstalled")
        left = [
            name
            for kind in ("models", "fields", "xmlids")
            for name in self.schema_after[kind]
            if name.startswith((f"{APPLICATION}.", f"{APPLICATION}_"))
        ]
        self.assertFalse(left)

    def test_plans_activities_and_types_go_along(self):
        for kind in ("plans", "activities", "actions", "templates", "types"):
            self.assertTrue(self.worked[kind], kind)
            self.assertEqual(self.after["left"][kind], [], kind)

    def test_activities_of_other_applications_stay(self):
        self.assertEqual(self.after["kept"], self.worked["kept"])

    def test_runs_are_closed(self):
        expected = {
            "running": ["stopped", "record_deleted", 0],
            "paused": ["stopped", "record_deleted", 0],
            "done": ["done", False, 0],
            "stopped": ["stopped", "manual", 0],
        }
        self.assertEqual(self.after["runs"], expected)
        self.assertEqual(self.after["run_names"], ["Repair"])

    def test_ledger_stays(self):
        """The rows that there were are as they were, and the last ones tell the
        state."""
        self.assertEqual(
            self.after["ledger"][: len(self.worked["ledger"])], self.worked["ledger"]
        )
        self.assertEqual(self.after["told"], [])
        for id_ in self.worked["activities"]:
            self.assertIn(id_, self.after["ledger_of_activities"])

    def test_everything_else_works(self):
        for what in ("systray", "my_activities", "runs_read", "timeline", "history"):
            self.assertIs(self.after["works"][what], True, what)
        self.assertEqual(self.after["broken_crons"], [])
        self.assertEqual(self.after["broken_views"], [])
        self.assertEqual(self.after["launched"], ["scheduled"])

    def test_restart_is_refused_with_a_sentence(self):
        self.assertIn("record was deleted", self.after["restarted"])
