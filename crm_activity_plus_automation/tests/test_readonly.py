# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests

from .series_common import SeriesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonly(ReadonlyTests, SeriesCase):
    """What only reads, of a series that runs, and of a step that was proved."""

    addon = "crm_activity_plus_automation"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [cls.user_manager, cls.user_system]
        cls.visitors = [cls.user_owner, cls.user_member, cls.user_manager]
        cls.callers = {"mail.activity.plan/action_view_rules": [cls.user_system]}
        soon = {"date_start": fields.Date.today(), "horizon_days": 3660}
        cls._create_series(**soon).action_start()
        coming = cls._create_series(**soon)
        cls.records = {
            "mail.activity.plan": cls.plan,
            "mail.activity.plan.recurrence": coming,
            "mail.activity.plan.run.line": cls._prove(),
        }

    @classmethod
    def _prove(cls):
        """:returns: a step that was closed by an email"""
        step = cls._step(
            cls.type_email, "Write", proof="email", responsible_type="salesperson"
        )
        line = cls._launch(plan=cls._create_plan("Proved", step)).line_ids
        cls.lead.with_user(cls.user_owner).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=cls.partner.ids,
        )
        return line
