# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck
from hypothesis import strategies as st

from odoo.addons.crm_activity_plus.tests.properties import given

from .level_common import LevelCase

AMOUNTS = st.integers(1, 9).map(lambda number: number * 50)
EVENTS = st.one_of(
    st.tuples(st.just("invoice"), AMOUNTS, st.integers(-20, 50)),
    st.tuples(st.just("receive"), AMOUNTS, st.just(0)),
    st.tuples(st.just("pay"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("exclude"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("done"), st.just(0), st.just(0)),
    st.tuples(st.just("later"), st.integers(1, 20), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 20), st.just(0)),
)
LEVELS = st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True)


class TestGuarantees(LevelCase):
    """Whatever happens, nobody is reminded of what isn't due, no level comes twice, and
    nothing is emailed by itself."""

    @given(
        LEVELS,
        st.lists(EVENTS, min_size=5, max_size=12),
        max_examples=8,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def test_guarantees(self, days, events):
        savepoint, start = self.env.cr.savepoint(), self.today
        try:
            self.plan.active = False
            self.plan = self._create_levels(*sorted(days))
            self.customer = self._create_customer("Random")
            self.emails = self.env["mail.mail"].search_count([])
            for event in events:
                self._do(*event)
                self._check()
                self._run_job()
                self._check()
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self._go_to(start)

    def _do(self, kind, number, other):
        partner = self.customer
        if kind == "invoice":
            self._invoice(number, other, partner)
        elif kind == "receive":
            self._receive(number, partner)
        elif kind == "days":
            self._go_on(number)
        elif kind == "done" and partner.followup_status == "in_need":
            partner.action_followup_manual()
            partner.action_followup_done()
        elif kind == "later" and partner.followup_status != "none":
            partner.action_followup_later(self.today + timedelta(days=number))
        elif kind in ("pay", "exclude"):
            self._settle(kind, number)

    def _settle(self, kind, number):
        invoices = self.env["account.move"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("move_type", "=", "out_invoice"),
                ("amount_residual", ">", 0),
            ],
            order="id",
        )
        if invoices and kind == "pay":
            self._pay(invoices[number % len(invoices)])
        elif invoices:
            item = self._get_receivable(invoices[number % len(invoices)])
            item.followup_excluded = not item.followup_excluded

    def _check(self):
        partner = self.customer
        self.assertAmounts(partner)
        if partner.followup_status != "none":
            self.assertGreater(partner.amount_overdue, 0)
        if partner.followup_status == "in_need":
            self.assertLessEqual(partner.followup_next_date, self.today)
        runs = self.env["mail.activity.plan.run"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
        )
        self.assertLessEqual(len(runs.filtered("followup_is_open")), 1)
        for run in runs:
            levels = Counter(run.line_ids.mapped("template_id.id"))
            self.assertTrue(all(count == 1 for count in levels.values()))
            open_lines = run.line_ids.filtered(lambda line: line.state == "scheduled")
            self.assertLessEqual(len(open_lines), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), self.emails)
