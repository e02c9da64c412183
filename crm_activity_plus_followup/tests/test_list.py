# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .level_common import LevelCase

AMOUNTS = (
    "amount_due",
    "amount_overdue",
    "followup_not_due",
    "followup_overdue_30",
    "followup_overdue_60",
    "followup_overdue_90",
    "followup_overdue_older",
    "followup_unmatched",
)


class TestList(LevelCase):
    """The list of customers says what their statements say."""

    def setUp(self):
        super().setUp()
        self.others = self.customer.browse()
        for number, days in enumerate((16, 35, 50, 100)):
            customer = self._create_customer(f"Customer {number}")
            self._invoice(100, days, customer)
            self._invoice(10, -5, customer)
            self.others += customer
        self._receive(20, self.others[0])
        self._invoice(100, 3)
        self._run_job()
        self.rows = self.env["followup.customer"].search([], order="partner_id")

    def test_rows(self):
        self.assertEqual(self.rows.partner_id, self.others)
        for row in self.rows:
            partner = row.partner_id
            for name in AMOUNTS:
                self.assertEqual(row[name], partner[name], name)
            self.assertEqual(row.level_id, partner.followup_line_id)
            self.assertEqual(row.status, partner.followup_status)
            self.assertEqual(row.run_id, partner.followup_run_id)
            self.assertEqual(row.next_date, partner.followup_next_date)
            self.assertEqual(row.oldest_date, partner.followup_oldest_date)
            self.assertEqual(row.currency_id, partner.followup_currency_id)
        self.assertEqual(
            self.rows.mapped("level_id"), self.first + self.second + self.third
        )

    def test_what_is_done(self):
        first = self.rows[0]
        first.action_print()
        self.env.invalidate_all()
        self.assertTrue(first.last_action)
        first.action_done()
        self.env.invalidate_all()
        self.assertEqual((first.status, first.level_id), ("waiting", self.first))
        second = self.rows[1]
        second.partner_id.action_followup_later()
        self.env.invalidate_all()
        self.assertEqual((second.status, second.level_id), ("waiting", self.second))

    def test_ageing(self):
        """The chart shows the same amounts, each where it belongs."""
        groups = self.env["followup.ageing"].formatted_read_group(
            [], ["age"], ["amount:sum"]
        )
        ages = {group["age"].partition("_")[2]: group["amount:sum"] for group in groups}
        self.assertEqual(
            ages,
            {
                name: sum(self.rows.mapped(name))
                for name in AMOUNTS[2:]
                if any(self.rows.mapped(name))
            },
        )
        self.assertEqual(sum(ages.values()), sum(self.rows.mapped("amount_due")))
        # They follow each other as time does.
        names = [group["age"] for group in groups]
        self.assertEqual(names, sorted(names))
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman"
        )
        with self.assertRaises(AccessError):
            self.env["followup.ageing"].with_user(seller).search([])

    def test_groups(self):
        groups = self.env["followup.customer"].formatted_read_group(
            [("status", "=", "in_need")],
            ["level_id"],
            ["amount_overdue:sum", "__count"],
        )
        self.assertEqual(
            {group["level_id"][0]: group["amount_overdue:sum"] for group in groups},
            {self.first.id: 80, self.second.id: 100, self.third.id: 200},
        )

    def test_queue(self):
        action = self.env["followup.customer"].action_open_queue()
        domain = action["params"]["domain"]
        activities = self.env["mail.activity"].search(domain)
        self.assertEqual(activities, self.rows.activity_id)
        self.assertEqual(set(activities.mapped("res_id")), set(self.others.ids))
        found = self.env["mail.activity"].queue_next(domain)
        self.assertEqual(found["left"], 4)

    def test_other_company(self):
        elsewhere = self.setup_other_company()["company"]
        rows = self.env["followup.customer"].with_company(elsewhere)
        self.assertFalse(rows.search([]))
