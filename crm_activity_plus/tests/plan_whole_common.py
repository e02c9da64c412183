# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command

from .common import CrmActivityPlusCommon


class PlanWholeCase(CrmActivityPlusCommon):
    """A plan whose steps wait for each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keen, cls.cold = cls.env["mail.activity.outcome"].create(
            [{"name": "Keen", "code": "keen"}, {"name": "Cold", "code": "cold"}]
        )
        cls.plans = cls.env["mail.activity.plan"].with_user(cls.user_manager)
        cls.steps = cls.env["mail.activity.plan.template"].with_user(cls.user_manager)

    def _get_chain(self):
        """:returns: values of steps that refer to others, some of them to later ones"""
        done, deadline = "after_previous_done", "after_previous_deadline"
        return [
            self._step(self.type_call, "Call", code="call"),
            self._step(self.type_todo, "Join", 1, done, after_codes="offer, bye"),
            self._step(
                self.type_todo,
                "Offer",
                2,
                done,
                code="offer",
                after_codes="call",
                after_outcome_ids=[Command.set(self.keen.ids)],
                condition_domain="[('priority', '=', '0')]",
            ),
            self._step(
                self.type_email,
                "Bye",
                3,
                deadline,
                code="bye",
                after_codes="call",
                after_outcome_ids=[Command.set(self.cold.ids)],
                responsible_type="previous",
                after_mode="any",
            ),
        ]

    def _create_chain(self, **values):
        return self.plans.create(
            {
                "name": "Chain",
                "res_model": "crm.lead",
                "company_id": False,
                "template_ids": [Command.create(step) for step in self._get_chain()],
                **values,
            }
        )
