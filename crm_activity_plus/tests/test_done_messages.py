# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import re
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import done_messages
from .common import CrmActivityPlusCommon

# What two messages can't share.
UNIQUE = ("id", "message_id", "create_date", "write_date", "date")

POST = "message_post"


@tagged("crm_activity_plus")
class TestDoneMessages(CrmActivityPlusCommon):
    """The messages of many activities are written together, and are those that core
    would have posted one by one."""

    def setUp(self):
        super().setUp()
        self.activities_subtype = self.env.ref("mail.mt_activities")
        self.env.flush_all()

    def _last_id(self):
        [[last_id]] = self.env.execute_query(
            SQL("SELECT COALESCE(max(id), 0) FROM mail_message")
        )
        return last_id

    def _read_messages(self, records, last_id):
        """:returns: the new messages on records, in the order of these, without what no
        two messages share; with who was notified and which files there are"""
        self.env.flush_all()
        messages = self.env["mail.message"].sudo()
        names = [
            name
            for name, field in messages._fields.items()
            if field.store and field.column_type and name not in UNIQUE
        ]
        found = messages.search(
            [("model", "=", records._name), ("res_id", "in", records.ids)], order="id"
        )
        places, told = {}, {record.id: [] for record in records}
        for record, own in found.grouped("res_id").items():
            for number, message in enumerate(own):
                places[message.id] = (records.ids.index(record), number)
        for message in found.filtered(lambda message: message.id > last_id):
            [row] = message.read(names, load=False)
            del row["id"], row["res_id"]
            row["parent_id"] = places.get(row["parent_id"], row["parent_id"])
            row["notified"] = message.notification_ids.mapped(
                lambda n: (n.res_partner_id.id, n.notification_type)
            )
            files = message.attachment_ids.sorted("name")
            row["files"] = [
                (file.name, file.res_model, file.res_id == message.id) for file in files
            ]
            told[message.res_id].append(row)
        return list(told.values())

    def _read_bus(self):
        rows = self.env.cr.precommit.data.get("bus.bus.values", [])
        told = sorted(re.sub(r"\d+", "#", json.dumps(row)) for row in rows)
        rows.clear()
        return told

    def _complete(self, make, is_together, **kwargs):
        """Complete activities, either together or as core does.

        :param make: gives records, and activities on them
        :returns: messages by record, bus messages, and how many were posted alone
        """
        records, activities = make()
        self.env.flush_all()
        self._read_bus()
        last_id, posted = self._last_id(), []
        posting = self.registry["mail.thread"].message_post

        def post(thread, **values):
            posted.append(thread.id)
            return posting(thread, **values)

        extended = patch.object(
            done_messages, "is_posting_extended", lambda records: not is_together
        )
        with extended, patch.object(self.registry["mail.thread"], POST, post):
            activities.action_feedback(**kwargs)
        self.assertEqual(set(activities.mapped("status")), {"done"})
        return (
            self._read_messages(records, last_id),
            self._read_bus(),
            len(posted),
        )

    def assertSameAsCore(self, make, posted=0, **kwargs):
        """:param int posted: how many messages core posts alone all the same"""
        together, bus, alone = self._complete(make, True, **kwargs)
        one_by_one, core_bus, core_alone = self._complete(make, False, **kwargs)
        self.assertEqual(together, one_by_one)
        self.assertEqual(bus, core_bus)
        self.assertEqual(alone, posted)
        self.assertGreater(core_alone, posted)

    def _make(self, **values):
        leads = self._create_leads(4)
        activities = self.env["mail.activity"].union(
            *(
                self._schedule(lead, summary=f"Call {n}", note="<p>Ask</p>", **values)
                for n, lead in enumerate(leads)
            )
        )
        return leads, activities

    def test_own_activities(self):
        self.assertSameAsCore(self._make)
        self.assertSameAsCore(self._make, feedback="They <b>want</b>\nit")

    def test_activities_of_somebody_else(self):
        """Who had it is told; and a comment is what later messages answer."""

        def make():
            leads, activities = self._make(user_id=self.user_colleague.id)
            for lead in leads[:2]:
                lead.message_post(body="Hello", message_type="comment")
                lead._message_log(body="Noted")
            return leads, activities.with_user(self.user_manager)

        self.assertSameAsCore(make)

    def test_several_on_one_record(self):
        """The second message of a record answers the first."""

        def make():
            leads, activities = self._make()
            more = [self._schedule(lead, summary="Again") for lead in leads[1:]]
            return leads, activities.union(*more)

        self.assertSameAsCore(make)

    def test_followers_are_told_as_ever(self):
        """Core posts where somebody follows what is done, and tells them."""

        def make():
            leads, activities = self._make()
            leads[0].message_subscribe(
                self.user_manager.partner_id.ids, self.activities_subtype.ids
            )
            return leads, activities

        self.assertSameAsCore(make, posted=1)

    def test_attachments(self):
        """Files of the activities move to the messages; those of the feedback are there
        once for all."""

        def make():
            leads, activities = self._make()
            self.env["ir.attachment"].create(
                [
                    {
                        "name": f"File {n}",
                        "raw": b"file",
                        "res_model": "mail.activity",
                        "res_id": activities[n].id,
                    }
                    for n in (0, 1)
                ]
            )
            return leads, activities

        self.assertSameAsCore(make)
        files = self.env["ir.attachment"].with_user(self.user_owner)
        file = files.create({"name": "Offer", "raw": b"offer"})
        self.assertSameAsCore(make, feedback="See there", attachment_ids=file.ids)

    def test_steps_of_plans(self):
        """What waits for them begins, and each message is there once."""
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]

        def make():
            leads = self._create_leads(3)
            runs = self._launch(leads)
            activities = runs.line_ids.activity_id.with_user(self.user_owner)
            return leads, activities

        self.assertSameAsCore(make)

    def test_types_that_trigger(self):
        following = self._create_type("Following")
        first = self._create_type(
            "First", chaining_type="trigger", triggered_next_type_id=following.id
        )

        def make():
            return self._make(activity_type_id=first.id)

        self.assertSameAsCore(make)

    def test_records_of_other_companies(self):
        """Each message is the company's of its record, and is answered there."""
        domain = self.env["mail.alias.domain"].create(
            {"name": "other.example.com", "catchall_alias": "catch", "company_ids": []}
        )
        self.other_company.alias_domain_id = domain
        self.user_manager.company_ids = [Command.link(self.other_company.id)]

        def make():
            leads, activities = self._make()
            elsewhere = {"company_id": self.other_company.id}
            leads[0].write({**elsewhere, "team_id": False, "user_id": False})
            return leads, activities.with_user(self.user_manager).with_context(
                allowed_company_ids=(self.company_main | self.other_company).ids
            )

        self.assertSameAsCore(make)

    def test_contacts(self):
        """Their messages answer no other one."""

        def make():
            contacts = self.env["res.partner"].create(
                [{"name": f"Contact {n}"} for n in range(3)]
            )
            activities = [
                self._schedule(contact, self.user_manager) for contact in contacts
            ]
            activities = self.env["mail.activity"].union(*activities)
            return contacts, activities.with_user(self.user_manager)

        self.assertSameAsCore(make)

    def test_free_activities(self):
        """They have no record to post on; and what is on hold is done, too."""

        def make():
            leads, activities = self._make()
            activities[0].action_hold()
            free = self._schedule(res_model_id=False, res_id=False)
            return leads, activities + free

        self.assertSameAsCore(make)

    def test_posting_that_others_extend(self):
        """Whoever looks at each message that is posted still does."""
        self.assertFalse(done_messages.is_posting_extended(self.lead))
        seen = []
        posting = self.registry["crm.lead"].message_post

        def post(lead, **values):
            seen.append(lead.id)
            return posting(lead, **values)

        leads, activities = self._make()
        with patch.object(self.registry["crm.lead"], POST, post):
            self.assertTrue(done_messages.is_posting_extended(self.lead))
            activities.action_feedback()
        self.assertEqual(seen, leads.ids)

    @freeze_time("2026-03-10 10:00:00")
    def test_queries(self):
        """Their number doesn't grow with each activity."""
        counts = []
        for count in (2, 20, 100):
            leads = self._create_leads(count)
            activities = self.env["mail.activity"].union(*map(self._schedule, leads))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            activities.action_feedback()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)
