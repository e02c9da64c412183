# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The addon comes to a database that has been worked with, and leaves it again.

That can't happen inside a test's transaction: it is done to a database of its own, by
the server's own command line.
"""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, config

ADDON = "crm_activity_plus"
# A small one, with activities, and with activity types of its own.
APPLICATION = "maintenance"
# A database with what the addon depends on, where there is one that can be copied.
BASE_DATABASE = os.environ.get("CRM_ACTIVITY_PLUS_BASE")
SCRIPTS = Path(__file__).parent / "lifecycle"
TROUBLE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) .*", re.MULTILINE)
# What is said about the machine, and not about the addon.
HARMLESS = re.compile(r"pg_trgm|unaccent|wkhtmltopdf|PostgreSQL version")

SERVER_OPTIONS = (
    "data_dir",
    "db_host",
    "db_password",
    "db_port",
    "db_sslmode",
    "db_template",
    "db_user",
    "pg_path",
)
SCHEMA_QUERIES = {
    "columns": """
        SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable
          FROM information_schema.columns WHERE table_schema = current_schema""",
    "constraints": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = current_schema::regnamespace""",
    "indexes": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema""",
    "sequences": """
        SELECT sequencename, '' FROM pg_sequences WHERE schemaname = current_schema""",
    "models": "SELECT model, name->>'en_US' FROM ir_model",
    "fields": "SELECT model || '.' || name, ttype FROM ir_model_fields",
    "choices": """
        SELECT f.model || '.' || f.name || '.' || s.value, s.name->>'en_US'
          FROM ir_model_fields_selection s
          JOIN ir_model_fields f ON f.id = s.field_id""",
    "xmlids": "SELECT module || '.' || name, model FROM ir_model_data",
    "views": "SELECT id::text, name FROM ir_ui_view",
    "menus": "SELECT id::text, name->>'en_US' FROM ir_ui_menu",
    "actions": "SELECT id::text, name->>'en_US' FROM ir_actions",
    "rules": "SELECT id::text, name FROM ir_rule",
    "access": "SELECT id::text, name FROM ir_model_access",
    "crons": "SELECT id::text, cron_name FROM ir_cron",
    "templates": "SELECT id::text, name->>'en_US' FROM mail_template",
    "parameters": "SELECT key, '' FROM ir_config_parameter",
}


class LifecycleCase(BaseCase):
    """A database of its own goes through everything; each test looks at one side."""

    suffix = "lifecycle"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{config['db_name'][0]}_{cls.suffix}"
        cls.config = cls._write_config()
        cls.addClassCleanup(cls._drop)
        cls._drop()
        if BASE_DATABASE:
            cls._copy(BASE_DATABASE)
        else:
            cls._serve("-i", "crm")
        cls.logs = {}
        cls._go_through()

    @classmethod
    def _go_through(cls):
        """What happens to the database."""

    # ------------------------------------------------------------
    # Running Odoo
    # ------------------------------------------------------------

    @classmethod
    def _write_config(cls):
        """Write a configuration as the tests' own, but for any database.

        :returns: its path
        """
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        values = {"addons_path": ",".join(config["addons_path"])}
        for option in SERVER_OPTIONS:
            if config[option]:
                values[option] = str(config[option])
        parser = configparser.RawConfigParser()
        parser["options"] = values
        path = Path(folder.name) / "odoo.conf"
        with path.open("w") as file:
            parser.write(file)
        return str(path)

    @classmethod
    def _odoo(cls, command, *args, script=None):
        """Run Odoo's command line on the tests' database server.

        :returns: what it printed; its log is printed with it where that isn't a script
        """
        line = [sys.executable, "-P", "-m", "odoo"]
        if command == "module":
            line += ["module", args[0], "-c", cls.config, *args[1:]]
        else:
            line += [command, "-c", cls.config, *args]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(
            line,
            input=script,
            env=env,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(
                f"{' '.join(line)} failed:\n"
                f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
            )
        return done.stdout if script else done.stdout + done.stderr

    @classmethod
    def _serve(cls, *args):
        return cls._odoo(
            "server", "-d", cls.database, *args, "--no-http", "--stop-after-init"
        )

    @classmethod
    def _run_script(cls, name):
        """Run a script in Odoo's shell.

        :returns: what it has put into ``result``
        """
        [result] = cls._run_scripts(name)
        return result

    @classmethod
    def _run_scripts(cls, *names):
        """Run several in one shell: to start it takes longer than they do."""
        calls = ["import json"]
        for name in names:
            text = (SCRIPTS / f"{name}.py").read_text()
            calls.append(f"exec({text!r}, scope := {{'env': env}})")
            calls.append("print('RESULT', json.dumps(scope['result']))")
        script = "\n".join(calls)
        output = cls._odoo(
            "shell", "-d", cls.database, "--no-http", "--log-level=error", script=script
        )
        lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
        return [json.loads(line.removeprefix("RESULT ")) for line in lines]

    # What Odoo's command line does to databases, it starts Odoo for.

    @classmethod
    def _copy(cls, template):
        cls._administer(
            SQL(
                "CREATE DATABASE %s TEMPLATE %s",
                SQL.identifier(cls.database),
                SQL.identifier(template),
            )
        )
        files = cls._get_filestore(template)
        if files.is_dir():
            shutil.copytree(files, cls._get_filestore(cls.database))

    @classmethod
    def _drop(cls):
        close_db(cls.database)
        name = SQL.identifier(cls.database)
        cls._administer(SQL("DROP DATABASE IF EXISTS %s WITH (FORCE)", name))
        shutil.rmtree(cls._get_filestore(cls.database), ignore_errors=True)

    @classmethod
    def _administer(cls, statement):
        """Run a statement that must not be part of a transaction."""
        with closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    @classmethod
    def _get_filestore(cls, database):
        return Path(config["data_dir"]) / "filestore" / database

    @classmethod
    def _read_schema(cls):
        """:returns: for each kind of thing, name -> description"""
        try:
            return cls._query_schema(cls.database)
        finally:
            close_db(cls.database)

    @classmethod
    def _query_schema(cls, database):
        with db_connect(database).cursor() as cr:
            result = {}
            for kind, query in SCHEMA_QUERIES.items():
                cr.execute(query)
                result[kind] = dict(cr.fetchall())
            return result

    def _assert_no_trouble(self, phase, harmless=HARMLESS):
        found = [
            match[0]
            for match in TROUBLE.finditer(self.logs[phase])
            if not harmless.search(match[0])
        ]
        self.assertFalse(found)


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
