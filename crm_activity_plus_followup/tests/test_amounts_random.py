# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .common import FollowupCase

AMOUNTS = st.integers(1, 40).map(lambda number: number * 25)
MOVES = st.one_of(
    st.tuples(st.just("invoice"), AMOUNTS, st.integers(-60, 150)),
    st.tuples(st.just("draft"), AMOUNTS, st.integers(-60, 150)),
    st.tuples(st.just("credit"), AMOUNTS, st.just(0)),
    st.tuples(st.just("payment"), AMOUNTS, st.just(0)),
    st.tuples(st.just("match"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("exclude"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 40), st.just(0)),
)


class TestAmountsRandom(FollowupCase):
    """Whatever accountants do, the figures are what the items say."""

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(MOVES, min_size=4, max_size=12))
    def test_figures(self, moves):
        savepoint = self.env.cr.savepoint()
        start = self.today
        try:
            customer = self._create_customer("Random")
            for move in moves:
                self._do(customer, *move)
                self.assertAmounts(customer)
                buckets = ("not_due", "overdue_30", "overdue_60", "overdue_90")
                names = [f"followup_{name}" for name in buckets]
                names += ["followup_overdue_older", "followup_unmatched"]
                total = sum(customer[name] for name in names)
                self.assertAlmostEqual(total, customer.amount_due)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self._go_to(start)

    def _do(self, customer, kind, number, other):
        if kind in ("invoice", "draft"):
            self._invoice(number, other, customer, post=kind == "invoice")
        elif kind == "credit":
            self._credit(number, customer)
        elif kind == "payment":
            self._receive(number, customer)
        elif kind == "days":
            self._go_to(self.today + timedelta(days=number))
        else:
            lines = self.env["account.move.line"].search(
                [
                    ("partner_id", "=", customer.id),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                ],
                order="id",
            )
            debits = lines.filtered(lambda line: line.balance > 0)
            credits = lines - debits
            if kind == "exclude" and debits:
                debits[number % len(debits)].followup_excluded = True
            if kind == "match" and debits and credits:
                debit = debits[number % len(debits)]
                (debit + credits[other % len(credits)]).reconcile()
