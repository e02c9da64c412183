# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import date

from odoo.exceptions import UserError

from .common import CrmActivityPlusCommon

EXAMPLE_DATES = {
    "Send e-mail": date(2026, 3, 8),
    "Meet": date(2026, 3, 10),
    "Create quotation": date(2026, 3, 13),
    "Upload document": date(2026, 3, 13),
    "Follow up": date(2026, 3, 15),
}


class PlanCommon(CrmActivityPlusCommon):
    def _preview(self, records=None, plan=None, user=None, **kwargs):
        plan = (plan or self.plan).with_user(user or self.user_owner)
        return plan.preview((records or self.lead).ids, **kwargs)

    def _count_everything(self):
        """:returns: how much there is of all that a launch writes"""
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in (
                "mail.activity",
                "mail.activity.log",
                "mail.activity.plan.run",
                "mail.activity.plan.run.line",
                "mail.message",
            )
        }

    @contextmanager
    def assertNothingWritten(self):
        before = self._count_everything()
        yield
        self.env.flush_all()
        self.assertEqual(self._count_everything(), before)

    @contextmanager
    def assertRefused(self, message, error=UserError):
        """A clear message, and nothing half written."""
        with self.assertNothingWritten(), self.assertRaisesRegex(error, message):
            yield

    def assertSkipped(self, result, record, message):
        """That record alone is left out, with the reason."""
        [skipped] = result["skipped"]
        self.assertEqual(skipped["res_id"], record.id)
        self.assertRegex(skipped["reason"], message)
