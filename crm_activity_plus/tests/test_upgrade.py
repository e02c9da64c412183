# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Databases of older versions are upgraded, and nothing is lost.

``lifecycle/VERSION.jsonl`` is what a version had in its database, with runs and
activities in every state; see ``lifecycle/upgrade_dump.py``.
"""

import json
from itertools import groupby

from odoo.sql_db import close_db, db_connect
from odoo.tests import tagged
from odoo.tools import SQL, config

from .replay import replay
from .test_lifecycle import ADDON, SCRIPTS, LifecycleCase

VERSION = "19.0.1.1.0"

#: Columns that are called otherwise now.
RENAMED = {
    ("mail_activity_log", "reason"): "reason_text",
    ("mail_activity_plan_run", "stop_note"): "stop_note_text",
    ("mail_activity_plan_run_line", "reason"): "reason_text",
}


#: Tables of what the addon brings itself.
BROUGHT = (
    "mail_activity_outcome",
    "mail_activity_outcome_type_rel",
    "mail_activity_type",
)

RUN_STATES = ("running", "paused", "done", "stopped")
STEP_STATES = ("waiting", "scheduled", "done", "skipped", "cancelled", "failed")
STATUSES = ("new", "in_progress", "on_hold", "done", "cancelled")
STOP_REASONS = (
    "manual",
    "won",
    "lost",
    "reply",
    "meeting",
    "condition",
    "merged",
    "outcome",
    "record_deleted",
)


@tagged("post_install", "-at_install")
class TestUpgrade(LifecycleCase):
    """From the version before the reasons were codes."""

    suffix = "upgrade"

    @classmethod
    def _go_through(cls):
        with db_connect(cls.database).cursor() as cr:
            cls.xmlids, cls.tables = cls._load(cr)
            cls.before = cls._read_tables(cr)
        close_db(cls.database)
        cls.logs["upgrade"] = cls._serve("-u", ADDON)
        with db_connect(cls.database).cursor() as cr:
            cls.after = cls._read_tables(cr)
            cls.xmlids_after = set(cls._read_xmlids(cr))
        cls.schema = cls._read_schema()
        cls.result = cls._run_script("upgrade_after")

    @classmethod
    def _load(cls, cr):
        """Have a database without the addon be one with an older version.

        :returns: the XML ids that it would have, and the tables that got rows
        """
        lines = (SCRIPTS / f"{VERSION}.jsonl").read_text().splitlines()
        known, tables, own = cls._read_xmlids(cr), [], []
        for table, group in groupby(
            map(json.loads, lines), lambda line: line.get("table")
        ):
            if table:
                cls._insert(cr, table, [line["row"] for line in group], known)
                tables.append(table)
                continue
            for line in group:
                if "sql" in line:
                    cr.execute(line["sql"])
                own += line.get("xmlids", ())
        cr.execute(
            "UPDATE ir_module_module SET state = 'installed', latest_version = %s"
            " WHERE name = %s",
            [VERSION, ADDON],
        )
        return own, tables

    @classmethod
    def _read_xmlids(cls, cr):
        cr.execute("SELECT module || '.' || name, res_id FROM ir_model_data")
        return dict(cr.fetchall())

    @classmethod
    def _insert(cls, cr, table, rows, xmlids):
        needed = cls._read_needed(cr, table)
        for row in rows:
            row |= {name: needed[name] for name in needed.keys() - row.keys()}
            for name, value in row.items():
                if isinstance(value, dict) and value.keys() == {"xmlid"}:
                    row[name] = xmlids[value["xmlid"]]
        names = sorted({name for row in rows for name in row})
        cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(names)s) SELECT %(names)s"
                " FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s)",
                table=SQL.identifier(table),
                names=SQL(", ").join(map(SQL.identifier, names)),
                rows=json.dumps(rows),
            )
        )
        if "id" in names:
            cr.execute(
                SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM %s",
                    table,
                    SQL.identifier(table),
                )
            )

    @classmethod
    def _read_needed(cls, cr, table):
        """:returns: what rows need for the sake of addons that the fixture's database
        didn't have: as some other row has it"""
        cr.execute(
            """
            SELECT attname FROM pg_attribute
             WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull
               AND NOT atthasdef AND NOT attisdropped
            """,
            [table],
        )
        names = [name for [name] in cr.fetchall()]
        cr.execute(SQL("SELECT to_jsonb(t) FROM %s t LIMIT 1", SQL.identifier(table)))
        example = cr.fetchone()
        return {name: example[0][name] for name in names} if example else {}

    @classmethod
    def _read_tables(cls, cr):
        """:returns: for each table that was loaded, its rows; by id if they have one"""
        result = {}
        for table in cls.tables:
            cr.execute(
                SQL(
                    "SELECT to_jsonb(t) - 'write_date' - 'write_uid' FROM %s t",
                    SQL.identifier(table),
                )
            )
            result[table] = {
                row.get("id") or json.dumps(row, sort_keys=True): row
                for [row] in cr.fetchall()
            }
        return result

    # ------------------------------------------------------------
    # The database
    # ------------------------------------------------------------

    def test_log(self):
        self._assert_no_trouble("upgrade")

    def test_every_row_is_as_it_was(self):
        for table, rows in self.before.items():
            after = self.after[table]
            with self.subTest(table):
                self.assertFalse(rows.keys() - after.keys(), "lost")
                for key, row in rows.items():
                    expected = {RENAMED.get((table, n), n): v for n, v in row.items()}
                    self.assertEqual(after[key] | expected, after[key])

    def test_no_row_is_added(self):
        """But for the records of the addon's data, which the fixture leaves out."""
        for table, rows in self.before.items():
            if table.startswith("mail_activity") and table not in BROUGHT:
                self.assertEqual(self.after[table].keys(), rows.keys(), table)

    def test_schema_is_that_of_a_new_database(self):
        new = self._query_schema(config["db_name"][0])
        for kind in ("columns", "constraints", "indexes", "sequences", "fields"):
            with self.subTest(kind):
                other = self.schema[kind].items() - new[kind].items()
                self.assertFalse(other)

    def test_xml_ids_are_kept(self):
        self.assertGreater(len(self.xmlids), 100)
        self.assertFalse(set(self.xmlids) - self.xmlids_after)

    # ------------------------------------------------------------
    # What people see
    # ------------------------------------------------------------

    def test_states(self):
        """There are runs, steps and activities in every state."""
        for kind, table, name, states in (
            ("runs", "mail_activity_plan_run", "state", RUN_STATES),
            ("steps", "mail_activity_plan_run_line", "state", STEP_STATES),
            ("activities", "mail_activity", "status", STATUSES),
        ):
            before = {
                str(id_): {"id": id_, name: row[name]}
                for id_, row in self.before[table].items()
            }
            self.assertEqual(self.result["states"][kind], before)
            self.assertEqual({row[name] for row in before.values()}, set(states))
        reasons = {
            row["stop_reason"] for row in self.before["mail_activity_plan_run"].values()
        }
        self.assertEqual(reasons - {None}, set(STOP_REASONS))

    def test_reasons(self):
        """Whatever was written is read as it was, in whatever language."""
        for (table, name), _column in RENAMED.items():
            before = {
                str(id_): {"id": id_, name: row[name]}
                for id_, row in self.before[table].items()
                if row[name]
            }
            self.assertEqual(self.result["reasons"][table], before)
            self.assertTrue(before)
        expected = {"Held": "Wartet", "Held without end": False}
        self.assertEqual(self.result["holds"] | expected, self.result["holds"])
        told = [skipped for skipped in self.result["skipped"] if skipped]
        [[row]] = told
        self.assertIn("already under way", row["reason"])

    def test_ledger_tells_the_states(self):
        told = replay(self.result["ledger"])
        for kind, name in (
            ("runs", "state"),
            ("steps", "state"),
            ("activities", "status"),
        ):
            states = self.result["states"][kind]
            known = {id_: values[name] for id_, values in states.items()}
            replayed = {
                str(id_): values["status"] for id_, values in told[kind].items()
            }
            self.assertEqual({id_: replayed[id_] for id_ in known}, known)

    def test_everything_can_be_read(self):
        self.assertEqual(set(self.result["works"].values()), {True})

    # ------------------------------------------------------------
    # What goes on
    # ------------------------------------------------------------

    def test_runs_go_on(self):
        runs = self.result["runs"]
        self.assertEqual(runs["started"][:3], ["running", "done", "scheduled"])
        self.assertEqual(runs["paused"][:2], ["running", "scheduled"])
        self.assertEqual(runs["stopped"], ["running", "scheduled", "failed"])
        self.assertEqual(runs["short"], ["stopped", "cancelled", "cancelled"])
        self.assertEqual(self.result["launched"], "running")
        self.assertEqual(self.result["held"], "new")
        self.assertEqual(self.result["broken_crons"], [])

    def test_nothing_is_launched_twice(self):
        self.assertEqual(self.result["again"], [[], [self.result["again_on"]]])
