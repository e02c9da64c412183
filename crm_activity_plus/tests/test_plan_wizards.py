# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..wizards.mail_activity_plan_import import MAX_ENCODED
from .graph_common import GraphCase
from .plan_file_common import PlanFileMixin


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanWizards(PlanFileMixin, GraphCase):
    """The pop-ups around plans: files, and changes for running plans."""

    def _upload(self, document, user=None, **values):
        data = base64.b64encode(json.dumps(document).encode())
        wizard = self.env["mail.activity.plan.import"]
        wizard = wizard.with_user(user or self.user_manager)
        return wizard.create({"data": data, "filename": "x.json", **values})

    def test_import(self):
        wizard = self._upload(self._export(self.chain))
        action = wizard.action_preview()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(wizard.state, "preview")
        self.assertFalse(wizard.has_errors)
        self.assertFalse(wizard.has_new_types)
        self.assertIn("new", wizard.line_ids.mapped("action"))
        action = wizard.action_import()
        plan = self.env["mail.activity.plan"].browse(action["res_id"])
        self.assertEqual(plan.code, "chain_2")
        wizard.action_back()
        self.assertEqual(wizard.state, "file")
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizard.action_preview()

    def test_types_that_are_not_here(self):
        document = self._export(self.chain)
        for step in document["plans"][0]["steps"]:
            step["type"] = "b_visit"
        document["plans"][0]["links"] = []
        document["plans"][0]["steps"] = document["plans"][0]["steps"][:1]
        document["types"] = [{"code": "b_visit", "name": "Visit"}]
        document["outcomes"] = []
        wizard = self._upload(document)
        wizard.action_preview()
        self.assertTrue(wizard.has_errors)
        with self.assertRaises(UserError):
            wizard.action_import()
        line = wizard.line_ids.filtered("is_type_open")
        line.use_type_id = self.type_call
        wizard.action_preview()
        self.assertFalse(wizard.has_errors)
        self.assertTrue(wizard.line_ids.filtered("is_type_open").use_type_id)
        action = wizard.action_import()
        plan = self.env["mail.activity.plan"].browse(action["res_id"])
        self.assertEqual(plan.template_ids.activity_type_id, self.type_call)

    def test_bad_uploads(self):
        wizards = self.env["mail.activity.plan.import"].with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "MB"):
            wizards.create({"data": b"A" * (MAX_ENCODED + 4)})
        wizard = wizards.create({"data": base64.b64encode(b"no json")})
        with self.assertRaisesRegex(UserError, "damaged"):
            wizard.action_preview()
        with self.assertRaisesRegex(UserError, "MB"):
            wizard.data = b"A" * (MAX_ENCODED + 4)
        with self.assertRaises(AccessError):
            wizards.with_user(self.user_owner).create({})
        for data in (5, {"a": 1}, [[]], float("nan"), True, "\ud800"):
            with self.assertRaises(UserError, msg=repr(data)):
                wizards.create({"data": data})
            with self.assertRaises(UserError, msg=repr(data)):
                wizard.write({"data": data})

    def test_changes_for_running_plans(self):
        run = self._launch(plan=self.chain, user=self.user_manager)
        other = self._launch(self._create_lead("Two"), self.chain, self.user_manager)
        self.chain.template_ids[1].summary = "Joined"
        self.chain.template_ids[2].unlink()
        action = self.chain.action_apply_version()
        wizard = self.env[action["res_model"]].with_user(self.user_manager)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual(wizard.line_ids.run_id, run + other)
        self.assertFalse(wizard.has_more)
        self.assertIn("“Offer” is removed", wizard.line_ids[0].changes)
        self.assertRegex(wizard.line_ids[0].changes, "“Join”: due .* → .*, Summary")
        wizard.line_ids[1].is_chosen = False
        action = wizard.action_apply()
        self.assertIn("Changed running plans: 1.", action["params"]["message"])
        self.assertFalse(run._is_outdated())
        self.assertTrue(other._is_outdated())
        wizard.line_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "Choose the running plans"):
            wizard.action_apply()


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanDownload(HttpCase, GraphCase):
    def test_download(self):
        self.authenticate(self.user_manager.login, self.user_manager.login)
        action = (self.chain + self.plan.with_env(self.chain.env)).action_export_file()
        # It isn't done a second time, with a connection that can write.
        with self.assertNoLogs("odoo.http", "WARNING"):
            response = self.url_open(action["url"])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(len(response.json()["plans"]), 2)
        self.assertIn("activity_plans.json", response.headers["Content-Disposition"])
        for ids in ("0", "x", "999999999", "²", "9" * 20, "9" * 5000, "0," * 5000):
            response = self.url_open(f"/crm_activity_plus/plans/{ids}/export")
            self.assertIn(response.status_code, (404, 414), ids[:20])
