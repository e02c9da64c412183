# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestPlanConditionRights(CrmActivityPlusCommon):
    """Whoever may not save a plan is told that, and nothing of the condition."""

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_rights_come_first(self):
        other = self._create_plan(
            "Partners", self._step(self.type_todo, "One"), res_model="res.partner"
        )
        garbage = "[('nonsense'"
        for user, records, name in (
            (self.user_owner, self.plan, "domain"),
            (self.user_owner, self.plan, "exit_domain"),
            (self.user_owner, self.plan.template_ids[0], "condition_domain"),
            # A sales manager may change plans for leads only: that is a record rule.
            (self.user_manager, other, "domain"),
            (self.user_manager, other.template_ids, "condition_domain"),
        ):
            with self.subTest(user=user.name, name=name):
                with self.assertRaises(AccessError):
                    records.with_user(user).write({name: garbage})
        with self.assertRaises(AccessError):
            self.env["mail.activity.plan"].with_user(self.user_owner).create(
                {"name": "Plan", "res_model": "crm.lead", "domain": garbage}
            )
        with self.assertRaises(ValidationError):
            self.plan.with_user(self.user_manager).domain = garbage
