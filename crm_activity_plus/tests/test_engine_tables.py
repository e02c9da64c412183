# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.added_fields import is_added
from .common import CrmActivityPlusCommon

LOGGER = "odoo.addons.crm_activity_plus.models.base.mail_activity_bulk_mixin"

# What a field may be given, whatever it has.
SAMPLES = {
    "boolean": True,
    "char": "mine",
    "date": "2031-03-31",
    "datetime": "2031-03-31 10:00:00",
    "float": 7.5,
    "html": "<p>Mine</p>",
    "integer": 7,
    "json": {"mine": True},
}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestEngineTables(CrmActivityPlusCommon):
    """Only the engine writes runs, steps and the ledger: having more rights than its
    user has doesn't make an addon's code the engine."""

    def setUp(self):
        super().setUp()
        self.run_ = self._launch()
        self.other_run = self._launch(self._create_lead("Other"))
        self.line = self.run_.line_ids[0]
        self.log = self._get_logs([("run_id", "=", self.run_.id)])[0]

    def _as_addon(self, records):
        """:returns: records, as an addon's code has them that acts for somebody"""
        return records.with_user(self.user_manager).sudo()

    def _get_hostile_values(self, record):
        """:returns: for each field of this addon's that is stored, another value"""
        fields = {
            name: field
            for name, field in record._fields.items()
            if field.store and name not in MAGIC_COLUMNS and not is_added(field)
        }
        values = {}
        for name, field in fields.items():
            if field.type == "selection":
                choices = set(field.get_values(self.env)) - {record[name]}
                values[name] = min(choices)
            elif field.type in ("many2many", "one2many"):
                values[name] = [(5,)]
            elif field.type == "many2one":
                others = self.env[field.comodel_name].search([], limit=2)
                values[name] = (others - record[name])[:1].id
            elif field.type == "many2one_reference":
                values[name] = self.other_run.res_id
            else:
                values[name] = SAMPLES[field.type]
        return values

    def _read(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.read()

    def test_write(self):
        for record in (self.run_, self.line):
            before = self._read(record)
            values = self._get_hostile_values(record)
            self.assertLess({"res_id", "state", "user_id"}, values.keys())
            for name, value in values.items():
                with self.subTest(model=record._name, name=name):
                    with self.assertLogs(LOGGER, "WARNING") as logs:
                        self._as_addon(record).write({name: value})
                    self.assertIn(name, logs.output[0])
                    with self.assertLogs(LOGGER, "WARNING"):
                        self._as_addon(record)[name] = value
            self.assertEqual(self._read(record), before)
            with self.assertRaises(AccessError):
                record.with_user(self.user_manager).write(values)

    def test_write_of_the_ledger(self):
        before = self._read(self.log)
        for name, value in self._get_hostile_values(self.log).items():
            for records in (self._as_addon(self.log), self.log):
                with self.subTest(name=name), self.assertRaises(UserError):
                    records.write({name: value})
        self.assertEqual(self._read(self.log), before)

    def test_create(self):
        for record in (self.run_, self.line, self.log):
            values = record.copy_data()[0]
            for records in (record.browse(), record):
                with self.subTest(model=record._name):
                    with self.assertRaisesRegex(UserError, "[Nn]obody can"):
                        self._as_addon(records).create(values)
            with self.assertRaisesRegex(UserError, "[Nn]obody can"):
                self._as_addon(record).copy()
            with self.assertRaises(UserError):
                record.with_user(self.user_manager).copy()

    def test_import(self):
        for record in (self.run_, self.line, self.log):
            model = self._as_addon(record.browse())
            count = model.search_count([])
            with self.subTest(model=record._name), mute_logger("odoo.models"):
                result = model.load(
                    ["res_model", "res_id", "reason" if "reason" in model else "name"],
                    [["crm.lead", str(self.lead.id), "Mine"]],
                )
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])
            self.assertEqual(model.search_count([]), count)
        before = self._read(self.line)
        with self.assertLogs(LOGGER, "WARNING"):
            self._as_addon(self.line).load([".id", "reason"], [[self.line.id, "Mine"]])
        self.assertEqual(self._read(self.line), before)

    def test_unlink(self):
        for record in (self.run_, self.line, self.log):
            for records in (self._as_addon(record), record.with_user(self.user_owner)):
                with self.subTest(model=record._name), self.assertRaises(UserError):
                    records.unlink()
            self.assertTrue(record.exists())

    def test_fields_of_other_addons(self):
        """What another addon adds to the tables is for it to write, with the rest left
        out."""
        record = self._as_addon(self.run_)
        with patch.object(record._fields["exit_domain"], "_modules", ("followup",)):
            record.write({"exit_domain": "[]"})
            self.assertEqual(self.run_.exit_domain, "[]")
            with self.assertLogs(LOGGER, "WARNING") as logs:
                record.write({"exit_domain": False, "state": "done"})
        self.assertIn("state", logs.output[0])
        self.assertNotIn("exit_domain", logs.output[0])
        self.assertEqual((self.run_.exit_domain, self.run_.state), (False, "running"))

    def test_odoobot_repairs(self):
        """In a shell, an administrator mends what is broken."""
        self.run_.with_user(SUPERUSER_ID).stop_note = "Mended"
        self.assertEqual(self.run_.stop_note, "Mended")

    def test_key_of_the_engine(self):
        """A client can send the key, but not what it is worth."""
        before = self._read(self.line)
        record = self._as_addon(self.line)
        for value in (True, 1, [True], {"value": True}):
            with self.subTest(value=value), self.assertLogs(LOGGER, "WARNING"):
                record.with_context(crm_activity_plus_engine=value).state = "done"
        self.assertEqual(self._read(self.line), before)
