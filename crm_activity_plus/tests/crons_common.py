# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron

from .common import CrmActivityPlusCommon

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"


class EngineCronsCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls._create_leads(3)
        cls.short_plan = cls._create_plan("Short", cls._step(cls.type_call, "Call"))

    def _run_cron(self, name):
        """:returns: how much the scheduled action said it had done, and how often it
        committed that"""
        commit = IrCron._commit_progress
        progress = []

        def patched(cron, processed=0, **kwargs):
            progress.append(processed)
            return commit(cron, processed, **kwargs)

        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            patch.object(IrCron, "_commit_progress", patched),
        ):
            self.env.ref(f"crm_activity_plus.{name}").method_direct_trigger()
        self.env.invalidate_all()
        return progress

    def _fail_on(self, model_class, name, bad):
        """Let a method fail on a record."""
        method = getattr(model_class, name)

        def patched(records, *args, **kwargs):
            if bad.id in records.ids:
                raise ValueError("Broken")
            return method(records, *args, **kwargs)

        return patch.object(model_class, name, patched)

    def _automatic_step(self, code):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Automatic",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": code,
            }
        )
        return self._step(
            self.type_todo,
            "Automatic",
            action_type="server_action",
            server_action_id=action.id,
        )

    def _launch_automatic(self, leads):
        """:returns: runs whose first step does itself, and has another one after it"""
        plan = self._create_plan(
            "Automatic",
            self._automatic_step("record.write({'referred': 'Done'})"),
            self._step(self.type_call, "Call"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        return self._launch(leads, plan=plan, plan_date="2026-03-02")
