# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon


class DoorsCase(CrmActivityPlusCommon):
    """What another addon adds to runs, and how it hears of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document("Bridge")
        cls.runs = cls.env["mail.activity.plan.run"]
        cls.lines = cls.env["mail.activity.plan.run.line"]

    @classmethod
    def _create_document(cls, name, **values):
        return cls.env["test.activity.document"].create(
            {"name": name, "keeper_id": cls.user_owner.id, **values}
        )

    @classmethod
    def _create_chain(cls, *steps, **values):
        """:returns: a plan of steps, each after the one before"""
        plan = cls._create_plan("Chain", *steps, **values)
        for step, following in zip(
            plan.template_ids, plan.template_ids[1:], strict=False
        ):
            following.after_ids = step
        return plan

    @classmethod
    def _create_approval_plan(cls, **values):
        return cls._create_chain(
            cls._step(
                cls.type_todo,
                "Approve",
                code="approve",
                action_type="approval",
                responsible_type="keeper",
                **values,
            ),
            cls._step(cls.type_call, "Tell", code="tell", responsible_type="keeper"),
            res_model="test.activity.document",
        )

    def _get_approvals(self, runs):
        approvals = self.env["test.activity.approval"]
        return approvals.search([("line_id.run_id", "in", runs.ids)])

    def _create_outcome(self, name, **values):
        return self.env["mail.activity.outcome"].create(
            {"name": name, "code": name.lower(), **values}
        )
