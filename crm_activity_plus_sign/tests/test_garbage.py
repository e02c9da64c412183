# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.garbage import GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_garbage_common import RpcGarbageCase

from .common import SignCommon

# Of the wizard, what a client sends.
FIELDS = ("source", "template_id", "document_id", "place", "is_ordered", "message")
FIELDS += ("date_due", "activity_id")


@tagged("post_install", "-at_install")
class TestGarbage(RpcGarbageCase, SignCommon):
    addon = "crm_activity_plus_sign"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_manager)

    def setUp(self):
        super().setUp()
        # There is no network between the program and the server here.
        requests = type(self.env["sign.oca.request"])
        self.patch(requests, "_get_action_log_ip", lambda _self: "127.0.0.1")
        activity, request = self._request()
        wizard = self._open_wizard(self._schedule_sign(), self.user_manager)
        run = self._launch()
        records = (activity, request, run.line_ids[0], wizard)
        self.records = {record._name: record for record in records}
        self.env.flush_all()

    def test_methods(self):
        # Those of sign.oca.* have tests of their own.
        known = self.records.keys()
        methods = [found for found in self._find_methods() if found[0] in known]
        self.assertGreaterEqual(len(methods), 5, methods)
        for model, method in methods:
            self._call_with_garbage(model, method)
        self.assertNothingIsWrong()

    def test_wizard(self):
        for name in FIELDS:
            for value in GARBAGE:
                response = self._call("mail.activity.sign", "write", vals={name: value})
                if response.status_code == 200:
                    self._send_with(name, value)
        self.assertNothingIsWrong()

    def _send_with(self, name, value):
        wizard = self.records["mail.activity.sign"]
        with self.env.cr.savepoint() as savepoint:
            wizard.with_user(self.user_manager).write({name: value})
            self.env.flush_all()
            self._call("mail.activity.sign", "action_send")
            savepoint.rollback()
        self.env.invalidate_all()
