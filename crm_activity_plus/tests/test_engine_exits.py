# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon

MODELS = "odoo.addons.crm_activity_plus.models"

REPLY = """Return-Path: <customer@test.example.com>
From: {sender}
To: {to}
Subject: Re: your offer
Message-Id: <{id}@test.example.com>
In-Reply-To: {parent}
References: {parent}
{headers}Content-Type: text/plain; charset=utf-8

Hello
"""


@tagged("post_install", "-at_install")
class TestEngineExits(CrmActivityPlusCommon):
    def assertStopped(self, run, reason):
        self.assertEqual((run.state, run.stop_reason), ("stopped", reason))
        self.assertTrue(run.date_end)
        self.assertNothingOpen(run)
        self.assertLedgerTellsState(run)

    def test_won(self):
        run = self._launch()
        self.lead.with_user(self.user_owner).action_set_won()
        self.assertStopped(run, "won")

    def test_won_by_stage(self):
        run = self._launch()
        self.lead.stage_id = self.env["crm.stage"].create({"name": "W", "is_won": True})
        self.assertStopped(run, "won")

    def test_lost(self):
        run = self._launch()
        self.lead.with_user(self.user_owner).action_set_lost()
        self.assertStopped(run, "lost")
        self.assertFalse(run.stop_note)

    def test_archived(self):
        run = self._launch()
        self.lead.action_archive()
        self.assertStopped(run, "lost")
        self.assertIn("archived", run.stop_note)

    def test_archived_over_rpc(self):
        """Where many write 0."""
        run = self._launch()
        self.lead.write({"active": 0})
        self.assertStopped(run, "lost")

    def test_exits_can_be_turned_off(self):
        self.plan.write({"exit_on_won": False, "exit_on_lost": False})
        run = self._launch()
        self.lead.action_set_lost()
        self.assertEqual(run.state, "running")
        self.lead.action_set_won()
        self.assertEqual(run.state, "running")

    def test_plan_edited_after_the_launch(self):
        run = self._launch()
        self.plan.exit_on_won = False
        self.lead.action_set_won()
        self.assertStopped(run, "won")

    def test_conversion_keeps_the_run(self):
        lead = self._create_lead("Fresh", type="lead")
        run = self._launch(lead)
        lead.convert_opportunity(self.partner)
        self.assertEqual((lead.type, run.state), ("opportunity", "running"))

    def test_condition(self):
        self.plan.exit_domain = "[('priority', '=', '3')]"
        run = self._launch()
        self.lead.priority = "2"
        self.assertEqual(run.state, "running")
        self.lead.priority = "3"
        self.assertStopped(run, "condition")

    def test_meeting_booked(self):
        self.plan.exit_on_meeting = True
        run = self._launch()
        self.env["calendar.event"].create(
            {
                "name": "Demo",
                "start": "2026-03-02 10:00:00",
                "stop": "2026-03-02 11:00:00",
                "opportunity_id": self.lead.id,
                "res_id": self.lead.id,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        self.assertStopped(run, "meeting")

    def _book(self, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Demo",
                "start": "2026-03-02 10:00:00",
                "stop": "2026-03-02 11:00:00",
                **values,
            }
        )

    def test_meeting_booked_by_its_opportunity_alone(self):
        """As programs do, and whoever chooses the opportunity of a meeting later."""
        self.plan.exit_on_meeting = True
        for book in (
            lambda: self._book(opportunity_id=self.lead.id),
            lambda: self._book().write({"opportunity_id": self.lead.id}),
            lambda: self._book().copy({"opportunity_id": self.lead.id}),
        ):
            run = self._launch()
            book()
            self.assertStopped(run, "meeting")

    def test_meeting_booked_with_a_contact(self):
        """From the form of a contact, which makes it an attendee."""
        plan = self._create_plan(
            "Contact",
            self._step(self.type_call, "Call"),
            res_model="res.partner",
            exit_on_meeting=True,
        )
        other = self.partner.create({"name": "Other"})
        runs = self._launch(self.partner + other, plan=plan, user=self.user_manager)
        attendees = self.partner.schedule_meeting()["context"]["default_partner_ids"]
        event = self._book(partner_ids=[Command.set(attendees)])
        self.assertStopped(runs[0], "meeting")
        self.assertEqual(runs[1].state, "running")
        event.partner_ids += other
        self.assertStopped(runs[1], "meeting")

    def test_meeting_of_the_organizer(self):
        """Whoever invites others isn't met."""
        plan = self._create_plan(
            "Contact",
            self._step(self.type_call, "Call"),
            res_model="res.partner",
            exit_on_meeting=True,
        )
        organizer = self.user_owner
        run = self._launch(organizer.partner_id, plan=plan, user=self.user_manager)
        self._book(
            user_id=organizer.id,
            partner_ids=[Command.set((organizer.partner_id + self.partner).ids)],
        )
        self.assertEqual(run.state, "running")

    def test_meetings_of_merged_leads_were_booked_before(self):
        self.plan.exit_on_meeting = True
        other = self._create_lead("Same customer", partner_id=self.partner.id)
        self._book(opportunity_id=self.lead.id)
        self._book(opportunity_id=other.id)
        runs = self._launch(self.lead + other)
        (self.lead + other).merge_opportunity()
        self.assertEqual(
            sorted(runs.mapped(lambda run: run.stop_reason or "")), ["", "merged"]
        )

    def _receive(
        self, number, headers="", sender="Customer <customer@test.example.com>"
    ):
        parent = self.lead.message_post(body="Offer", subtype_xmlid="mail.mt_comment")
        self.env["mail.thread"].message_process(
            "crm.lead",
            REPLY.format(
                sender=sender,
                to="sales@test.example.com",
                id=f"reply{number}",
                parent=parent.message_id,
                headers=headers,
            ),
        )

    def test_reply_of_the_customer(self):
        self.plan.exit_on_reply = True
        run = self._launch()
        self._receive(1, "Auto-Submitted: auto-replied\n")
        self.assertEqual(run.state, "running", "an out-of-office note is no reply")
        self.lead.with_user(self.user_owner).message_post(
            body="Note", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(run.state, "running", "a colleague is no customer")
        self._receive(2)
        self.assertStopped(run, "reply")

    def test_no_reply_of_a_customer(self):
        """Neither machines nor own addresses."""
        self.plan.exit_on_reply = True
        run = self._launch()
        self.company_main.email = "info@own.example.com"
        alias_domain = self.env["mail.alias.domain"].create(
            {"name": "own.example.com", "catchall_alias": "everything"}
        )
        self.sales_team_1.write(
            {"alias_name": "our-sales", "alias_domain_id": alias_domain.id}
        )
        for number, values in enumerate(
            (
                {"sender": "Carl <carl_colleague@test.example.com>"},
                {"sender": "We <info@own.example.com>"},
                {"sender": "We <our-sales@own.example.com>"},
                {"sender": "We <everything@own.example.com>"},
                {"sender": "MAILER-DAEMON@test.example.com"},
                {"headers": "Auto-Submitted: auto-generated\n"},
                {"headers": "Precedence: auto_reply\n"},
                {"headers": "X-Autoreply: yes\n"},
            )
        ):
            with self.subTest(values):
                self._receive(f"machine{number}", **values)
                self.assertEqual(run.state, "running")
        self._receive("human")
        self.assertStopped(run, "reply")

    def test_email_that_a_lead_begins_with_is_no_reply(self):
        """Where a plan is launched on what comes in."""
        self.plan.exit_on_reply = True
        alias_domain = self.env["mail.alias.domain"].create({"name": "own.example.com"})
        self.sales_team_1.write(
            {"alias_name": "our-sales", "alias_domain_id": alias_domain.id}
        )
        email = REPLY.format(
            sender="Customer <customer@test.example.com>",
            to="our-sales@own.example.com",
            id="{id}",
            parent="{parent}",
            headers="",
        )
        with patch.object(
            self.env.registry["crm.lead"],
            "_assign_userless_lead_in_team",
            lambda lead, *_args: self.plan.launch(lead.ids),
        ):
            lead_id = self.env["mail.thread"].message_process(
                "crm.lead",
                email.format(id="first", parent="<nothing@test.example.com>"),
            )
        run = self.plan.run_ids
        self.assertEqual((run.res_id, run.state), (lead_id, "running"))
        offer = (
            self.env["crm.lead"]
            .browse(lead_id)
            .message_post(body="Offer", subtype_xmlid="mail.mt_comment")
        )
        self.env["mail.thread"].message_process(
            "crm.lead", email.format(id="second", parent=offer.message_id)
        )
        self.assertStopped(run, "reply")

    def test_merge_into_a_won_lead(self):
        """The plan would have stopped there."""
        won = self._create_lead("Won", partner_id=self.partner.id)
        won.action_set_won()
        run = self._launch()
        result = (self.lead + won).merge_opportunity()
        self.assertEqual(result, won)
        self.assertStopped(run, "won")

    def test_merge_of_contacts(self):
        plan = self._create_plan(
            "Contact",
            self._step(self.type_call, "A"),
            self._step(self.type_call, "B"),
            res_model="res.partner",
            allow_parallel=False,
        )
        other = self.partner.create({"name": "The same once more"})
        own, further = self._launch(
            self.partner + other, plan=plan, user=self.user_manager
        )
        further.line_ids[0].activity_id.complete()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner + other).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertFalse(other.exists())
        self.assertStopped(own, "merged")
        self.assertEqual(further.state, "running")
        self.assertEqual(
            (further.res_id, further.partner_id.id), (self.partner.id,) * 2
        )
        self.assertEqual(self.partner.activity_ids, further.line_ids[1].activity_id)
        further.line_ids[1].activity_id.complete()
        self.assertEqual(further.state, "done")
        self.assertLedgerTellsState(further)

    def test_merge(self):
        """Of two runs of one plan the further one goes on, with the lead that stays."""
        other = self._create_lead("Same customer", partner_id=self.partner.id)
        own, further = self._launch(self.lead + other)
        further.line_ids[0].activity_id.action_feedback()
        alone = self._launch(
            other, plan=self._create_plan("B", self._step(self.type_call, "X"))
        )
        head = (self.lead + other)._sort_by_confidence_level(reverse=True)[0]
        result = (self.lead + other).merge_opportunity()
        self.assertEqual(result, head)
        self.assertEqual(further.state, "running")
        self.assertEqual((further + own + alone).mapped("res_id"), [head.id] * 3)
        self.assertEqual(alone.state, "running")
        self.assertStopped(own, "merged")
        self.assertEqual(
            further.line_ids.activity_id.filtered("active").mapped("res_id"),
            [head.id] * 4,
        )
        self.assertLedgerTellsState(further)

    def test_record_deleted(self):
        run = self._launch()
        self.lead.unlink()
        self.assertEqual((run.state, run.stop_reason), ("stopped", "record_deleted"))
        self.assertFalse(run.line_ids._filter_open())

    def test_record_deleted_behind_the_orm(self):
        run = self._launch()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [self.lead.id])
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_activity_plus.ir_cron_stop_orphans"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((run.state, run.stop_reason), ("stopped", "record_deleted"))

    def test_activity_deleted_behind_the_orm(self):
        plan = self._create_plan(
            "Two", self._step(self.type_call, "A"), self._step(self.type_call, "B")
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        self.env.cr.execute(
            "DELETE FROM mail_activity WHERE id = %s", [run.line_ids.activity_id.id]
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_activity_plus.ir_cron_stop_orphans"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(run.line_ids.mapped("state"), ["cancelled", "scheduled"])
        self.assertIn("deleted", run.line_ids[0].reason)
        self.assertLedgerTellsState(run)

    def test_condition_that_compares_text_with_numbers(self):
        """Whoever saves a record can't mend the plan. Whoever launches is told."""
        self.plan.exit_domain = "[('name', '>', 5)]"
        run = self._launch()
        with self.assertLogs(f"{MODELS}.exits.mail_activity_plan_run", "WARNING"):
            self.lead.with_user(self.user_owner).priority = "3"
        self.assertEqual((run.state, self.lead.priority), ("running", "3"))
        run.action_stop()
        self.plan.domain = "[('name', '>', 5)]"
        with self.assertRaisesRegex(ValidationError, "can't be evaluated"):
            self._launch()

    def test_condition_costs_as_much_for_many_records(self):
        self.plan.exit_domain = "[('priority', '=', '3')]"
        costs = []
        for count in (2, 12):
            leads = self._create_leads(count)
            runs = self._launch(leads)
            before = self.env.cr.sql_log_count
            leads.priority = "3"
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
            for run in runs:
                self.assertStopped(run, "condition")
        self.assertLessEqual(costs[1], costs[0])

    def test_writing_costs_nothing_without_conditions(self):
        self._launch()
        self.lead.priority = "1"
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.lead.priority = "2"
            self.env.flush_all()
