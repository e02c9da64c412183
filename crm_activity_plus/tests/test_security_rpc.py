# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon
from .rpc_common import RpcCase
from .security_common import DEFAULTS, FLAGS


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityRpc(RpcCase, CrmActivityPlusCommon):
    """The same as a program outside of Odoo would try it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_owner)
        cls.retry = cls.env["mail.activity.outcome"].create(
            {"name": "Later", "effect": "retry"}
        )
        cls.theirs = cls._create_lead("Theirs", user_id=cls.user_colleague.id)
        steps = cls.plan.template_ids
        steps[1].after_ids = steps[0]
        cls.plan.write({"exit_on_meeting": True, "exit_on_won": False})

    def _post(self, model, method, **kwargs):
        """:returns: status and answer of a call"""
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(kwargs),
            headers={
                "Authorization": f"bearer {self.key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": self.env.cr.dbname,
            },
        )
        self.env.invalidate_all()
        return response.status_code, response.json()

    def _call(self, model, method, **kwargs):
        status, answer = self._post(model, method, **kwargs)
        self.assertEqual(status, 200, answer)
        return answer

    def assertRefused(self, model, method, **kwargs):
        with mute_logger("odoo.http", "odoo.sql_db"):
            status, answer = self._post(model, method, **kwargs)
        self.assertTrue(400 <= status < 500, (status, answer))
        return answer["message"]

    def _work(self, context):
        """:returns: what comes of a day's work, done with a context"""
        lead = self._create_lead("Ten desks", partner_id=self.partner.id)

        def call(records, method, **kwargs):
            return self._call(
                records._name, method, ids=records.ids, context=context, **kwargs
            )

        result = call(self.plan, "launch", res_ids=lead.ids, plan_date="2030-03-04")
        run = lead.plan_run_ids
        self.assertEqual(result["run_ids"], run.ids)
        activities = run.line_ids.activity_id
        call(activities[0], "complete", feedback="They are in")
        call(activities[1], "complete", outcome="later")
        call(activities[2], "action_hold", until="2030-06-01", reason="Busy")
        call(activities[2], "action_resume")
        call(activities[2], "write", vals={"date_deadline": "2030-03-08"})
        call(activities[3], "action_cancel", reason="No")
        call(run.line_ids[1], "action_skip", reason="Not needed")
        call(run, "action_pause")
        call(run, "action_resume")
        alone = self._create_alone(lead, context)
        call(alone, "action_start")
        call(alone, "action_done")
        call(lead, "action_set_won")
        call(run, "action_stop")
        call(run, "action_restart")
        return self._describe(lead)

    def _create_alone(self, lead, context):
        """:returns: an activity of the lead that is no step of a plan"""
        [created] = self._call(
            "mail.activity",
            "create",
            vals_list=[
                {
                    "activity_type_id": self.type_call.id,
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "user_id": self.user_owner.id,
                }
            ],
            context={
                key: value
                for key, value in context.items()
                # These are fields that a user may give values to.
                if key not in ("default_active", "default_feedback")
                and not key.startswith("default_date_")
            },
        )
        return self.env["mail.activity"].browse(created)

    def _describe(self, lead):
        on_lead = [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        activities = self.env["mail.activity"].with_context(active_test=False)
        told = {
            "runs": lead.plan_run_ids.read(
                ["state", "stop_reason", "stop_note", "progress", "launch_key"]
            ),
            "steps": lead.plan_run_ids.line_ids.read(
                ["state", "reason", "attempt", "user_id", "date_deadline", "outcome_id"]
                + ["action_type", "max_attempts", "branch_taken"]
            ),
            "activities": activities.search(on_lead, order="id").read(
                ["status", "attempt", "user_id", "date_deadline", "feedback"]
                + ["held_by_pause", "on_hold_until", "outcome_id", "partner_id"]
                + ["date_start", "date_end"]
            ),
            "rows": self._get_logs(on_lead).read(
                ["event", "old_status", "new_status", "reason"]
            ),
        }
        for rows in told.values():
            for row in rows:
                del row["id"]
        return told

    @freeze_time("2026-03-10 12:00:00")
    def test_what_happens_is_the_same(self):
        """At noon: which day it is, is up to the time zone of the context."""
        self.maxDiff = None
        expected = self._work({})
        self.assertEqual(len(expected["runs"]), 1)
        for key, value in {**FLAGS, **DEFAULTS}.items():
            with self.subTest(key=key):
                self.assertEqual(self._work({key: value}), expected)

    def test_foreign_run(self):
        """Nobody gets into a plan on a record that they may not read."""
        run = self._launch(self.theirs, user=self.user_colleague)
        line = run.line_ids[0]
        values = {
            "activity_type_id": self.type_call.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.lead.id,
            "user_id": self.user_owner.id,
        }
        hostile = {"run_id": run.id, "run_line_id": line.id, "status": "done"}
        before = (run.read(), run.line_ids.read(), self._get_logs([]))
        for flags in ({}, {**FLAGS, "tz": "UTC"}):
            for name, value in hostile.items():
                message = self.assertRefused(
                    "mail.activity",
                    "create",
                    vals_list=[{**values, name: value}],
                    context=flags,
                )
                self.assertIn("can't be written", message)
        defaults = {f"default_{name}": value for name, value in hostile.items()}
        [created] = self._call(
            "mail.activity", "create", vals_list=[values], context=defaults
        )
        activity = self.env["mail.activity"].browse(created)
        self.assertFalse(activity.run_id or activity.run_line_id)
        self.assertEqual(activity.status, "new")
        for outcome in (None, "later"):
            self._call("mail.activity", "complete", ids=activity.ids, outcome=outcome)
            [created] = self._call(
                "mail.activity", "create", vals_list=[values], context=defaults
            )
            activity = self.env["mail.activity"].browse(created)
        for method in ("action_stop", "action_pause", "action_restart", "write"):
            kwargs = {"vals": {"state": "done"}} if method == "write" else {}
            self.assertRefused(run._name, method, ids=run.ids, **kwargs)
        for method in ("action_skip", "unlink"):
            self.assertRefused(line._name, method, ids=line.ids)
        self.assertRefused(
            line._name, "action_snooze", ids=line.ids, until="2031-03-31"
        )
        logs = before[2]
        self.assertEqual((run.read(), run.line_ids.read()), before[:2])
        self.assertFalse(self._get_logs([("run_id", "=", run.id)]) - logs)

    def test_activity_moved_to_a_foreign_record(self):
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        sold = self.env["mail.activity.outcome"].create(
            {"name": "Sold", "stage_id": won.id, "plan_id": self.plan.id}
        )
        activity = self._schedule()
        message = self.assertRefused(
            "mail.activity",
            "write",
            ids=activity.ids,
            vals={"res_id": self.theirs.id},
            context={**FLAGS, "tz": "UTC"},
        )
        self.assertIn("moved there", message)
        self._call("mail.activity", "complete", ids=activity.ids, outcome=sold.code)
        self.assertEqual(self.lead.stage_id, won)
        self.assertNotEqual(self.theirs.stage_id, won)
        self.assertFalse(self.theirs.plan_run_ids)

    def test_tables_of_the_engine(self):
        """Nobody writes them, administrators included."""
        run = self._launch()
        self.key = self._create_key(self.user_system)
        for model in (
            "mail.activity.claim",
            "mail.activity.log",
            "mail.activity.plan.launch",
            "mail.activity.plan.run",
            "mail.activity.plan.run.line",
            "mail.activity.round.robin",
        ):
            records = self.env[model].search([], limit=1)
            for context in ({}, {**FLAGS, **DEFAULTS}):
                with self.subTest(model=model, context=bool(context)):
                    self.assertRefused(model, "create", vals_list=[{}], context=context)
                    for method, kwargs in (
                        ("write", {"vals": {"state": "done"}}),
                        ("unlink", {}),
                        ("copy", {}),
                    ):
                        if records:
                            self.assertRefused(
                                model,
                                method,
                                ids=records.ids,
                                context=context,
                                **kwargs,
                            )
        self.assertEqual(run.state, "running")
