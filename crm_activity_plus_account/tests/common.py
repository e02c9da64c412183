# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class InvoiceProofCase(AccountTestInvoicingCommon):
    """Plans with steps that are done when an invoice is paid."""

    @classmethod
    def get_default_groups(cls):
        manager = cls.env.ref("sales_team.group_sale_manager")
        return super().get_default_groups() | manager

    @classmethod
    def _make_plan(cls, res_model, steps=1):
        """A plan whose steps follow each other."""
        step_type = cls.env.ref("mail.mail_activity_data_todo")
        plan = cls.env["mail.activity.plan"].create(
            {
                "name": "Paid",
                "res_model": res_model,
                "template_ids": [
                    Command.create(
                        {
                            "code": f"step{number}",
                            "summary": f"Wait for payment {number}",
                            "activity_type_id": step_type.id,
                            "responsible_type": "other",
                            "responsible_id": cls.env.uid,
                            "proof": "invoice_paid",
                        }
                    )
                    for number in range(steps)
                ],
            }
        )
        for before, step in zip(plan.template_ids, plan.template_ids[1:], strict=False):
            step.after_ids = before
        return plan
