# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import psycopg2

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.base import mail_activity_bulk_mixin
from ..models.base.mail_activity_bulk_mixin import MailActivityBulkMixin
from .common import CrmActivityPlusCommon

UNIQUE = ("id", "code", "create_date", "write_date", "launch_key", "display_name")


@tagged("crm_activity_plus")
class TestBulkInsert(CrmActivityPlusCommon):
    """Rows that the engine inserts are those that the ORM would create."""

    def setUp(self):
        super().setUp()
        result = self.plan.launch(self.lead.ids)
        self.run = self.env["mail.activity.plan.run"].browse(result["run_ids"]).sudo()
        self.line = self.run.line_ids[0]
        self.outcome = self.env["mail.activity.outcome"].create(
            {"name": "Bulk", "code": "bulk"}
        )

    def _line_values(self, code, **values):
        return {
            "run_id": self.run.id,
            "res_model": "crm.lead",
            "res_id": self.lead.id,
            "code": code,
            "activity_type_id": self.type_call.id,
            "date_deadline": "2026-03-12",
            "date_explanation": {"base": "plan_date", "skipped": [{"why": "“Ï”"}]},
            "note": "<p>Ask &amp; tell</p>",
            "reason": False,
            "max_attempts": 0,
            "after_outcome_ids": [Command.set(self.outcome.ids)],
            **values,
        }

    def _read(self, record):
        self.env.flush_all()
        self.env.invalidate_all()
        names = [
            name
            for name, field in record._fields.items()
            if field.store and name not in UNIQUE
        ]
        return record.read(names, load=None)[0]

    def assertSameAsCreated(self, model, first, second):
        records = self.env[model].sudo()
        inserted = records.create([first])
        # The ORM's own.
        created = super(MailActivityBulkMixin, records).create([second])
        values = self._read(inserted), self._read(created)
        for row in values:
            del row["id"]
        self.assertEqual(*values)

    def test_step(self):
        self.assertSameAsCreated(
            "mail.activity.plan.run.line",
            self._line_values("first"),
            self._line_values("second"),
        )

    def test_run(self):
        values = {
            "plan_id": self.plan.id,
            "name": "Bulk",
            "res_model": "crm.lead",
            "res_id": self.lead.id,
            "plan_date": "2026-03-10",
            "date_start": "2026-03-10 08:00:00",
            "exit_on_won": False,
            "exit_on_lost": True,
        }
        self.assertSameAsCreated(
            "mail.activity.plan.run",
            {**values, "launch_key": "first"},
            {**values, "launch_key": "second"},
        )

    def test_ledger_row(self):
        values = {
            "date": "2026-03-10 08:00:00",
            "run_id": self.run.id,
            "event": "launched",
            "values": {"plan_id": [1, None]},
        }
        self.assertSameAsCreated("mail.activity.log", values, dict(values))

    def test_values_of_others(self):
        """What other addons give for their fields is stored as the ORM stores it."""
        lines = self.env["mail.activity.plan.run.line"]
        translated = self.env["mail.activity.type"]._fields["name"]
        html = self.env["mail.activity"]._fields["note"]
        with patch.object(mail_activity_bulk_mixin, "is_added", lambda field: True):
            [name] = lines._to_column(translated, ["Visit"])
            [note] = lines._to_column(html, ["<p>Ask<script>now</script></p>"])
        self.assertEqual(name.adapted, {"en_US": "Visit"})
        self.assertEqual(note, "<p>Ask</p>")

    def test_order_and_columns(self):
        """Rows needn't have the same columns; the records come in their order."""
        Line = self.env["mail.activity.plan.run.line"].sudo()
        lines = Line.create(
            [
                self._line_values(
                    f"step_{n}", **({"summary": f"S{n}"} if n % 2 else {})
                )
                for n in range(50)
            ]
        )
        self.assertEqual(lines.mapped("code"), [f"step_{n}" for n in range(50)])
        self.assertEqual(lines[:3].mapped("summary"), [False, "S1", False])
        self.assertEqual(lines.after_outcome_ids, self.outcome)
        self.assertFalse(Line.create([]))

    def test_what_was_read_before_is_read_again(self):
        before = self.run.line_ids
        progress = self.run.progress
        line = (
            self.env["mail.activity.plan.run.line"]
            .sudo()
            .create([self._line_values("late", state="done")])
        )
        self.assertEqual(self.run.line_ids, before | line)
        self.assertGreater(self.run.progress, progress)

    def test_progress_of_a_launch(self):
        """It isn't computed, since the steps were at hand; but it is the same."""
        lead = self.env["crm.lead"].create({"name": "Left out", "type": "opportunity"})
        step = self.plan.template_ids[0]
        result = self.plan.launch(
            lead.ids, overrides={lead.id: {step.code: {"skip": True}}}
        )
        run = self.env["mail.activity.plan.run"].browse(result["run_ids"]).sudo()
        names = ["progress", "next_deadline"]
        self.env.flush_all()
        self.env.invalidate_all()
        [at_launch] = run.read(names)
        run._compute_progress()
        self.assertEqual(at_launch, run.read(names)[0])
        self.assertEqual(run.progress, 0, "What was skipped isn't done.")
        self.assertTrue(run.next_deadline)

    def test_what_the_database_refuses(self):
        Line = self.env["mail.activity.plan.run.line"].sudo()
        for error, values in (
            (psycopg2.errors.NotNullViolation, {"res_model": False}),
            (psycopg2.errors.ForeignKeyViolation, {"activity_type_id": 2**30}),
            (psycopg2.errors.UniqueViolation, {"code": self.line.code}),
        ):
            with (
                self.subTest(error.__name__),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                Line.create([self._line_values("other") | values])
