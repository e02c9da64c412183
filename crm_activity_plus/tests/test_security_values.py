# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..models.activity.mail_activity import ENGINE_FIELDS
from .security_common import FLAGS, SecurityContextCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityValues(SecurityContextCase):
    """No value of the engine's own fields that a client sends gets to the engine."""

    # ------------------------------------------------------------
    # Fields of the engine
    # ------------------------------------------------------------

    def _get_hostile_values(self):
        run = self._launch(self._create_lead("Theirs", user_id=self.user_colleague.id))
        line = run.line_ids[0]
        return {
            "attempt": 3,
            "held_by_pause": True,
            "on_hold_until": "2031-03-31",
            "partner_id": self.user_colleague.partner_id.id,
            "retry_date": "2031-03-31",
            "run_id": run.id,
            "run_line_id": line.id,
            "status": "done",
            "status_before_hold": "in_progress",
        }

    def assertPlain(self, activity):
        """It is nothing but a new activity of somebody."""
        activity.invalidate_recordset()
        self.assertEqual((activity.status, activity.attempt), ("new", 1))
        self.assertFalse(activity.run_id or activity.run_line_id)
        self.assertFalse(activity.held_by_pause or activity.on_hold_until)
        self.assertFalse(activity.retry_date)
        self.assertEqual(activity.partner_id, self.lead.partner_id)

    def test_all_fields_are_tried(self):
        self.assertEqual(set(self._get_hostile_values()), set(ENGINE_FIELDS))

    def test_values(self):
        activity = self._schedule()
        own = self.env["mail.activity"].with_user(self.user_owner)
        for name, value in self._get_hostile_values().items():
            for flags in ({}, FLAGS):
                with self.subTest(name=name, flags=bool(flags)):
                    with self.assertRaisesRegex(UserError, "can't be written"):
                        own.with_context(**flags).create({**self.values, name: value})
                    with self.assertRaisesRegex(UserError, "can't be written"):
                        activity.with_context(**flags).write({name: value})
                    with self.assertRaisesRegex(UserError, "can't be written"):
                        activity.with_context(**flags).web_save({name: value}, {})
        self.assertPlain(activity)

    def test_values_of_other_code_as_superuser(self):
        """Many an addon writes as superuser what a client sent. It isn't stopped, the
        rest is written, and the log says so."""
        activity = self._schedule().sudo()
        for name, value in self._get_hostile_values().items():
            with self.subTest(name=name):
                with self.assertIgnored(name):
                    created = activity.create(
                        {**self.values, "summary": "New", name: value}
                    )
                self.assertPlain(created)
                self.assertEqual(created.summary, "New")
                with self.assertIgnored(name):
                    activity.write({"summary": name, name: value})
                self.assertPlain(activity)
                self.assertEqual(activity.summary, name)

    def test_values_of_the_superuser(self):
        """OdooBot isn't the engine either."""
        activity = self._schedule().with_user(SUPERUSER_ID)
        self.assertTrue(activity.env.su)
        for name, value in self._get_hostile_values().items():
            with self.subTest(name=name):
                with self.assertRaisesRegex(UserError, "can't be written"):
                    activity.create({**self.values, name: value})
                with self.assertRaisesRegex(UserError, "can't be written"):
                    activity.write({name: value})
        self.assertPlain(activity)

    @contextmanager
    def assertIgnored(self, name):
        """An addon's code goes on without a field, and the log says so."""
        guard = "odoo.addons.crm_activity_plus.models.guard"
        with self.assertLogs(guard, "WARNING") as logs:
            yield
        self.assertIn(name, logs.output[0])

    def test_defaults_in_the_context(self):
        own = self.env["mail.activity"].with_user(self.user_owner)
        defaults = {
            f"default_{name}": value
            for name, value in self._get_hostile_values().items()
        }
        for records in (own, own.sudo()):
            records = records.with_context(**FLAGS, **defaults)
            self.assertPlain(records.create(self.values))
            found = records.default_get(list(ENGINE_FIELDS))
            self.assertEqual(found, {"attempt": 1})
        form = Form(own.with_context(**defaults), "mail.mail_activity_view_form_popup")
        form.activity_type_id = self.type_call
        self.assertEqual(form.save().status, "new")

    def test_saved_defaults_of_the_fields(self):
        for name, value in self._get_hostile_values().items():
            self.env["ir.default"].set("mail.activity", name, value)
        own = self.env["mail.activity"].with_user(self.user_owner)
        self.assertPlain(own.create(self.values))
        self.assertPlain(own.sudo().create(self.values))

    def test_import(self):
        activities = self.env["mail.activity"].with_user(self.user_owner)
        values = self._get_hostile_values()
        fields = ["activity_type_id/.id", "res_model_id/.id", "res_id", "user_id/.id"]
        for name, value in values.items():
            column = f"{name}/.id" if name in ("partner_id",) else name
            if name in ("run_id", "run_line_id"):
                column = f"{name}/.id"
            row = [*(str(v) for v in self.values.values()), str(value)]
            with self.subTest(name=name), mute_logger("odoo.models"):
                count = activities.search_count([])
                result = activities.load([*fields, column], [row])
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])
                self.assertEqual(activities.search_count([]), count)

    def test_commands_of_other_records(self):
        activity = self._schedule()
        event = self.env["calendar.event"].with_user(self.user_owner)
        event = event.create(
            {
                "name": "Demo",
                "start": "2030-03-11 09:00:00",
                "stop": "2030-03-11 10:00:00",
            }
        )
        for name, value in self._get_hostile_values().items():
            new = Command.create({**self.values, name: value})
            old = Command.update(activity.id, {name: value})
            for record in (
                self.lead.with_user(self.user_owner),
                self.lead.with_user(self.user_owner).sudo(),
                event,
            ):
                for command in (new, old):
                    with self.subTest(name=name, record=record, command=command):
                        if record.env.su:
                            with self.assertIgnored(name):
                                record.write({"activity_ids": [command]})
                            continue
                        with self.assertRaisesRegex(UserError, "can't be written"):
                            record.write({"activity_ids": [command]})
        self.assertPlain(activity)
        for created in self.lead.activity_ids:
            self.assertPlain(created)

    def test_copy(self):
        run = self._launch()
        activity = run.line_ids[0].activity_id
        activity.with_user(self.user_manager).action_hold("2031-03-31")
        for records in (
            activity.with_user(self.user_manager),
            activity.with_user(self.user_manager).sudo(),
        ):
            copied = records.copy({"active": True})
            self.assertPlain(copied)
            self.assertEqual(run.line_ids[0].activity_id, activity)

    # ------------------------------------------------------------
    # Tables of the engine
    # ------------------------------------------------------------

    def test_commands_on_the_tables_of_the_engine(self):
        """Not by a record that the user may write, nor by one that other code writes
        as superuser."""
        run = self._launch()
        line = run.line_ids[0]
        new_run = {
            "plan_id": self.plan.id,
            "name": "Mine",
            "res_model": "crm.lead",
            "res_id": self.lead.id,
            "plan_date": "2030-03-04",
        }
        new_line = {
            "code": "mine",
            "activity_type_id": self.type_call.id,
            "res_model": "crm.lead",
            "res_id": self.lead.id,
        }
        lead = self.lead.with_user(self.user_manager)
        plan = self.plan.with_user(self.user_manager)
        before = (run.read(), run.line_ids.read())
        for records, name, vals in (
            (lead, "plan_run_ids", new_run),
            (plan, "run_ids", new_run),
            (run.with_user(self.user_manager), "line_ids", new_line),
        ):
            old = run if vals is new_run else line
            for command in (
                Command.create(vals),
                Command.update(old.id, {"state": "done"}),
                Command.delete(old.id),
                Command.unlink(old.id),
                Command.set([]),
            ):
                for target in (records, records.sudo()):
                    self._try_as(self.user_manager, target, {name: [command]})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((run.read(), run.line_ids.read()), before)
        self.assertEqual(lead.plan_run_ids.sudo(), run)

    def _try_as(self, user, record, vals):
        """Write in a request of a user, which is refused, or without effect."""
        transaction = self.env.transaction
        default_env = transaction.default_env
        transaction.default_env = self.env(user=user)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                record.write(vals)
                self.env.flush_all()
        except (AccessError, UserError):
            self.env.invalidate_all()
        finally:
            transaction.default_env = default_env

    def test_uninstall_flag(self):
        """A client isn't an addon that is being uninstalled."""
        run = self._launch()
        manager = self.env(user=self.user_manager, context={MODULE_UNINSTALL_FLAG: 1})
        outcome = self.outcome_retry
        self.plan.template_ids[1].after_outcome_ids = outcome
        self.plan.template_ids[1].delay_from = "after_previous_done"
        for record in (self.plan, outcome, self.plan.template_ids[0]):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.with_env(manager).unlink()
        with self.assertRaises(UserError):
            run.with_env(manager).sudo().unlink()
        logs = self._get_logs([("run_id", "=", run.id)])
        with self.assertRaises(UserError):
            logs.with_env(manager).sudo().unlink()
        self.type_call.with_user(self.user_system).with_context(
            **{MODULE_UNINSTALL_FLAG: True}
        ).env["mail.activity.type"].browse(self._create_used_type().id).unlink()
        self.assertTrue(self.used_type.exists(), "it is hidden, not deleted")
        self.assertTrue(self.used_type.deleted)
        self.lead.with_env(manager).unlink()
        self.assertEqual((run.state, run.stop_reason), ("stopped", "record_deleted"))

    def _create_used_type(self):
        self.used_type = self._create_type("Site visit")
        self._schedule(self.partner, activity_type_id=self.used_type.id)
        return self.used_type

    # ------------------------------------------------------------
    # Keys of Odoo's
    # ------------------------------------------------------------

    def test_archived_outcome(self):
        self.outcome_next.active = False
        activity = self._schedule().with_context(active_test=False)
        for outcome in ("then", self.outcome_next.id):
            with self.assertRaisesRegex(UserError, "There is no outcome"):
                activity.complete(outcome)

    def test_closed_activities_are_not_completed_again(self):
        done = self._schedule()
        done.action_done()
        open_ = self._schedule()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Complete them",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "complete_activity",
            }
        )
        action.with_user(self.user_owner).with_context(
            active_model="crm.lead",
            active_ids=self.lead.ids,
            active_id=self.lead.id,
            active_test=False,
        ).run()
        self.assertEqual(open_.status, "done")

    def test_time_zone_that_there_is_not(self):
        activity = self._schedule()
        for tz in ("Nowhere/Land", "", "\x00", 5, ["UTC"], {"UTC": 1}):
            with self.subTest(tz=tz):
                activity.with_context(tz=tz).write(
                    {"date_start": "2030-03-11 09:00:00", "duration": 2}
                )
                activity.with_context(tz=tz).action_hold("2031-03-31")
                activity.with_context(tz=tz).action_resume()
        self.assertEqual(str(activity.date_deadline), "2030-03-11")

    def test_only_what_is_created_is_returned(self):
        """Not what another transaction creates, or created later in this one."""
        activity = self._schedule()
        other = self._schedule(self.partner, user=self.user_system)
        created = activity.complete("then")
        self.assertNotIn(other.id, created)
        [following] = self.env["mail.activity"].browse(created)
        self.assertEqual(following.activity_type_id, self.type_meeting)
        self.assertFalse(following.complete())
