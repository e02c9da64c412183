# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Date, Domain

from .common import CrmActivityPlusCommon


class NextStepCase(CrmActivityPlusCommon):
    """Leads with something to do, and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Lead = cls.env["crm.lead"].with_context(active_test=False)
        cls.today = Date.context_today(cls.env.user)

    def assertNextStep(self, lead, expected):
        """Computed, searched and filtered, it is the same."""
        self.env.invalidate_all()
        self.assertEqual(not lead.has_no_next_step, expected)
        for domain, found in (
            ([("has_no_next_step", "=", True)], not expected),
            ([("has_no_next_step", "=", False)], expected),
            ([("has_no_next_step", "!=", True)], expected),
            ([("has_no_next_step", "!=", False)], not expected),
            ([("has_no_next_step", "in", [True])], not expected),
            ([("has_no_next_step", "not in", [True])], expected),
            ([("has_no_next_step", "in", [True, False])], True),
            ([("has_no_next_step", "not in", [True, False])], False),
            (["!", ("has_no_next_step", "=", True)], expected),
        ):
            with self.subTest(domain=domain):
                searched = self.Lead.search(Domain("id", "=", lead.id) & Domain(domain))
                self.assertEqual(bool(searched), found)
                self.assertEqual(bool(lead.filtered_domain(domain)), found)
