# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import json_default
from odoo.tools.json import scriptsafe

from odoo.addons.rpc.controllers.xmlrpc import OdooMarshaller

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRpcAnswers(CrmActivityPlusCommon):
    """What programs ask for can be sent: XML-RPC knows no null, and no number beyond 32
    bits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.template_ids[1].after_ids = cls.plan.template_ids[0]
        cls.run_ = cls._launch()
        cls.activity = cls.run_.line_ids[0].activity_id.with_user(cls.user_owner)

    def assertCanBeSent(self, *answers):
        for answer in answers:
            OdooMarshaller(allow_none=False).dumps((answer,))
            scriptsafe.dumps(answer, default=json_default)

    def _work(self):
        """Do whatever leaves traces in the ledger and in explanations."""
        alone = self._schedule(summary=False)
        alone.write({"date_start": "2026-03-12 09:00:00", "duration": 1})
        alone.write({"date_start": False, "date_end": False, "user_id": False})
        self.activity.date_deadline = "2026-03-13"
        self.activity.user_id = False
        self.activity.user_id = self.user_owner
        self.run_.line_ids[2].action_snooze("2026-03-20")
        self.run_.line_ids[3].action_skip()
        self.run_.action_pause()
        self.run_.action_resume()
        self.activity.action_hold()
        self.activity.action_resume()
        self.activity.complete(feedback="Done")
        alone.action_cancel()
        return alone

    def test_methods(self):
        plan = self.plan.with_user(self.user_owner)
        run = self.run_.with_user(self.user_owner)
        self.assertCanBeSent(
            plan.preview(self._create_leads(2).ids + [2**30]),
            plan.launch(self._create_leads(1).ids),
            self.activity.preview_complete(),
            self.activity.action_start(),
            self.activity.action_hold(),
            self.activity.action_resume(),
            self.activity.get_history(),
            run.get_timeline(),
            self.activity.complete(),
            run.get_timeline(),
            run.line_ids[2].action_snooze("2026-03-20"),
            run.line_ids[3].action_skip(),
            run.action_pause(),
            run.action_resume(),
            run.action_stop(),
            run.action_restart(),
        )

    def test_records(self):
        alone = self._work()
        domain = [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        user = self.user_owner
        for model, names in (
            ("mail.activity.log", None),
            ("mail.activity.plan.run", None),
            ("mail.activity.plan.run.line", None),
            ("mail.activity", None),
        ):
            with self.subTest(model):
                records = (
                    self.env[model].with_user(user).with_context(active_test=False)
                )
                rows = records.search_read(domain, names)
                self.assertTrue(rows)
                self.assertCanBeSent(rows)
        self.assertCanBeSent(
            alone.get_history(),
            self.activity.get_history(),
            self.run_.with_user(user).get_timeline(),
            self.lead.with_user(user).read(),
        )
