# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user


@tagged("-at_install", "post_install")
class TestStepOnHold(TransactionCase):
    """A step whose activity is on hold is open, though the activity is inactive."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = mail_new_test_user(
            cls.env, login="hanna_hold", groups="sales_team.group_sale_salesman"
        )
        lead = cls.env["crm.lead"].create({"name": "Ten desks", "user_id": cls.user.id})
        call = cls.env.ref("mail.mail_activity_data_call")
        plan = cls.env["mail.activity.plan"].create(
            {
                "name": "One step",
                "res_model": "crm.lead",
                "template_ids": [Command.create({"activity_type_id": call.id})],
            }
        )
        run_ids = plan.launch(lead.ids, "2026-03-30", cls.user.id)["run_ids"]
        cls.plan_run = cls.env["mail.activity.plan.run"].browse(run_ids)
        cls.activity = cls.plan_run.line_ids.activity_id
        cls.activity.action_hold()

    def test_deleted(self):
        self.activity.unlink()
        self.assertEqual(self.plan_run.line_ids.state, "cancelled")
        self.assertEqual(self.plan_run.line_ids.reason, "The activity was deleted.")
        self.assertEqual(self.plan_run.state, "done")

    def test_skipped(self):
        self.plan_run.line_ids.action_skip()
        self.assertEqual(self.plan_run.line_ids.state, "skipped")
        self.assertEqual(self.activity.status, "cancelled")
        self.assertEqual(self.plan_run.state, "done")

    def test_stopped(self):
        self.plan_run.action_stop()
        self.assertEqual(self.activity.status, "cancelled")

    def test_changed(self):
        other = mail_new_test_user(
            self.env, login="otto_other", groups="sales_team.group_sale_salesman"
        )
        self.activity.write({"user_id": other.id, "date_deadline": "2026-04-02"})
        self.assertEqual(self.plan_run.line_ids.user_id, other)
        self.assertEqual(self.plan_run.line_ids.date_deadline, date(2026, 4, 2))
        self.assertEqual(self.plan_run.line_ids.state, "scheduled")

    def test_cancelled(self):
        """The state that people see follows at once."""
        self.assertEqual(self.activity.state, "planned")
        self.activity._as_engine().write({"status": "cancelled"})
        self.assertEqual(self.activity.state, "cancelled")
