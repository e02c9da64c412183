# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon


class EngineActionsCase(CrmActivityPlusCommon, CronMixinCase):
    """Steps that do themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "subject": "About {{ object.name }}",
                "body_html": "<p>Hello <t t-out='object.name'/></p>",
                "use_default_to": True,
            }
        )
        cls.partner.email = "customer@test.example.com"
        cls.mailing = cls._create_plan(
            "Mailing",
            cls._step(
                cls.type_email,
                "Write",
                1,
                action_type="email",
                mail_template_id=cls.template.id,
                time_of_day=9.5,
            ),
            cls._step(cls.type_call, "Call"),
        )
        cls.mailing.template_ids[1].after_ids = cls.mailing.template_ids[0]
        cls.cron = cls.env.ref("crm_activity_plus.ir_cron_run_due_steps")

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
