# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import subprocess
import sys
from datetime import date
from pathlib import Path
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "launch_plan.py"
PASSWORD = "a-long-enough-password"


@tagged("-at_install", "post_install")
class TestLaunchPlanScript(HttpCase):
    """The example of the documentation works as it stands there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = mail_new_test_user(
            cls.env,
            login="ines_integration",
            password=PASSWORD,
            groups="sales_team.group_sale_salesman",
        )
        keys = cls.env["res.users.apikeys"].with_user(cls.user).sudo()
        cls.key = keys._generate(None, "Test", None)
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "user_id": cls.user.id}
                for name in ("Ten desks", "Twenty chairs")
            ]
        )
        deleted_lead = cls.env["crm.lead"].create({"name": "Deleted"})
        cls.deleted_id = deleted_lead.id
        deleted_lead.unlink()
        cls.plan = cls.env["mail.activity.plan"].create(
            {
                "name": "From Outside",
                "code": "from_outside",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": cls.env.ref(xmlid).id,
                            "summary": summary,
                            "delay_count": count,
                            "delay_from": "after_plan_date",
                        }
                    )
                    for xmlid, summary, count in (
                        ("mail.mail_activity_data_email", "Write", 1),
                        ("mail.mail_activity_data_call", "Call", 4),
                    )
                ],
            }
        )

    def _run(self, api, secret, code, record_ids, *options, stdin=None):
        """Run the script as a program of its own, against the tests' server; with the
        standard library alone."""
        command = [sys.executable, "-I", "-S", str(SCRIPT), "--api", api, *options]
        command += [self.base_url(), self.env.cr.dbname, self.user.login, secret]
        command += [code, *map(str, record_ids)]
        self.env.flush_all()
        with (
            self.allow_requests(all_requests=True),
            # It warns of XML-RPC's end in a later version.
            mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http"),
        ):
            result = subprocess.run(
                command,
                capture_output=True,
                check=False,
                encoding="utf-8",
                input=stdin,
                timeout=120,
            )
        self.env.invalidate_all()
        return result

    def _get_runs(self):
        return self.env["mail.activity.plan.run"].search(
            [("plan_id", "=", self.plan.id)], order="res_id"
        )

    def _check_launch(self, api, secret, stdin=None):
        record_ids = [*self.leads.ids, self.deleted_id]
        result = self._run(
            api, secret, "from_outside", record_ids, "--date", "2026-03-30", stdin=stdin
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        runs = self._get_runs()
        self.assertEqual(runs.lead_id, self.leads)
        self.assertEqual(runs.mapped("state"), ["running", "running"])
        self.assertEqual(runs.user_id, self.user)
        self.assertEqual(set(runs.mapped("plan_date")), {date(2026, 3, 30)})
        for lead in self.leads:
            self.assertEqual(
                [(a.summary, a.date_deadline, a.user_id) for a in lead.activity_ids],
                [
                    ("Write", date(2026, 3, 31), self.user),
                    ("Call", date(2026, 4, 3), self.user),
                ],
            )
        self.assertEqual(
            result.stdout.splitlines(),
            [
                f"run {runs[0].id}: From Outside – Ten desks, running, 2026-03-31",
                f"run {runs[1].id}: From Outside – Twenty chairs, running, 2026-03-31",
                f"skipped {self.deleted_id}: There is no record with the id "
                f"{self.deleted_id}: it was deleted.",
            ],
        )
        return runs

    def test_xmlrpc_with_password(self):
        runs = self._check_launch("xmlrpc", PASSWORD)
        again = self._run("xmlrpc", PASSWORD, "from_outside", self.leads.ids)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self._get_runs(), runs)
        self.assertEqual(
            [line.split(":")[0] for line in again.stdout.splitlines()],
            [f"skipped {lead.id}" for lead in self.leads],
        )

    def test_xmlrpc_with_key(self):
        self._check_launch("xmlrpc", self.key)

    def test_json2(self):
        runs = self._check_launch("json2", self.key)
        again = self._run("json2", self.key, "from_outside", self.leads.ids)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self._get_runs(), runs)

    def test_secret_from_standard_input(self):
        self._check_launch("json2", "-", stdin=f"{self.key}\n")

    def test_in_the_background(self):
        launcher = "odoo.addons.crm_activity_plus.engine.launcher"
        with patch(f"{launcher}.LAUNCH_BATCH_SIZE", 1):
            for api in ("xmlrpc", "json2"):
                with self.subTest(api=api):
                    result = self._run(api, self.key, "from_outside", self.leads.ids)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    background = self.env["mail.activity.plan.launch"].search(
                        [("plan_id", "=", self.plan.id)], limit=1
                    )
                    self.assertEqual(background.record_count, len(self.leads))
                    self.assertEqual(
                        result.stdout,
                        f"launch {background.id}: goes on in the background\n",
                    )
        self.assertFalse(self._get_runs())

    def test_refusals(self):
        for api in ("xmlrpc", "json2"):
            for secret, code, message in (
                ("wrong", "from_outside", "key"),
                (self.key, "no_such_plan", "no plan with the code no_such_plan"),
            ):
                with self.subTest(api=api, message=message):
                    result = self._run(api, secret, code, self.leads.ids)
                    self.assertEqual(result.returncode, 1, result.stdout)
                    self.assertIn("Nothing was launched: ", result.stderr)
                    self.assertIn(message, result.stderr)
                    self.assertNotIn("Traceback", result.stderr)

    def test_error_of_the_launch(self):
        """What the engine says reaches the caller as a sentence."""
        self.plan.template_ids.unlink()
        for api in ("xmlrpc", "json2"):
            with self.subTest(api=api):
                result = self._run(api, self.key, "from_outside", self.leads.ids)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(
                    result.stderr,
                    "Nothing was launched: The plan “From Outside” has no steps. Add "
                    "one before you launch it.\n",
                )
        self.assertFalse(self._get_runs())
