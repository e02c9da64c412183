# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Databases of older versions are upgraded, and nothing is lost.

``lifecycle/VERSION.jsonl`` is what a version had in its database, with runs and
activities in every state; see ``lifecycle/upgrade_dump.py``.
"""

import json

from odoo.sql_db import close_db, db_connect
from odoo.tests import tagged
from odoo.tools import SQL, config

from ..tools.replay import replay
from .lifecycle_common import ADDON, SCRIPTS, LifecycleCase

VERSION = "19.0.1.1.0"

#: Columns that are called otherwise now.
RENAMED = {
    ("mail_activity_log", "reason"): "reason_text",
    ("mail_activity_plan_launch", "error"): "error_text",
    ("mail_activity_plan_launch_skip", "reason"): "reason_text",
    ("mail_activity_plan_run", "stop_note"): "stop_note_text",
    ("mail_activity_plan_run_line", "reason"): "reason_text",
}

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

        :returns: the XML ids of its data, and the tables that got rows
        """
        known, needed, own = cls._read_xmlids(cr), {}, []
        for line in (SCRIPTS / f"{VERSION}.jsonl").read_text().splitlines():
            match json.loads(line):
                case {"sql": statement}:
                    cr.execute(statement)
                case {"fields": fields}:
                    cls._add_fields(cr, fields)
                    known = cls._read_xmlids(cr)
                case {"table": table, "row": row, **line}:
                    if table not in needed:
                        needed[table] = cls._read_needed(cr, table)
                    id_ = cls._insert(cr, table, needed[table] | row, known)
                    if record := line.get("record"):
                        cls._name(cr, id_, *record)
                        own.append(f"{ADDON}.{record[0]}")
                        known[own[-1]] = id_
        cls._advance_sequences(cr, needed)
        cr.execute(
            "UPDATE ir_module_module SET state = 'installed', latest_version = %s"
            " WHERE name = %s",
            [VERSION, ADDON],
        )
        return own, list(needed)

    @classmethod
    def _read_xmlids(cls, cr):
        cr.execute("SELECT module || '.' || name, res_id FROM ir_model_data")
        return dict(cr.fetchall())

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
    def _insert(cls, cr, table, row, xmlids):
        """:returns: the new id, if there is one"""
        values = {
            name: xmlids[value["xmlid"]]
            if isinstance(value, dict) and value.keys() == {"xmlid"}
            else value
            for name, value in row.items()
        }
        cr.execute(
            SQL(
                "INSERT INTO %(table)s AS new (%(names)s) SELECT %(names)s"
                " FROM jsonb_populate_record(NULL::%(table)s, %(values)s)"
                " RETURNING to_jsonb(new) -> 'id'",
                table=SQL.identifier(table),
                names=SQL(", ").join(map(SQL.identifier, values)),
                values=json.dumps(values),
            )
        )
        return cr.fetchone()[0]

    @classmethod
    def _name(cls, cr, res_id, name, model, noupdate):
        cr.execute(
            "INSERT INTO ir_model_data (module, name, model, res_id, noupdate)"
            " VALUES (%s, %s, %s, %s, %s)",
            [ADDON, name, model, res_id, noupdate],
        )

    @classmethod
    def _add_fields(cls, cr, fields):
        """Have Odoo know the fields, and the models that are not there any more, so
        that it deletes those that are gone."""
        names = ("model", "name", "ttype", "store")
        field = SQL(
            "jsonb_to_recordset(%s)"
            " AS field (model text, name text, ttype text, store boolean)",
            json.dumps([dict(zip(names, row, strict=True)) for row in fields]),
        )
        cr.execute(
            SQL(
                """
                WITH new AS (
                    INSERT INTO ir_model (model, name, "order", state)
                         SELECT DISTINCT model, jsonb_build_object('en_US', model),
                                'id', 'base'
                           FROM %(field)s
                    ON CONFLICT DO NOTHING RETURNING id, model
                )
                INSERT INTO ir_model_data (module, name, model, res_id)
                     SELECT %(addon)s, 'model_' || replace(model, '.', '_'),
                            'ir.model', id
                       FROM new
                """,
                field=field,
                addon=ADDON,
            )
        )
        cls._add_fields_of_models(cr, field)

    @classmethod
    def _add_fields_of_models(cls, cr, field):
        cr.execute(
            SQL(
                """
                WITH new AS (
                    INSERT INTO ir_model_fields
                                (model_id, model, name, ttype, store, state,
                                 field_description)
                         SELECT ir_model.id, model, field.name, ttype, store, 'base',
                                jsonb_build_object('en_US', field.name)
                           FROM %(field)s JOIN ir_model USING (model)
                      RETURNING id, model, name
                )
                INSERT INTO ir_model_data (module, name, model, res_id)
                     SELECT %(addon)s,
                            'field_' || replace(model, '.', '_') || '__' || name,
                            'ir.model.fields', id
                       FROM new
                """,
                field=field,
                addon=ADDON,
            )
        )

    @classmethod
    def _advance_sequences(cls, cr, tables):
        for table in tables:
            cr.execute(
                "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attname = 'id'",
                [table],
            )
            if cr.fetchone():
                cr.execute(
                    SQL(
                        "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id))"
                        " FROM %s",
                        table,
                        SQL.identifier(table),
                    )
                )

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
            if table.startswith("ir_"):
                # Views, menus and actions are loaded again.
                continue
            after = self.after[table]
            with self.subTest(table):
                self.assertFalse(rows.keys() - after.keys(), "lost")
                for key, row in rows.items():
                    expected = {RENAMED.get((table, n), n): v for n, v in row.items()}
                    expected |= self._get_changed(table, row)
                    self.assertEqual(after[key] | expected, after[key])

    def _get_changed(self, table, row):
        """:returns: what a row says otherwise now, on purpose"""
        if table == "mail_activity_type" and row["category"] == "upload_file":
            self.assertEqual(row["name"]["en_US"], "Document")
            renamed = {"en_US": "Upload Document"}
            return {"name": renamed, "summary": renamed}
        if table != "mail_activity_plan_run":
            return {}
        # What was closed without being done isn't progress.
        steps = self.before["mail_activity_plan_run_line"].values()
        states = [step["state"] for step in steps if step["run_id"] == row["id"]]
        counted = [state for state in states if state != "skipped"]
        done = counted.count("done")
        return {"progress": round(100 * done / len(counted), 2) if counted else 0}

    def test_no_row_is_added(self):
        """But for outcomes, of which there are more by default."""
        more = ("mail_activity_outcome", "mail_activity_outcome_type_rel")
        for table, rows in self.before.items():
            if table in more:
                self.assertLess(rows.keys(), self.after[table].keys())
            elif table.startswith("mail_activity"):
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
