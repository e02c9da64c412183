# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .common import CrmActivityPlusCommon

REPLY = """Return-Path: <customer@test.example.com>
From: Customer <customer@test.example.com>
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

    def _receive(self, number, headers=""):
        parent = self.lead.message_post(body="Offer", subtype_xmlid="mail.mt_comment")
        self.env["mail.thread"].message_process(
            "crm.lead",
            REPLY.format(
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

    def test_writing_costs_nothing_without_conditions(self):
        self._launch()
        self.lead.priority = "1"
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.lead.priority = "2"
            self.env.flush_all()
