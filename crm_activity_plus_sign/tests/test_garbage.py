# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.garbage import GARBAGE
from odoo.addons.crm_activity_plus.tests.rpc_common import RpcCase

from .common import SignCommon

ADDON = "odoo.addons.crm_activity_plus_sign."
# Of the wizard, what a client sends.
FIELDS = ("source", "template_id", "document_id", "place", "is_ordered", "message")
FIELDS += ("date_due", "activity_id")


@tagged("post_install", "-at_install")
class TestGarbage(RpcCase, SignCommon):
    """Whatever a program sends to a method, it gets an answer or a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_manager)

    def setUp(self):
        super().setUp()
        self.failures = []
        # There is no network between the program and the server here.
        requests = type(self.env["sign.oca.request"])
        self.patch(requests, "_get_action_log_ip", lambda _self: "127.0.0.1")
        activity, request = self._request()
        wizard = self._open_wizard(self._schedule_sign(), self.user_manager)
        run = self._launch()
        records = (activity, request, run.line_ids[0], wizard)
        self.records = {record._name: record.ids for record in records}
        self.env.flush_all()

    def _call(self, model, method, **body):
        body.setdefault("ids", self.records[model])
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
                response = self.url_open(
                    f"/json/2/{model}/{method}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"bearer {self.key}",
                        "Content-Type": "application/json",
                    },
                )
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
        if response.status_code >= 500:
            sent = f"{model}/{method} {str(body)[:200]}"
            self.failures.append(ascii((sent, response.text[-600:])))
        return response

    def _find_methods(self):
        """:returns: model and name of each public method that is this addon's alone"""
        for name in self.records:
            own, others = set(), set()
            for cls in self.env.registry[name].mro():
                is_own = cls.__module__.startswith(ADDON)
                found = (
                    own if is_own and ".models.sign" not in cls.__module__ else others
                )
                if cls.__module__.startswith("odoo."):
                    found.update(n for n, f in vars(cls).items() if callable(f))
            for method in sorted(own - others):
                if not method.startswith("_"):
                    yield name, method

    def test_methods(self):
        methods = list(self._find_methods())
        self.assertEqual(len(methods), 5, methods)
        for model, method in methods:
            own = self.records[model]
            for ids in (own, [], [2**30], own * 2, [*own, 2**30], [1, 2, 3]):
                self._call(model, method, ids=ids)
        self.assertFalse(self.failures)

    def test_wizard(self):
        for name in FIELDS:
            for value in GARBAGE:
                response = self._call("mail.activity.sign", "write", vals={name: value})
                if response.status_code == 200:
                    self._send_with(name, value)
        self.assertFalse(self.failures)

    def _send_with(self, name, value):
        wizard = self.env["mail.activity.sign"].browse(
            self.records["mail.activity.sign"]
        )
        with self.env.cr.savepoint() as savepoint:
            wizard.with_user(self.user_manager).write({name: value})
            self.env.flush_all()
            self._call("mail.activity.sign", "action_send")
            savepoint.rollback()
        self.env.invalidate_all()
