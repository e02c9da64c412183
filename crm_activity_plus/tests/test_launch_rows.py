# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import re
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import new_rows
from ..models.activity.mail_thread import MailThread
from ..models.launch import mail_activity as created_together
from ..models.steps.activity import ReservedActivities
from .common import CrmActivityPlusCommon

# What can't be the same: keys of rows, moments, and what mentions them.
UNIQUE = (
    *("id", "create_date", "write_date", "date", "message_id", "res_id", "run_id"),
    *("run_line_id", "activity_id", "activity_ref", "lead_id", "parent_id", "res_name"),
)
FILLED = {
    "mail_activity": "res_model = 'crm.lead' AND res_id",
    "mail_activity_plan_run": "res_id",
    "mail_activity_plan_run_line": "res_id",
    "mail_activity_log": "res_id",
    "mail_followers": "res_model = 'crm.lead' AND res_id",
    "mail_message": "model = 'crm.lead' AND res_id",
}


@tagged("crm_activity_plus")
@freeze_time("2026-03-10 10:00:00")
class TestLaunchRows(CrmActivityPlusCommon):
    """A launch inserts many rows at once, and they are those that the ORM creates and
    that core's own methods make, one after the other."""

    def setUp(self):
        super().setUp()
        self.plan.template_ids[0].note = "<p>Ask <b>her</b> <script>no</script></p>"
        self.plan.template_ids[1].responsible_type = "salesperson"
        self.plan.template_ids[2].write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        self.plan.template_ids[3].responsible_type = "team_leader"

    def _launch_alone(self, leads, **kwargs):
        """Launch without what is done at once."""
        alone = patch.object(created_together, "create_rows", lambda *args: None)
        subscribing = patch.object(
            MailThread,
            "message_subscribe",
            lambda records, *args, **kwargs: super(
                MailThread, records
            ).message_subscribe(*args, **kwargs),
        )
        with alone, subscribing:
            return self._launch(leads, **kwargs)

    def _make_leads(self):
        leads = self._create_leads(4)
        leads[0].user_id = self.user_manager
        leads[1].user_id = self.user_member
        leads[2].message_subscribe(self.user_colleague.partner_id.ids)
        # Nobody leads it: that step fails.
        leads[3].team_id = self.env["crm.team"].create({"name": "Without a leader"})
        self.env.flush_all()
        self._read_bus()
        return leads

    def _read_rows(self, leads):
        """:returns: table -> rows of the leads, in their order, without what no two
        launches share"""
        self.env.flush_all()
        return {
            table: [
                [
                    self._without_keys(row, lead)
                    for [row] in self.env.execute_query(
                        SQL(
                            "SELECT to_jsonb(t) FROM %s AS t WHERE %s = %s ORDER BY id",
                            SQL.identifier(table),
                            SQL(condition),
                            lead.id,
                        )
                    )
                ]
                for lead in leads
            ]
            for table, condition in FILLED.items()
        }

    def _without_keys(self, row, lead):
        """:returns: a row without its own keys, and what it says of the lead without
        the lead's"""
        row = {name: value for name, value in row.items() if name not in UNIQUE}
        return json.loads(json.dumps(row).replace(f'"id": {lead.id},', '"id": 0,'))

    def _read_bus(self):
        rows = self.env.cr.precommit.data.get("bus.bus.values", [])
        told = sorted(re.sub(r"\d+", "#", json.dumps(row)) for row in rows)
        rows.clear()
        return told

    def _read_links(self, runs):
        return [
            (
                line.activity_id.run_line_id == line,
                line.activity_id.run_id == run,
                line.activity_id.res_id == run.res_id,
                line.activity_id.res_name == run.res_name,
            )
            for run in runs.sudo()
            for line in run.line_ids
        ]

    def test_same_rows(self):
        together, alone = self._make_leads(), self._make_leads()
        self._read_bus()
        asked = {"responsible_id": self.user_owner.id, "user": self.user_manager}
        runs = self._launch(together, **asked)
        bus = self._read_bus()
        core_runs = self._launch_alone(alone, **asked)
        self.assertEqual(bus, self._read_bus())
        rows = self._read_rows(together)
        for table, core_rows in self._read_rows(alone).items():
            with self.subTest(table):
                self.assertTrue(all(core_rows))
                if table == "mail_followers":
                    # Nobody is the first of them.
                    for own in (*rows[table], *core_rows):
                        own.sort(key=lambda row: row["partner_id"])
                self.assertEqual(rows[table], core_rows)
        self.assertEqual(self._read_links(runs), self._read_links(core_runs))
        self.assertEqual(
            [lead.message_partner_ids for lead in together],
            [lead.message_partner_ids for lead in alone],
        )
        self.assertLedgerTellsState(runs)

    def test_create_of_others_is_called(self):
        """Whatever another addon adds to the activities is there."""
        seen = []
        creating = self.registry["mail.activity"].create

        def create(activities, vals_list):
            seen.extend(vals["run_line_id"] for vals in vals_list)
            vals_list = [{**vals, "automated": True} for vals in vals_list]
            return creating(activities, vals_list)

        with patch.object(self.registry["mail.activity"], "create", create):
            runs = self._launch(self._create_leads(2))
        activities = runs.sudo().line_ids.activity_id
        self.assertEqual(len(seen), len(activities))
        self.assertTrue(all(activities.mapped("automated")))

    def test_steps_know_their_activities_from_the_start(self):
        """Nobody has to tell them; and nobody sees an activity before it is there."""
        seen, told = [], []
        lines = self.env["mail.activity.plan.run.line"]
        creating = self.registry["mail.activity"].create

        def create(activities, vals_list):
            steps = lines.browse(vals["run_line_id"] for vals in vals_list)
            seen.extend(steps.mapped("activity_id"))
            created = creating(activities, vals_list)
            self.assertEqual(created.run_line_id, steps)
            return created

        with (
            patch.object(self.registry["mail.activity"], "create", create),
            patch.object(
                self.registry[lines._name], "_write_links", lambda *args: told.append(1)
            ),
        ):
            runs = self._launch(self._create_leads(3))
        self.assertFalse(seen)
        self.assertFalse(told)
        self.assertTrue(all(link == (True,) * 4 for link in self._read_links(runs)))

    def test_ids_are_taken_once(self):
        """Another attempt of the step, in the same transaction, is another activity."""
        reserved = ReservedActivities({1: 11, 2: 12, 3: 13})
        self.assertEqual(reserved.take([2, 1]), [12, 11])
        self.assertIsNone(reserved.take([1]))
        self.assertIsNone(reserved.take([3, 4]))
        self.assertEqual(reserved.ids, {1: 11, 2: 12, 3: 13})

    def test_steps_that_others_hear_of_have_no_activities_yet(self):
        """Whoever extends what creates the steps reads the database as it is."""
        seen, told = [], []
        lines = self.registry["mail.activity.plan.run.line"]
        creating, linking = lines.create, lines._write_links

        def create(steps, vals_list):
            created = creating(steps, vals_list)
            created.invalidate_recordset()
            seen.extend(created.mapped("activity_id"))
            return created

        def link(steps, ids):
            told.extend(ids)
            return linking(steps, ids)

        with (
            patch.object(lines, "create", create),
            patch.object(lines, "_write_links", link),
        ):
            runs = self._launch(self._create_leads(3))
        self.assertFalse(seen)
        self.assertEqual(told and len(told), len(runs.sudo().line_ids.activity_id))
        self.assertTrue(all(link == (True,) * 4 for link in self._read_links(runs)))

    def test_defaults_of_others_are_found_for_each(self):
        """What another addon adds may be another one for each activity."""
        found = []
        field = self.env["mail.activity"]._fields["feedback"]

        def default(model):
            found.append(f"Token {len(found)}")
            return found[-1]

        with (
            patch.object(field, "default", default),
            patch.object(new_rows, "is_added", lambda other: other is field),
        ):
            runs = self._launch(self._create_leads(2))
        activities = runs.sudo().line_ids.activity_id
        self.assertEqual(len(set(activities.mapped("feedback"))), len(activities))

    def test_defaults_of_what_others_create_in_consequence(self):
        """The context says others than those of the launch."""
        # Where a field has a default of its own, all of them are found for each.
        self.startPatcher(patch.object(new_rows, "is_added", lambda field: False))
        activities = new_rows.together(self.env["mail.activity"])
        values = {
            "activity_type_id": self.type_call.id,
            "res_id": self.lead.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
        }
        for summary in ("One", "Other"):
            other = activities.with_context(default_summary=summary)
            self.assertEqual(other.create(values).summary, summary)

    def test_what_others_protect_stays_so(self):
        """A field of another addon's keeps its value until its inverse is called."""
        seen = []
        field = self.env["mail.activity"]._fields["display_name"]
        creating = self.registry["mail.activity"]._create

        def create(activities, data_list):
            for data in data_list:
                data["protected"].add(field)
            records = creating(activities, data_list)
            seen.extend(field in data["protected"] for data in data_list)
            return records

        with patch.object(self.registry["mail.activity"], "_create", create):
            self._launch(self._create_leads(2))
        self.assertTrue(seen)
        self.assertTrue(all(seen))

    def test_what_takes_the_way_of_the_orm(self):
        """Values of other tables, and records with different fields."""
        file = self.env["ir.attachment"].create({"name": "Offer", "raw": b"offer"})
        values = {
            "activity_type_id": self.type_call.id,
            "res_id": self.lead.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "user_id": self.user_owner.id,
        }
        activities = self.env["mail.activity"]
        created = activities._as_engine().create(
            [
                {**values, "attachment_ids": [Command.link(file.id)]},
                {**values, "summary": "With files", "attachment_ids": []},
            ]
        )
        self.assertEqual(created.mapped("attachment_ids"), file)
        self.assertEqual(created.mapped("summary"), [False, "With files"])
        self.assertEqual(created.mapped("res_name"), [self.lead.name] * 2)
        self.assertEqual(self.lead.activity_ids & created, created)

    def test_each_value_is_converted_once(self):
        asked = []

        def function(value):
            asked.append(value)
            return value

        shared = {"a": 1}
        column = [False, 0, False, "0", shared, shared, True, 1]
        self.assertEqual(new_rows.convert(column, function), column)
        self.assertEqual([type(v) for v in asked], [bool, int, str, dict, bool, int])
