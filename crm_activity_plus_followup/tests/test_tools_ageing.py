# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo.tests import BaseCase

from ..tools.ageing import BUCKETS, find_bucket

TODAY = date(2026, 3, 2)


class TestToolsAgeing(BaseCase):
    def test_limits(self):
        for days, name in (
            (-5, "followup_not_due"),
            (0, "followup_not_due"),
            (1, "followup_overdue_30"),
            (30, "followup_overdue_30"),
            (31, "followup_overdue_60"),
            (60, "followup_overdue_60"),
            (61, "followup_overdue_90"),
            (90, "followup_overdue_90"),
            (91, "followup_overdue_older"),
            (4000, "followup_overdue_older"),
        ):
            with self.subTest(days=days):
                self.assertEqual(find_bucket(TODAY - timedelta(days=days), TODAY), name)

    def test_item_without_due_date_is_not_due(self):
        self.assertEqual(find_bucket(None, TODAY), "followup_not_due")

    def test_every_day_is_in_one_bucket(self):
        """The dates that are asked for in SQL say the same."""
        for days in range(-100, 200):
            due = TODAY - timedelta(days=days)
            found = [
                bucket.name
                for bucket in BUCKETS
                if (bucket.get_first_date(TODAY) or date.min)
                <= due
                <= (bucket.get_last_date(TODAY) or date.max)
            ]
            self.assertEqual(found, [find_bucket(due, TODAY)])
