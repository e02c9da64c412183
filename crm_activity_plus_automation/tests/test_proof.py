# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

CRON = "crm_activity_plus_automation.ir_cron_prove_meetings"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestProof(CrmActivityPlusCommon):
    """A step is closed by what Odoo knows, and says by what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_owner.email = "olga@example.com"
        cls.partner.email = "deco@example.com"
        cls.outcome = cls.env["mail.activity.outcome"].create(
            {"name": "Proved", "code": "proved"}
        )

    def setUp(self):
        super().setUp()
        frozen = freeze_time("2026-03-09 08:00:00")
        frozen.start()
        self.addCleanup(frozen.stop)

    def _launch_proved(self, proof, **values):
        plan = self._create_plan(
            "Proved",
            self._step(
                self.type_email,
                "Write",
                proof=proof,
                proof_outcome_id=self.outcome.id,
                responsible_type="salesperson",
                **values,
            ),
            self._step(self.type_call, "Call", responsible_type="salesperson"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        return run.line_ids[0]

    def _post(self, user=None, **values):
        return self.lead.with_user(user or self.user_owner).message_post(
            **{
                "body": "Hello",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": self.partner.ids,
                **values,
            }
        )

    def test_kind_of_proof_that_is_gone(self):
        """Its addon was uninstalled: the step is closed by hand, as any other one."""
        step = self._launch_proved("email")
        step.run_id.plan_id.template_ids.proof = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line SET proof = 'gone',"
            " proof_model = 'gone.model', proof_res_id = 1 WHERE id = %s",
            [step.id],
        )
        self.env.invalidate_all()
        step.web_read({"proof": {}, "proof_res_id": {}})
        with self.assertRaises(UserError):
            step.action_open_proof()
        self._post()
        self.assertEqual(step.state, "scheduled")
        step.activity_id.with_user(self.user_owner).complete()
        self.assertEqual(step.state, "done")

    def test_kind_of_proof_by_default(self):
        """Whether any step asks for it is known then, too."""
        templates = self.env["mail.activity.plan.template"]
        templates.search([("proof", "!=", False)]).proof = False
        self.assertNotIn("meeting", templates._get_used_proofs())
        plan = self._create_plan("Proved", self._step(self.type_call, "Call"))
        templates.with_context(default_proof="meeting").create(
            {**self._step(self.type_meeting, "Meet"), "plan_id": plan.id}
        )
        self.assertIn("meeting", templates._get_used_proofs())

    def test_email_that_is_sent(self):
        step = self._launch_proved("email")
        message = self._post()
        self.assertEqual(step.state, "done")
        self.assertEqual(step.outcome_id, self.outcome)
        self.assertEqual(step.done_by_id, self.user_owner)
        self.assertEqual(
            (step.proof_model, step.proof_res_id), (message._name, message.id)
        )
        self.assertEqual(step.activity_id.status, "done")
        self.assertEqual(step.run_id.line_ids[1].state, "scheduled")
        action = step.with_user(self.user_owner).action_open_proof()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.lead", self.lead.id)
        )
        self.assertLedgerTellsState(step.run_id)

    def test_what_is_no_email(self):
        step = self._launch_proved("email")
        # A note, a message to a colleague, and what the customer writes.
        self._post(subtype_xmlid="mail.mt_note", partner_ids=[])
        self._post(partner_ids=self.user_manager.partner_id.ids)
        self.lead.message_post(
            body="Hi",
            message_type="email",
            author_id=self.partner.id,
            subtype_xmlid="mail.mt_comment",
        )
        self._create_lead("Other").with_user(self.user_owner).message_post(
            body="Hello", partner_ids=self.partner.ids, subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(step.state, "scheduled")
        with self.assertRaisesRegex(UserError, "Nothing is there that proves"):
            step.with_user(self.user_owner).action_open_proof()

    def test_while_the_plan_is_paused(self):
        """The step is done once the plan resumes."""
        step = self._launch_proved("email")
        step.run_id.with_user(self.user_owner).action_pause()
        message = self._post()
        self.assertEqual((step.state, step.proof_res_id), ("scheduled", message.id))
        self.assertEqual(step.activity_id.status, "on_hold")
        step.run_id.with_user(self.user_owner).action_resume()
        self.assertEqual((step.state, step.outcome_id), ("done", self.outcome))
        self.assertFalse(step.is_proved_on_pause)
        self.assertEqual(step.run_id.line_ids[1].state, "scheduled")
        self.assertLedgerTellsState(step.run_id)

    def test_nothing_was_proved_during_the_pause(self):
        step = self._launch_proved("email")
        step.run_id.action_pause()
        with self.assertNoLogs("odoo.addons.crm_activity_plus_automation"):
            step.run_id.action_resume()
        self.assertEqual((step.state, step.proof_res_id), ("scheduled", 0))

    def test_proof_that_is_gone_after_the_pause(self):
        step = self._launch_proved("email")
        step.run_id.action_pause()
        self._post().unlink()
        step.run_id.action_resume()
        self.assertEqual((step.state, step.is_proved_on_pause), ("scheduled", False))
        # It is still waited for.
        self._post()
        self.assertEqual(step.state, "done")

    def test_meeting_during_a_long_pause(self):
        step = self._launch_proved("meeting")
        step.run_id.action_pause(until="2026-03-30")
        meeting = self.env["calendar.event"].create(
            {
                "name": "Demo",
                "opportunity_id": self.lead.id,
                "start": "2026-03-10 08:00:00",
                "stop": "2026-03-10 09:00:00",
            }
        )
        for now in ("2026-03-10 09:01:00", "2026-03-10 10:00:00"):
            self._run_at(now)
        self.assertEqual((step.state, step.proof_res_id), ("scheduled", meeting.id))
        with freeze_time("2026-03-30 10:00:00"):
            step.run_id.action_resume()
        self.assertEqual((step.state, step.outcome_id), ("done", self.outcome))

    def test_plan_that_begins_again(self):
        """What proved a step before it began again proves nothing."""
        step = self._launch_proved("meeting")
        run, meeting = step.run_id, self._make_meeting()
        run.action_pause()
        self._run_at(meeting.stop)
        self.assertEqual(step.proof_res_id, meeting.id)
        run.action_stop()
        with freeze_time("2026-03-10 08:00:00"):
            run.action_restart()
            self.assertEqual((step.proof_model, step.proof_res_id), (False, 0))
            run.action_pause()
            run.action_resume()
        self.assertEqual(step.state, "scheduled")
        start = datetime(2026, 3, 10, 12)
        later = self._make_meeting(start=start, stop=start + timedelta(hours=1))
        self._run_at(later.stop)
        self.assertEqual((step.state, step.proof_res_id), ("done", later.id))

    def test_plan_that_begins_again_after_nobody_asked(self):
        """Whether any step asks for a proof is remembered, and was wrong by then."""
        step = self._launch_proved("email")
        step.run_id.action_stop()
        templates = self.env["mail.activity.plan.template"]
        templates.search([("proof", "!=", False)]).proof = False
        self.assertNotIn("email", templates._get_used_proofs())
        step.run_id.action_restart()
        self._post()
        self.assertEqual(step.state, "done")

    def test_by_hand_all_the_same(self):
        step = self._launch_proved("email")
        step.activity_id.with_user(self.user_owner).complete()
        self.assertEqual(step.state, "done")
        self.assertFalse(step.proof_res_id)
        self._post()
        self.assertFalse(step.proof_res_id)

    def test_steps_that_wait_or_are_paused(self):
        step = self._launch_proved("email")
        step.run_id.action_pause()
        self._post()
        self.assertEqual(step.state, "scheduled")

    def _run_at(self, moment):
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def _make_meeting(self, **values):
        start = datetime(2026, 3, 9, 12)
        return self.env["calendar.event"].create(
            {
                "name": "Meet",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": self.lead.id,
                **values,
            }
        )

    def test_meeting_that_is_held(self):
        step = self._launch_proved("meeting")
        event = self._make_meeting()
        self._run_at("2026-03-09 12:30:00")
        self.assertEqual(step.state, "scheduled")
        self._run_at("2026-03-09 13:00:00")
        self.assertEqual(step.state, "done")
        self.assertEqual((step.proof_model, step.proof_res_id), (event._name, event.id))

    def test_meetings_that_are_not(self):
        """One that is cancelled, of another record, or before the step."""
        self._make_meeting(start=datetime(2026, 3, 8, 6), stop=datetime(2026, 3, 8, 7))
        step = self._launch_proved("meeting")
        self._make_meeting().unlink()
        self._make_meeting().active = False
        self._make_meeting(opportunity_id=self._create_lead("Other").id)
        self._run_at("2026-03-09 15:00:00")
        self.assertEqual(step.state, "scheduled")

    def test_step_that_comes_after_the_meeting(self):
        """It waits for another one."""
        step = self._launch_proved("meeting")
        self._make_meeting()
        with freeze_time("2026-03-09 14:00:00"):
            later = self._launch_proved("meeting")
        self._run_at("2026-03-09 15:00:00")
        self.assertEqual((step.state, later.state), ("done", "scheduled"))
