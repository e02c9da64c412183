# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import configparser
import inspect
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
from odoo.tests import BaseCase
from odoo.tools import SQL, config

ADDON = "crm_activity_plus"

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
    # Not the list of addons that can be installed: it is made anew each time.
    "xmlids": """
        SELECT module || '.' || name, model FROM ir_model_data
         WHERE module != 'base' OR model != 'ir.module.module'""",
    "views": "SELECT id::text, name FROM ir_ui_view",
    "menus": "SELECT id::text, name->>'en_US' FROM ir_ui_menu",
    "actions": "SELECT id::text, name->>'en_US' FROM ir_actions",
    "rules": "SELECT id::text, name FROM ir_rule",
    "access": "SELECT id::text, name FROM ir_model_access",
    "crons": "SELECT id::text, cron_name FROM ir_cron",
    "templates": "SELECT id::text, name->>'en_US' FROM mail_template",
    "parameters": "SELECT key, '' FROM ir_config_parameter",
}


def find_broken_views(env, models):
    """For scripts, each of which has it.

    :returns: the views of some models that can't be shown, and why
    """
    broken = []
    for view in env["ir.ui.view"].search(
        [("model", "in", models), ("mode", "=", "primary"), ("type", "!=", "qweb")]
    ):
        try:
            env[view.model].get_view(view.id, view.type)
            view._check_xml()
        except Exception as error:
            broken.append(f"{view.xml_id}: {error}")
    return broken


class LifecycleCase(BaseCase):
    """A database of its own goes through everything; each test looks at one side."""

    suffix = "lifecycle"
    scripts = SCRIPTS

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
        calls = ["import json", inspect.getsource(find_broken_views)]
        known = "{'env': env, 'find_broken_views': find_broken_views}"
        for name in names:
            text = (cls.scripts / f"{name}.py").read_text()
            calls.append(f"exec({text!r}, scope := {known})")
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
