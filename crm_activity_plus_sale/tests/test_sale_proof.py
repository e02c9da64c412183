# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon
from odoo.addons.crm_activity_plus_account.tests.common import InvoiceProofCase

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)


class QuotationCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outcome = cls.env["mail.activity.outcome"].create(
            {"name": "Proved", "code": "proved"}
        )

    @classmethod
    def _make_plan(cls, *proofs, **values):
        """A plan whose steps follow each other."""
        plan = cls._create_plan(
            "Quote",
            *(
                cls._step(
                    cls.type_todo,
                    f"Step {proof}",
                    proof=proof,
                    proof_outcome_id=cls.outcome.id if proof else False,
                    responsible_type="other",
                    responsible_id=cls.user_owner.id,
                )
                for proof in proofs
            ),
            **values,
        )
        for before, step in zip(plan.template_ids, plan.template_ids[1:], strict=False):
            step.after_ids = before
        return plan

    @classmethod
    def _quote(cls, lead=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "opportunity_id": (lead or cls.lead).id,
                **values,
            }
        )

    def _get_states(self, run):
        return run.line_ids.mapped("state")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestQuotationProof(QuotationCase):
    """What happens to a quotation of the lead closes the step that waits for it."""

    def test_sent_by_email(self):
        run = self._launch(plan=self._make_plan("quotation_sent", False))
        order = self._quote()
        self.assertEqual(self._get_states(run), ["scheduled", "waiting"])
        order.with_user(self.user_owner).sudo().with_context(
            mark_so_as_sent=True
        ).message_post(body="Your quotation", message_type="comment")
        step = run.line_ids[0]
        self.assertEqual(self._get_states(run), ["done", "scheduled"])
        self.assertEqual(step.outcome_id, self.outcome)
        self.assertEqual(step.done_by_id, self.user_owner)
        self.assertEqual((step.proof_model, step.proof_res_id), (order._name, order.id))
        action = step.with_user(self.user_owner).action_open_proof()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )
        self.assertLedgerTellsState(run)

    def test_marked_as_sent(self):
        run = self._launch(plan=self._make_plan("quotation_sent"))
        self._quote().action_quotation_sent()
        self.assertEqual(run.state, "done")

    def test_confirmed_at_once(self):
        """It was sent as well: both steps are done, one after the other."""
        plan = self._make_plan("quotation_sent", "quotation_confirmed", False)
        run = self._launch(plan=plan)
        self._quote().action_confirm()
        self.assertEqual(self._get_states(run), ["done", "done", "scheduled"])

    def test_confirmed_after_it_was_sent(self):
        run = self._launch(plan=self._make_plan("quotation_confirmed"))
        order = self._quote()
        order.action_quotation_sent()
        self.assertEqual(self._get_states(run), ["scheduled"])
        order.action_confirm()
        self.assertEqual(self._get_states(run), ["done"])

    def test_created_as_confirmed(self):
        run = self._launch(plan=self._make_plan("quotation_confirmed"))
        self._quote(state="sale")
        self.assertEqual(self._get_states(run), ["done"])

    def test_cancelled(self):
        """A cancelled one proves nothing; what was closed stays so, and isn't closed
        twice."""
        run = self._launch(
            plan=self._make_plan("quotation_sent", "quotation_confirmed")
        )
        order = self._quote()
        order._action_cancel()
        order.action_draft()
        self.assertEqual(self._get_states(run), ["scheduled", "waiting"])
        order.action_quotation_sent()
        order._action_cancel()
        self.assertEqual(self._get_states(run), ["done", "scheduled"])
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._get_states(run), ["done", "done"])
        rows = self._get_logs([("run_id", "=", run.id), ("event", "=", "done")])
        # Each step once, and the run.
        self.assertEqual(len(rows), 3)

    def test_handed_over(self):
        """Whoever hands a quotation over along with that can't read it then; a step
        that can't be completed is in nobody's way."""
        run = self._launch(plan=self._make_plan("quotation_sent"))
        order = self._quote(user_id=self.user_owner.id)
        self.env.flush_all()
        self.env.invalidate_all()

        def broken(*args, **kwargs):
            raise ValueError("Broken")

        self.patch(type(self.env["mail.activity"]), "complete", broken)
        with self.assertLogs("odoo.addons.crm_activity_plus_automation", "WARNING"):
            order.with_user(self.user_owner).write(
                {"state": "sale", "user_id": self.user_manager.id}
            )
        self.assertEqual((order.state, run.state), ("sale", "running"))

    def test_of_another_lead(self):
        run = self._launch(plan=self._make_plan("quotation_confirmed"))
        other = self._create_lead("Other", partner_id=self.partner.id)
        self._quote(other).action_confirm()
        self.env["sale.order"].create({"partner_id": self.partner.id}).action_confirm()
        self.assertEqual(self._get_states(run), ["scheduled"])

    def test_one_that_is_linked_later(self):
        """What happened before the turn of the step is no proof."""
        with freeze_time("2026-03-02 08:00:00"):
            early = self._quote(self._create_lead("Early"))
            early.action_confirm()
        with freeze_time("2026-03-09 08:00:00"):
            run = self._launch(plan=self._make_plan("quotation_confirmed"))
        with freeze_time("2026-03-10 08:00:00"):
            late = self._quote(self._create_lead("Late"))
            late.action_confirm()
        early.opportunity_id = self.lead
        self.assertEqual(self._get_states(run), ["scheduled"])
        late.opportunity_id = self.lead
        self.assertEqual(run.line_ids.proof_res_id, late.id)

    def test_merged_leads(self):
        """The quotation of one lead, and the plan of the other: whichever stays."""
        for stage, number in (("quoted", 1), ("planned", 2)):
            with self.subTest(stays=stage):
                quoted = self._create_lead(
                    "Quoted", probability=90 if number == 1 else 5
                )
                planned = self._create_lead(
                    "Planned", probability=5 if number == 1 else 90
                )
                plan = self._make_plan("quotation_confirmed")
                with freeze_time(datetime.now() - timedelta(days=2)):
                    run = self._launch(planned, plan=plan)
                order = self._quote(quoted)
                order.action_confirm()
                self.assertEqual(self._get_states(run), ["scheduled"])
                lead = (quoted + planned).merge_opportunity()
                self.assertEqual(lead, quoted if number == 1 else planned)
                self.assertEqual(run.res_id, lead.id)
                self.assertEqual(self._get_states(run), ["done"])
                self.assertEqual(run.line_ids.proof_res_id, order.id)

    def test_by_hand_paused_and_on_hold(self):
        plan = self._make_plan("quotation_confirmed", allow_parallel=True)
        others = self._create_leads(3)
        by_hand, paused, held = (self._launch(lead, plan=plan) for lead in others)
        by_hand.line_ids.activity_id.with_user(self.user_owner).complete()
        paused.action_pause()
        held.line_ids.activity_id.with_user(self.user_owner).action_hold("2099-01-01")
        for lead in others:
            self._quote(lead).action_confirm()
        self.assertEqual(by_hand.state, "done")
        self.assertFalse(by_hand.line_ids.proof_res_id)
        self.assertEqual(self._get_states(paused), ["scheduled"])
        self.assertEqual(self._get_states(held), ["done"])

    def test_many_at_once(self):
        """Queries don't grow with the number of quotations, but for what closing an
        activity takes; one that fails is in no other one's way."""
        plan = self._make_plan("quotation_confirmed")
        leads = self._create_leads(6)
        runs = self._launch(leads, plan=plan)
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.partner.id, "opportunity_id": lead.id}
                for lead in leads
            ]
        )
        broken = runs[2].line_ids.activity_id
        activities = type(broken)
        complete = activities.complete

        def patched(records, *args, **kwargs):
            if broken in records:
                raise ValueError("Broken")
            return complete(records, *args, **kwargs)

        self.patch(activities, "complete", patched)
        with self.assertLogs("odoo.addons.crm_activity_plus_automation", "WARNING"):
            orders.action_confirm()
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        states = [run.state for run in runs]
        self.assertEqual(states, ["done", "done", "running", "done", "done", "done"])
        proofs = {run.res_id: run.line_ids.proof_res_id for run in runs - runs[2]}
        self.assertEqual(
            proofs,
            {
                order.opportunity_id.id: order.id
                for order in orders
                if order.opportunity_id.id != runs[2].res_id
            },
        )

    def test_search_once_for_all(self):
        plan = self._make_plan("quotation_confirmed")
        steps = self.env["mail.activity.plan.run.line"]
        counts = []
        for number in (2, 10):
            leads = self._create_leads(number)
            self._launch(leads, plan=plan)
            orders = self.env["sale.order"].create(
                [
                    {"partner_id": self.partner.id, "opportunity_id": lead.id}
                    for lead in leads
                ]
            )
            self.patch(type(steps), "_close_each", lambda *args: None)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            orders._close_steps("quotation_confirmed")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_on_a_contact(self):
        """Any quotation of theirs, but not one of another company."""
        plan = self._make_plan("quotation_confirmed", res_model="res.partner")
        run = self._launch(self.partner, plan=plan, user=self.user_manager)
        self._quote(
            company_id=self.other_company.id, opportunity_id=False
        )._close_steps("quotation_confirmed")
        self.assertEqual(self._get_states(run), ["scheduled"])
        contact = self.env["res.partner"].create(
            {"name": "Clara", "parent_id": self.partner.id}
        )
        order = self._quote(partner_id=contact.id, opportunity_id=False)
        order.action_confirm()
        self.assertEqual(run.line_ids.proof_res_id, order.id)

    def test_only_where_it_can_happen(self):
        with self.assertRaisesRegex(ValidationError, "doesn't happen on these records"):
            self._make_plan("quotation_sent", res_model="calendar.event")

    def test_lost_lead(self):
        """Its plan is stopped: nothing waits any more."""
        run = self._launch(plan=self._make_plan("quotation_confirmed"))
        order = self._quote()
        self.lead.action_set_lost()
        order.action_confirm()
        self.assertEqual(run.state, "stopped")
        self.assertFalse(run.line_ids.proof_res_id)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestQuotationProofOnline(QuotationCase, HttpCase):
    def test_customer_signs_online(self):
        """A visitor, who has no right to anything of the plan."""
        run = self._launch(plan=self._make_plan("quotation_confirmed", False))
        order = self._quote(require_signature=True, require_payment=False)
        order.action_quotation_sent()
        result = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {
                "access_token": order._portal_ensure_token(),
                "name": "Clara Customer",
                "signature": PIXEL,
            },
        )
        self.assertTrue(result.get("force_refresh"), result)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._get_states(run), ["done", "scheduled"])
        self.assertEqual(run.line_ids[0].done_by_id, self.env.ref("base.user_root"))
        self.assertEqual(run.line_ids[0].proof_res_id, order.id)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestInvoiceOfQuotation(InvoiceProofCase):
    """The invoice of a quotation is that of its opportunity."""

    def test_paid(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "partner_id": self.partner_a.id}
                for name in ("One", "Other")
            ]
        )
        self._make_plan("crm.lead").launch(leads.ids)
        self.product_a.invoice_policy = "order"
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "opportunity_id": leads[0].id,
                "order_line": [Command.create({"product_id": self.product_a.id})],
            }
        )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self._register_payment(invoice)
        self.assertEqual(leads[0].plan_run_ids.state, "done")
        self.assertEqual(leads[0].plan_run_ids.line_ids.proof_res_id, invoice.id)
        self.assertEqual(leads[1].plan_run_ids.state, "running")
