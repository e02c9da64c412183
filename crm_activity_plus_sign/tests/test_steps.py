# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSteps(SignCommon, TransactionCase):
    """A step of a plan has something signed by itself, and the plan goes on by what
    becomes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls.env["mail.activity.plan.run.line"]
        cls.plan = cls._create_sign_plan()

    @classmethod
    def _create_sign_plan(cls, activity_type=None, **values):
        """Signing, and what follows a signature, a refusal, and the due date."""
        plan = cls._create_plan(
            "Contract",
            cls._step(
                activity_type or cls.type_sign,
                "Sign",
                action_type="sign_request",
                responsible_type="salesperson",
                **{"sign_template_id": cls.template.id, **values},
            ),
            *(
                cls._step(cls.type_call, name, responsible_type="salesperson")
                for name in ("Thank", "Ask why", "Remind")
            ),
        )
        sign, *others = plan.template_ids
        outcomes = (cls.outcome_signed, cls.outcome_refused, cls.outcome_expired)
        for step, outcome in zip(others, outcomes, strict=True):
            step.after_ids = sign
            if activity_type is None:
                step.after_outcome_ids = outcome
        return plan

    def _launch_due(self, records=None, plan=None, **kwargs):
        """:returns: the runs, whose first steps have been done, as far as they can"""
        runs = self._launch(records, plan or self.plan, **kwargs)
        self._run_due(runs)
        return runs

    def _run_due(self, runs):
        domain = [*self.lines._get_due_domain(), ("run_id", "in", runs.ids)]
        self.lines.search(domain)._run_actions()

    def assertStates(self, run, *states):
        self.assertEqual(run.line_ids.mapped("state"), list(states))
        self.assertLedgerTellsState(run)

    def test_it_is_sent_on_its_date(self):
        self.plan.template_ids[0].write(
            {"sign_due_days": 10, "sign_message": "Have a look"}
        )
        run = self._launch_due(plan_date="2026-03-02")
        request = run.line_ids[0].sign_request_id
        self.assertEqual(request.state, "0_sent")
        self.assertEqual(request.record_ref, self.lead)
        self.assertEqual(request.user_id, self.user_owner)
        self.assertEqual(request.signer_ids.partner_id, self.partner)
        self.assertTrue(request.date_due)
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.partner.ids)], limit=1, order="id DESC"
        )
        self.assertIn("Have a look", mail.body_html)
        self.assertIn("Olga Owner", mail.body_html)
        self.assertStates(run, "scheduled", "waiting", "waiting", "waiting")
        self._run_due(run)
        self.assertEqual(run.line_ids[0].sign_request_id, request)
        [timeline] = run.with_user(self.user_owner).get_timeline()
        self.assertEqual(timeline["steps"][0]["signature"]["text"], "Sent")

    def test_it_waits_for_its_date(self):
        run = self._launch_due(plan_date="2099-03-02")
        self.assertFalse(run.line_ids[0].sign_request_id)

    def test_signed(self):
        run = self._launch_due()
        self._sign(run.line_ids[0].sign_request_id.signer_ids)
        self.assertStates(run, "done", "scheduled", "skipped", "skipped")
        self.assertEqual(run.line_ids[0].outcome_id, self.outcome_signed)
        message = self.lead.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.name, "Contract (signed).pdf")
        self.assertIn("was signed by Deco Addict", message.body)
        self.assertEqual(message.author_id, self.user_owner.partner_id)

    def test_refused(self):
        run = self._launch_due()
        request = run.line_ids[0].sign_request_id
        request.signer_ids.write(
            {"refused_on": "2026-03-09 08:00:00", "refusal_reason": "Too dear"}
        )
        request.state = "4_refused"
        self.assertStates(run, "done", "skipped", "scheduled", "skipped")
        self.assertIn("Too dear", run.line_ids[0].reason)
        told = self.env["mail.message"].search([("subject", "=", "Contract: Refused")])
        self.assertEqual(told.notified_partner_ids, self.user_owner.partner_id)

    def test_expired(self):
        run = self._launch_due()
        run.line_ids[0].sign_request_id.state = "5_expired"
        self.assertStates(run, "done", "skipped", "skipped", "scheduled")

    def test_cancelled(self):
        run = self._launch_due()
        run.line_ids[0].sign_request_id.with_user(self.user_owner).action_withdraw()
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("was cancelled", run.line_ids[0].reason)

    def test_deleted(self):
        """Nothing else would end the step."""
        run = self._launch_due()
        run.line_ids[0].sign_request_id.unlink()
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("was cancelled", run.line_ids[0].reason)

    def test_more_days_to_sign_than_there_are(self):
        self.plan.template_ids[0].sign_due_days = 2**31 - 1
        run = self._launch_due()
        self.assertEqual(run.line_ids[0].sign_request_id.state, "0_sent")
        self.assertFalse(run.line_ids[0].sign_request_id.date_due)

    def test_types_without_the_outcomes(self):
        """A refusal isn't taken for a success."""
        plan = self._create_sign_plan(self.type_todo)
        runs = self._launch_due(self.lead, plan)
        runs += self._launch_due(
            self._create_lead("B", partner_id=self.partner.id), plan
        )
        signed, refused = runs.line_ids.sign_request_id
        self._sign(signed.signer_ids)
        refused.state = "4_refused"
        self.assertEqual([run.line_ids[0].state for run in runs], ["done", "failed"])

    def test_nobody_signs_for_a_run_that_is_over(self):
        stopped, skipped = self._launch_due(), None
        skipped = self._launch_due(self._create_lead("B", partner_id=self.partner.id))
        stopped.with_user(self.user_owner).action_stop()
        self.assertEqual(stopped.line_ids[0].sign_request_id.state, "3_cancel")
        self.assertNothingOpen(stopped)
        skipped.line_ids[0].with_user(self.user_owner).action_skip()
        self.assertEqual(skipped.line_ids[0].sign_request_id.state, "3_cancel")
        self.assertStates(skipped, "skipped", "skipped", "skipped", "skipped")

    def test_an_activity_of_a_run_that_is_stopped(self):
        plan = self._create_plan(
            "By hand",
            self._step(self.type_sign, "Sign", responsible_type="salesperson"),
        )
        run = self._launch(plan=plan)
        _activity, request = self._request(run.line_ids.activity_id)
        run.with_user(self.user_owner).action_stop()
        self.assertEqual(request.state, "3_cancel")

    def test_an_activity_of_a_run_that_is_signed(self):
        plan = self._create_plan(
            "By hand",
            self._step(self.type_sign, "Sign", responsible_type="salesperson"),
            self._step(self.type_call, "Thank", responsible_type="salesperson"),
        )
        plan.template_ids[1].write(
            {
                "after_ids": plan.template_ids[0].ids,
                "after_outcome_ids": self.outcome_signed.ids,
            }
        )
        run = self._launch(plan=plan)
        _activity, request = self._request(run.line_ids[0].activity_id)
        self._sign(request.signer_ids)
        self.assertStates(run, "done", "scheduled")

    def test_paused(self):
        """It can be signed meanwhile; the rest comes once it is resumed."""
        run = self._launch_due()
        run.with_user(self.user_owner).action_pause()
        self._sign(run.line_ids[0].sign_request_id.signer_ids)
        self.assertStates(run, "done", "waiting", "waiting", "waiting")
        run.with_user(self.user_owner).action_resume()
        self.assertStates(run, "done", "scheduled", "skipped", "skipped")

    def test_restarted(self):
        """It is sent anew, and what was sent before can't be signed any more."""
        run = self._launch_due()
        before = run.line_ids[0].sign_request_id
        run.with_user(self.user_owner).action_restart()
        runs = self.env["mail.activity.plan.run"].search(
            [("res_id", "=", self.lead.id)]
        )
        self._run_due(runs)
        self.assertEqual(before.state, "3_cancel")
        requests = before.search([("res_id", "=", self.lead.id)]) - before
        self.assertEqual(requests.mapped("state"), ["0_sent"])

    def test_another_attempt(self):
        self.outcome_expired.write({"effect": "retry", "retry_delay_count": 0})
        run = self._launch_due()
        first = run.line_ids[0].sign_request_id
        first.state = "5_expired"
        self.assertEqual(run.line_ids[0].attempt, 2)
        run.line_ids[0].date_due = "2020-01-01 00:00:00"
        self._run_due(run)
        second = run.line_ids[0].sign_request_id
        self.assertEqual((first.state, second.state), ("5_expired", "0_sent"))
        self._sign(second.signer_ids)
        self.assertEqual(run.line_ids[0].outcome_id, self.outcome_signed)

    def test_what_fails(self):
        """The others of the batch are sent."""
        leads = self._create_leads(3, partner_id=self.partner.id)
        leads[0].partner_id = False
        leads[1].partner_id = self.env["res.partner"].create({"name": "Silent"})
        runs = self._launch_due(leads)
        reasons = {run.res_id: run.line_ids[0].reason for run in runs}
        self.assertIn("Nobody is there to sign as “Customer”", reasons[leads[0].id])
        self.assertIn("Silent has no valid email", reasons[leads[1].id])
        self.assertEqual(
            {run.res_id: run.line_ids[0].state for run in runs},
            dict(zip(leads.ids, ("failed", "failed", "scheduled"), strict=True)),
        )
        self.assertEqual(len(runs.line_ids.sign_request_id), 1)

    def test_template_is_damaged_or_gone(self):
        template = self._create_template("Odd")
        plan = self._create_sign_plan(sign_template_id=template.id)
        run = self._launch(plan=plan)
        template.data = "bm8gUERG"
        self._run_due(run)
        self.assertIn("can't be read as a PDF", run.line_ids[0].reason)
        with self.assertRaisesRegex(UserError, "steps of “Contract” need it"):
            template.unlink()
        lead = self._create_lead("B", partner_id=self.partner.id)
        run = self._launch(lead, plan=plan)
        plan.template_ids[0].sign_template_id = self.template
        template.unlink()
        self._run_due(run)
        self.assertIn("template was deleted", run.line_ids[0].reason)

    def test_employee_is_who_is_assigned(self):
        employee = self.env.ref("sign_oca.sign_role_employee")
        template = self._create_template("Both", self.role_customer | employee)
        plan = self._create_sign_plan(sign_template_id=template.id)
        run = self._launch_due(plan=plan)
        self.assertEqual(
            run.line_ids[0].sign_request_id.signer_ids.partner_id,
            self.partner | self.user_owner.partner_id,
        )

    def test_what_a_plan_checks(self):
        for template, message in (
            (self.env["sign.oca.template"], "Choose the template"),
            (self._create_template("Bare", self.env["sign.oca.role"]), "no field"),
            (self._create_template("Bad", content=b"no PDF"), "can't be read"),
            (
                self._create_template(
                    "Other", model_id=self.env["ir.model"]._get_id("res.partner")
                ),
                "plan's own application",
            ),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self.plan.template_ids[0].sign_template_id = template

    def test_the_type_says_what_is_signed(self):
        self.type_sign.sign_due_days = 7
        plan = self._create_plan("Short", self._step(self.type_sign, "Sign"))
        step = plan.template_ids
        self.assertEqual(
            (step.sign_template_id, step.sign_due_days), (self.template, 7)
        )
        step.action_type = "sign_request"
        other = self._create_template("Other")
        step.sign_template_id = other
        self.assertEqual(step.sign_due_days, 7)
        plan = self._create_sign_plan(sign_template_id=other.id)
        self.assertEqual(plan.template_ids[0].sign_due_days, 7)

    def test_graph_and_file(self):
        graph = self.plan.get_graph()
        step = graph["steps"][0]
        self.assertEqual(step["kind"], "sign_request")
        self.assertEqual(step["sign_template_id"], self.template.id)
        designer = self.plan.with_user(self.user_manager).get_designer()
        kind = next(k for k in designer["kinds"] if k["kind"] == "sign_request")
        self.assertEqual(kind["label"], "Signature request")
        self.assertEqual(kind["icon"], "fa-pencil-square")
        data = json.loads(self.plan.export_file())
        self.assertEqual(data["plans"][0]["steps"][0]["sign_template_id"], "Contract")

    def test_tried(self):
        """Nothing is sent, and what would be in the way is told."""
        count = self.env["sign.oca.request"].search_count([])
        told = self.plan.with_user(self.user_manager).simulate(self.lead.id)
        step = told["steps"][0]
        self.assertEqual((step["kind"], step["problem"]), ("Signature request", False))
        self.assertIn("signed", [outcome["code"] for outcome in step["outcomes"]])
        self.partner.email = False
        told = self.plan.with_user(self.user_manager).simulate(self.lead.id)
        self.assertIn("no valid email", told["steps"][0]["problem"])
        self.assertEqual(self.env["sign.oca.request"].search_count([]), count)

    def test_two_templates_are_tried_apart(self):
        bad = self._create_template("Bad", self.role_seller)
        self.user_owner.partner_id.email = False
        plan = self._create_plan(
            "Two",
            *(
                self._step(
                    self.type_sign,
                    template.name,
                    action_type="sign_request",
                    responsible_type="salesperson",
                    sign_template_id=template.id,
                )
                for template in (self.template, bad)
            ),
        )
        told = plan.with_user(self.user_manager).simulate(self.lead.id)
        problems = [step["problem"] for step in told["steps"]]
        self.assertFalse(problems[0])
        self.assertIn("Olga Owner has no valid email", problems[1])

    def test_uninstalled(self):
        """What waits for a signature would wait for ever."""
        run = self._launch_due()
        self.lines._fail_uninstalled()
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("sign_request", run.line_ids[0].reason)

    def test_uninstalled_with_many(self):
        """All of them end at once."""
        runs = self._launch_due(self._create_leads(3, partner_id=self.partner.id))
        lines = type(self.lines)
        original = lines._finish_action
        with patch.object(lines, "_finish_action", autospec=True) as finish:
            finish.side_effect = original
            self.lines._fail_uninstalled()
        self.assertEqual(finish.call_count, 1)
        self.assertEqual({run.line_ids[0].state for run in runs}, {"failed"})
