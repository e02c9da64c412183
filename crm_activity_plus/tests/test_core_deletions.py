# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .common import CrmActivityPlusCommon

MODEL = "x_gone"


class DeletionCommon(CrmActivityPlusCommon):
    def _uninstall(self, records):
        """Delete records as uninstalling the addon that brought them does."""
        with patch.object(self.registry, "ready", False):
            records.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()

    def _make_template(self, **values):
        return self.env["mail.template"].create(
            {"name": "Offer", "model_id": self.env["ir.model"]._get_id("crm.lead")}
            | values
        )

    def _make_action(self, **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Do it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "pass",
            }
            | values
        )

    def _make_outcome(self, **values):
        return self.env["mail.activity.outcome"].create({"name": "Signed"} | values)


@tagged("crm_activity_plus")
class TestDeletions(DeletionCommon):
    """What plans need is kept from being deleted by people. An addon that is
    uninstalled takes along what it brought."""

    def assertKept(self, records, *names):
        with self.assertRaises(UserError) as caught:
            records.unlink()
        for name in names:
            self.assertIn(name, caught.exception.args[0])
        self.assertTrue(records.exists())

    def test_mail_template(self):
        template = self._make_template()
        plan = self._create_plan(
            "Mailing",
            self._step(
                self.type_email,
                "Write",
                action_type="email",
                mail_template_id=template.id,
            ),
        )
        run = self._launch(plan=plan)
        self.assertKept(template, "Offer", "Mailing")
        self._uninstall(template)
        self.assertFalse(template.exists())
        self.assertFalse(plan.template_ids.mail_template_id)
        run.line_ids._run_actions()
        self.assertEqual(run.line_ids.state, "failed")
        self.assertIn("template", run.line_ids.reason)

    def test_server_action_of_a_step(self):
        action = self._make_action()
        plan = self._create_plan(
            "Acting",
            self._step(
                self.type_todo,
                "Act",
                action_type="server_action",
                server_action_id=action.id,
            ),
        )
        run = self._launch(plan=plan)
        self.assertKept(action, "Do it", "Acting")
        self._uninstall(action)
        self.assertFalse(action.exists())
        self.assertFalse(plan.template_ids.server_action_id)
        run.line_ids._run_actions()
        self.assertEqual(run.line_ids.state, "failed")

    def test_working_hours(self):
        calendar = self.env["resource.calendar"].create({"name": "Mornings"})
        self.plan.resource_calendar_id = calendar
        self.assertKept(calendar, "Mornings", self.plan.name)
        self._uninstall(calendar)
        self.assertFalse(self.plan.resource_calendar_id)

    def test_plan_that_an_action_launches(self):
        plan = self._create_plan("Fresh", self._step(self.type_call, "Call"))
        action = self._make_action(state="launch_plan", activity_plan_id=plan.id)
        self.assertKept(plan, "Fresh", action.name)
        self._uninstall(plan)
        self.assertFalse(plan.exists())
        self.assertFalse(action.activity_plan_id)
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING"):
            action.with_context(active_model="crm.lead", active_id=self.lead.id).run()

    def test_plan_that_was_launched(self):
        run = self._launch()
        self.assertKept(self.plan, self.plan.name)
        name = self.plan.name
        run.action_stop()
        self._uninstall(self.plan)
        self.assertFalse(run.plan_id)
        self.assertEqual((run.name, run.state), (name, "stopped"))
        self.assertTrue(run.get_timeline())
        self.assertNotIn("restart", run.get_timeline()[0]["actions"])
        with self.assertRaisesRegex(UserError, "its plan was deleted"):
            run.action_restart()
        self.assertLedgerTellsState(run)

    def test_outcome_that_activities_ended_with(self):
        outcome = self._make_outcome()
        activity = self._schedule()
        activity.complete(outcome.id)
        run = self._launch()
        run.line_ids[0].activity_id.complete(outcome.id)
        self.assertKept(outcome, "Signed")
        self._uninstall(outcome)
        self.assertFalse(activity.outcome_id)
        self.assertFalse(run.line_ids[0].outcome_id)
        self.assertEqual((activity.status, run.line_ids[0].state), ("done", "done"))

    def test_outcome_that_an_action_completes_with(self):
        """Without it, the action would complete all activities."""
        outcome = self._make_outcome()
        action = self._make_action(
            state="complete_activity", activity_outcome_id=outcome.id
        )
        self.assertKept(outcome, "Signed")
        self._uninstall(outcome)
        self.assertFalse(action.exists())

    def test_outcome_that_steps_come_after(self):
        """They must not be taken after any outcome now."""
        outcome, other = self._make_outcome(), self._make_outcome(name="Refused")
        plan = self._create_plan(
            "Contract",
            self._step(self.type_call, "Ask"),
            self._step(self.type_todo, "Deliver"),
            self._step(self.type_todo, "Both"),
        )
        ask, deliver, both = plan.template_ids
        deliver.write({"after_ids": ask.ids, "after_outcome_ids": outcome.ids})
        both.write({"after_ids": ask.ids, "after_outcome_ids": (outcome + other).ids})
        run = self._launch(plan=plan)
        self.assertKept(outcome, "Signed", "Contract")
        self._uninstall(outcome)
        self.assertEqual(
            run.line_ids.mapped("state"), ["scheduled", "skipped", "waiting"]
        )
        self.assertFalse(plan.active)
        run.line_ids[0].activity_id.complete(other.id)
        self.assertEqual(run.line_ids[2].state, "scheduled")
        self.assertLedgerTellsState(run)

    def test_type_that_all_kinds_of_activities_have(self):
        """Core gives the open ones to To-Do, and can't delete the type then."""
        letter = self._create_type("Fax")
        before = self._create_type(
            "Before",
            chaining_type="trigger",
            triggered_next_type_id=letter.id,
        )
        outcome = self._make_outcome(activity_type_ids=[Command.set(letter.ids)])
        activities = self.env["mail.activity"].union(
            *(self._schedule(activity_type_id=letter.id) for _number in range(4))
        )
        activities[0].action_hold()
        activities[1].complete(outcome.id)
        activities[2].action_cancel()
        plan = self._create_plan("Faxing", self._step(letter, False))
        run = self._launch(plan=plan)
        run.line_ids.activity_id.complete()
        self._uninstall(letter)
        self.env.invalidate_all()
        self.assertFalse(letter.exists())
        self.assertEqual(activities.activity_type_id, self.type_todo)
        self.assertEqual(
            activities.mapped("status"), ["on_hold", "done", "cancelled", "new"]
        )
        self.assertEqual(activities[1].outcome_id, outcome)
        self.assertEqual(run.line_ids.activity_type_id, self.type_todo)
        self.assertEqual(run.line_ids.display_name, "Fax")
        self.assertFalse(before.triggered_next_type_id)


@tagged("crm_activity_plus")
class TestModelThatIsGone(DeletionCommon):
    """What hangs on an application that isn't there."""

    def _break(self, records):
        """Have records of the engine hang on a model that isn't there."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET res_model = %s WHERE id = ANY(%s)",
            [MODEL, records.ids],
        )
        self.env.invalidate_all()

    def test_launch_and_preview(self):
        self._break(self.plan)
        for method in ("launch", "preview"):
            with self.assertRaisesRegex(UserError, "no longer installed"):
                getattr(self.plan, method)([self.lead.id])
            with self.assertRaisesRegex(UserError, "no longer installed"):
                getattr(self.plan, method)(list(range(1, 600)))

    def test_runs(self):
        run = self._launch()
        run.action_stop()
        self._break(run)
        self._break(run.line_ids)
        run = run.with_user(self.user_system)
        self.assertIn(run, run.search([]))
        self.assertFalse(run.res_name)
        self.assertTrue(run.get_timeline())
        for method in ("action_restart", "action_open_document"):
            with self.assertRaises(UserError):
                getattr(run, method)()
        for method in ("action_pause", "action_resume"):
            with self.assertRaises(UserError):
                getattr(run, method)()
        with self.assertRaises(UserError):
            run.line_ids[0].action_skip()
        with self.assertRaises(AccessError):
            run.with_user(self.user_owner).action_restart()
        self.assertNotIn(run, run.with_user(self.user_owner).search([]))

    def test_open_runs_end_by_themselves(self):
        run = self._launch()
        run.action_pause()
        self._break(run)
        self._break(run.line_ids)
        run._check_exits()
        self.assertEqual((run.state, run.stop_reason), ("stopped", "record_deleted"))
        self.assertNothingOpen(run)

    def test_activities_are_nobodys_trouble(self):
        activity = self._schedule()
        other = self._schedule()
        self._break(activity)
        own = activity.with_user(self.user_owner)
        groups = self.user_owner.with_user(self.user_owner)._get_activity_groups()
        self.assertEqual(
            [(g["model"], g["planned_count"] + g["total_count"]) for g in groups],
            [("crm.lead", 1)],
        )
        self.assertEqual(own.search([("user_id", "=", self.user_owner.id)]), other)
        for method in ("action_done", "complete", "action_hold", "get_history"):
            with self.assertRaises(AccessError):
                getattr(own, method)()
        self.user_owner.active = False
        self.assertFalse(activity.sudo().user_id)


@tagged("crm_activity_plus")
class TestManualModel(DeletionCommon):
    """A model that an administrator made and deletes; by itself, since that changes the
    registry."""

    def _make_model(self):
        model = self.env["ir.model"].create(
            {"name": "Gone", "model": MODEL, "is_mail_thread": True}
            | {"is_mail_activity": True}
        )
        self.env["ir.model.access"].create(
            {"name": "all", "model_id": model.id}
            | dict.fromkeys(
                ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
            )
        )
        return model

    def _make_plan_of(self, model, kind, template):
        """:returns: a plan for records of the model, with actions of it"""
        action = self._make_action(model_id=model.id)
        return action, self._create_plan(
            "Things",
            self._step(kind, "Visit"),
            self._step(
                self.type_todo,
                "Act",
                50,
                action_type="server_action",
                server_action_id=action.id,
            ),
            self._step(
                self.type_todo,
                "Write",
                60,
                action_type="email",
                mail_template_id=template.id,
            ),
            res_model=MODEL,
        )

    @mute_logger("odoo.sql_db")
    def test_manual_model(self):
        model = self._make_model()
        record = self.env[MODEL].create({"x_name": "Thing"})
        kind = self._create_type("Visit of a thing", res_model=MODEL)
        template = self._make_template(model_id=model.id)
        action, plan = self._make_plan_of(model, kind, template)
        launching = self._make_action(
            model_id=model.id, state="launch_plan", activity_plan_id=plan.id
        )
        outcome = self._make_outcome(
            activity_type_ids=[Command.set(kind.ids)], plan_id=plan.id
        )
        runs = self.env["mail.activity.plan.run"].concat(
            *(
                self._launch(record, plan, user=self.user_system, **values)
                for values in (
                    {},
                    {"plan_date": "2026-05-05"},
                    {"plan_date": "2026-06-05"},
                )
            )
        )
        running, paused, stopped = runs
        running.line_ids[0].activity_id.complete(outcome.id)
        paused.action_pause()
        stopped.action_stop()
        held = self._schedule(record, user=self.env.user)
        held.action_hold()
        limited = self._create_type(
            "Two models", applies_to_ids=[Command.set(model.ids)]
        )
        activities = held + runs.line_ids.activity_id
        refs = activities.ids
        model.unlink()
        self.env.invalidate_all()
        self.assertNotIn(MODEL, self.env)
        for gone in (plan, activities, action + launching, template):
            self.assertFalse(gone.exists())
        self.assertFalse((kind + limited).exists().filtered("active"))
        self._check_runs(runs, refs)

    def _check_runs(self, runs, refs):
        """They stay, stopped, with what the ledger tells of them."""
        self.assertEqual(
            runs.mapped("stop_reason"), ["record_deleted", "record_deleted", "manual"]
        )
        self.assertEqual(set(runs.mapped("state")), {"stopped"})
        self.assertFalse(runs.plan_id)
        self.assertEqual(set(runs.mapped("name")), {"Things"})
        self.assertLedgerTellsState(runs)
        for ref in refs:
            rows = self._get_logs([("activity_ref", "=", ref)])
            self.assertTrue(rows)
        self.assertTrue(self.env["mail.activity.plan.run"].search([]).get_timeline())
