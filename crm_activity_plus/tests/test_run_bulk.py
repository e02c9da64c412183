# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestRunBulk(CrmActivityPlusCommon):
    """Several running plans are paused, resumed and stopped at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls._create_leads(4)
        cls.runs = cls._launch(cls.leads)

    def _apply(self, mode, runs=None, user=None, **values):
        runs = (self.runs if runs is None else runs).with_user(user or self.user_owner)
        wizard = (
            runs.env["mail.activity.plan.run.bulk"]
            .with_context(active_model=runs._name, active_ids=runs.ids)
            .create({"mode": mode, **values})
        )
        return wizard.action_apply()["params"]

    def test_pause_and_resume(self):
        self.assertEqual(self._apply("pause")["message"], "Paused plans: 4.")
        self.assertEqual(set(self.runs.mapped("state")), {"paused"})
        self.assertEqual(self._apply("resume")["message"], "Resumed plans: 4.")
        self.assertEqual(set(self.runs.mapped("state")), {"running"})

    def test_pause_until(self):
        self.runs[0].action_pause()
        params = self._apply("pause", until="2099-01-07", note="Holidays")
        self.assertEqual(params["message"], "Paused plans: 4.")
        self.assertEqual(
            set(map(str, self.runs.mapped("paused_until"))), {"2099-01-07"}
        )

    def test_date_of_paused_ones(self):
        """The pop-up says that they only get a date."""
        runs = self.runs.with_user(self.user_owner)
        action = runs.action_pause_selected()
        self.assertEqual(action["name"], "Pause Plans")
        runs[:2].action_pause()
        self.assertEqual(runs.action_pause_selected()["name"], "Pause Plans")
        runs[2:].action_pause()
        action = runs.action_pause_selected()
        self.assertEqual(action["name"], "Set the Date Until Which Plans Are Paused")
        wizards = self.env[action["res_model"]].with_user(self.user_owner)
        form = Form(wizards.with_context(**action["context"]))
        self.assertTrue(form.is_all_paused)
        self.assertEqual(form.run_count, 4)
        form.until = "2099-01-07"
        message = form.save().action_apply()["params"]["message"]
        self.assertEqual(message, "Plans with a new date: 4.")
        self.assertEqual(
            set(map(str, self.runs.mapped("paused_until"))), {"2099-01-07"}
        )

    def test_stop_with_reason_and_note(self):
        params = self._apply("stop", reason="reply", note="They called")
        self.assertEqual(params["type"], "success")
        self.assertEqual(set(self.runs.mapped("state")), {"stopped"})
        self.assertEqual(set(self.runs.mapped("stop_reason")), {"reply"})
        self.assertEqual(set(self.runs.mapped("stop_note")), {"They called"})

    def test_those_that_cannot_be(self):
        ended, paused, foreign, _left = self.runs.sorted("lead_id")
        ended.action_stop()
        paused.action_pause()
        params = self._apply("pause")
        self.assertEqual(params["type"], "warning")
        self.assertIn("Paused plans: 2. Left as they are: 2.", params["message"])
        self.assertIn("The plan has ended already. (1)", params["message"])
        self.assertIn("The plan is paused already. (1)", params["message"])
        # Somebody else's by now.
        foreign.lead_id.user_id = self.user_colleague
        self.assertEqual(self._apply("resume")["message"][:19], "Resumed plans: 2. L")
        self.assertEqual(foreign.state, "paused")

    def test_one_bad_run_stops_no_other(self):
        bad = self.runs[1]
        pause = type(self.runs).action_pause

        def action_pause(runs, *args):
            if bad in runs:
                raise UserError(self.env._("Not this one."))
            return pause(runs, *args)

        self.patch(type(self.runs), "action_pause", action_pause)
        params = self._apply("pause")
        self.assertIn("Paused plans: 3.", params["message"])
        self.assertIn("Not this one. (1)", params["message"])
        self.assertEqual(bad.state, "running")

    def test_none_of_them(self):
        self.runs.action_stop()
        with self.assertRaisesRegex(UserError, "Stopped plans: 0"):
            self._apply("stop")

    def test_rights(self):
        with self.assertRaises(UserError):
            self._apply("stop", user=self.user_colleague)
        with self.assertRaises(AccessError):
            self._apply("stop", user=self.user_portal)
        self.assertEqual(set(self.runs.mapped("state")), {"running"})
        wizard = self.env["mail.activity.plan.run.bulk"].create(
            {"run_ids": self.runs.ids, "mode": "stop"}
        )
        with self.assertRaises(UserError):
            wizard.with_user(self.user_colleague).sudo(False).action_apply()
