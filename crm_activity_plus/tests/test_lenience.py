# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon
from .concurrency import ConcurrencyCase

LOGGER = "odoo.addons.crm_activity_plus"


class LenienceCommon(CrmActivityPlusCommon):
    """What the suite refuses to people must not stop the code of other addons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model_id = cls.env["ir.model"]._get_id("crm.lead")
        cls.limited = cls._create_type(
            "Contacts only",
            summary="Look up",
            applies_to_ids=cls._create_model_ids("res.partner"),
        )
        cls.deleted = cls._create_type("Fax", default_note="<p>Dial</p>")
        cls._name_type(cls.deleted, "fax")
        cls._name_type(cls.limited, "limited")

    @classmethod
    def _name_type(cls, activity_type, name):
        cls.env["ir.model.data"].create(
            {
                "module": "other_addon",
                "name": name,
                "model": activity_type._name,
                "res_id": activity_type.id,
            }
        )

    def setUp(self):
        super().setUp()
        self._schedule(activity_type_id=self.deleted.id).action_cancel()
        self.deleted.with_user(self.user_system).unlink()
        self.assertTrue(self.deleted.deleted)
        self.default = self.env["mail.activity"]._default_activity_type_for_model(
            "crm.lead"
        )

    def _as_addon(self, records):
        """:returns: the records, as an addon's code has them that acts with more rights
        than its user has"""
        return records.with_user(self.user_owner).sudo()

    def _loading(self):
        """An addon's data is being loaded."""
        return patch.object(self.registry, "ready", False)


@tagged("crm_activity_plus")
class TestLenienceOfActivities(LenienceCommon):
    def assertFallenBack(self, activity, name):
        self.assertEqual(activity.activity_type_id, self.default)
        self.assertEqual(activity.summary, name)
        self.assertEqual(activity.status, "new")
        rows = self._get_logs([("activity_ref", "=", activity.id)])
        self.assertEqual(rows.mapped("event"), ["created"])
        self.assertEqual(rows.values["activity_type_id"], self.default.id)

    def test_schedule_by_xmlid(self):
        lead = self.lead.with_user(self.user_owner)
        with self.assertLogs(LOGGER, "WARNING") as caught:
            activity = lead.activity_schedule("other_addon.fax")
        self.assertIn("“Fax” was deleted", caught.output[0])
        self.assertFallenBack(activity, "Fax")
        self.assertIn("Dial", activity.note)
        with self.assertLogs(LOGGER, "WARNING"):
            activity = lead.activity_schedule("other_addon.limited")
        self.assertFallenBack(activity, "Look up")
        self.assertEqual(activity.env, lead.env)

    def test_schedule_on_many(self):
        leads = self._create_leads(3).with_user(self.user_owner)
        with self.assertLogs(LOGGER, "WARNING"):
            activities = leads.activity_schedule("other_addon.fax", summary="Send it")
        self.assertEqual(activities.activity_type_id, self.default)
        self.assertEqual(activities.mapped("summary"), ["Send it"] * 3)

    def test_schedule_by_id_and_with_a_view(self):
        lead = self.lead.with_user(self.user_owner)
        with self.assertLogs(LOGGER, "WARNING"):
            activity = lead.activity_schedule(activity_type_id=self.limited.id)
        self.assertFallenBack(activity, "Look up")
        with self.assertLogs(LOGGER, "WARNING"):
            activity = lead._activity_schedule_with_view(
                "other_addon.fax", views_or_xmlid="mail.mail_notification_paynow"
            )
        self.assertFallenBack(activity, "Fax")

    def test_schedule_next_activity_of_a_server_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Remind",
                "model_id": self.model_id,
                "state": "next_activity",
                "activity_type_id": self.limited.id,
                "activity_user_type": "specific",
                "activity_user_id": self.user_owner.id,
            }
        )
        with self.assertLogs(LOGGER, "WARNING"):
            action.with_context(active_model="crm.lead", active_id=self.lead.id).run()
        activity = self.lead.activity_ids
        self.assertEqual(activity.activity_type_id, self.default)

    def test_create_with_more_rights(self):
        values = {
            "activity_type_id": self.deleted.id,
            "res_model_id": self.model_id,
            "res_id": self.lead.id,
        }
        with self.assertLogs(LOGGER, "WARNING"):
            activity = self._as_addon(self.env["mail.activity"]).create(values)
        self.assertFallenBack(activity, "Fax")

    def test_write_with_more_rights(self):
        activity = self._as_addon(self._schedule())
        with self.assertLogs(LOGGER, "WARNING"):
            activity.activity_type_id = self.limited
        self.assertEqual(activity.activity_type_id, self.default)
        with self.assertLogs(LOGGER, "WARNING"):
            self.limited.applies_to_ids = self._create_model_ids("crm.lead")
            activity.activity_type_id = self.limited
            activity.write(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.partner.id,
                }
            )
        self.assertNotEqual(activity.activity_type_id, self.limited)

    def test_type_that_triggers_another_one(self):
        """Whatever it triggers, the activity can be completed."""
        self.type_call.write(
            {"chaining_type": "trigger", "triggered_next_type_id": self.limited.id}
        )
        activity = self._schedule()
        activity.action_done()
        self.assertEqual(activity.status, "done")
        self.assertFalse(self.lead.activity_ids)

    def test_meeting_where_the_type_is_for_others(self):
        self.plan.template_ids[1].unlink()
        self.type_meeting.applies_to_ids = self._create_model_ids("res.partner")
        others = self.env["mail.activity.type"].search([("category", "=", "meeting")])
        (others - self.type_meeting).active = False
        self.env["calendar.event"].with_user(self.user_owner).create(
            {
                "name": "Fair",
                "start": "2026-03-09 09:00:00",
                "stop": "2026-03-09 10:00:00",
                "res_model_id": self.model_id,
                "res_id": self.lead.id,
            }
        )
        self.assertEqual(len(self.lead.activity_ids), 1)
        self.assertNotEqual(self.lead.activity_ids.activity_type_id, self.type_meeting)

    def test_people_are_told(self):
        for activity_type in (self.limited, self.deleted):
            with self.assertRaises(ValidationError):
                self._schedule(activity_type_id=activity_type.id)
            with self.assertRaises(ValidationError):
                self._schedule().activity_type_id = activity_type

    def test_no_context_of_a_client_makes_it_lenient(self):
        activities = self.env["mail.activity"].with_user(self.user_owner)
        with self.assertRaises(ValidationError):
            activities.with_context(
                crm_activity_plus_lenient=True, install_mode=True
            ).create(
                {
                    "activity_type_id": self.deleted.id,
                    "res_model_id": self.model_id,
                    "res_id": self.lead.id,
                }
            )

    def test_type_of_a_closed_activity_with_an_outcome(self):
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Sent", "activity_type_ids": [Command.set(self.type_call.ids)]}
        )
        activity = self._schedule()
        activity.complete(outcome.id)
        activity.sudo().activity_type_id = self.type_todo
        self.assertEqual(activity.outcome_id, outcome)

    def test_closed_steps_that_are_unarchived(self):
        run = self._launch()
        run.line_ids[0].activity_id.complete()
        alone = self._schedule()
        alone.complete()
        activities = run.line_ids[0].activity_id + alone
        with self.assertRaises(UserError):
            activities.with_user(self.user_owner).action_unarchive()
        with self.assertLogs(LOGGER, "WARNING"):
            self._as_addon(activities).action_unarchive()
        self.assertEqual(activities.mapped("status"), ["done", "new"])
        self.assertLedgerTellsState(run)

    def test_step_keeps_a_type_that_was_limited_since(self):
        plan = self._create_plan(
            "Two",
            self._step(self.type_call, "First"),
            self._step(self.type_todo, "Second"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        kind = self._create_type("Kind")
        run.line_ids[1].activity_type_id = kind
        kind.applies_to_ids = self._create_model_ids("res.partner")
        run.line_ids[0].activity_id.complete()
        self.assertEqual(run.line_ids[1].activity_id.activity_type_id, kind)


@tagged("crm_activity_plus")
class TestLenienceOfData(LenienceCommon):
    """What an addon's data brings, or brings again at an upgrade."""

    def _load(self, model, xmlid, values):
        """Load a record as the data of an addon does."""
        with self._loading():
            return (
                self.env[model]
                .with_context(install_mode=True, install_module="other_addon")
                ._load_records([{"xml_id": xmlid, "values": values}], update=True)
                .with_env(self.env)
            )

    def test_deleted_type_comes_again(self):
        with self.assertLogs(LOGGER, "WARNING"):
            self._load(
                "mail.activity.type",
                "other_addon.fax",
                {"name": "Telefax", "active": True, "code": "telefax"},
            )
        self.assertEqual(self.deleted.name, "Telefax")
        self.assertTrue(self.deleted.deleted)
        self.assertFalse(self.deleted.active)
        self.assertEqual(self.deleted.code, "fax")

    def test_limited_type_comes_again(self):
        """It is for what the addon needs it for, too."""
        self._load(
            "mail.activity.type",
            "other_addon.limited",
            {"name": "Look up", "res_model": "crm.lead"},
        )
        self.assertEqual(
            set(self.limited.applies_to_ids.mapped("model")),
            {"crm.lead", "res.partner"},
        )

    def test_types_with_codes_that_are_taken(self):
        self._create_type("Visit")
        with self.assertLogs(LOGGER, "WARNING"):
            kind = self._load(
                "mail.activity.type",
                "other_addon.visit",
                {"name": "Visit", "code": "visit"},
            )
        self.assertEqual(kind.code, "visit_2")
        again = self._load(
            "mail.activity.type", "other_addon.visit_again", {"name": "Visit"}
        )
        self.assertEqual(again.code, "visit_3")

    def test_built_in_type(self):
        with self.assertLogs(LOGGER, "WARNING"):
            self._as_addon(self.type_email).write(
                {"res_model": "crm.lead", "icon": "fa-at"}
            )
        self.assertFalse(self.type_email.res_model)
        self.assertEqual(self.type_email.icon, "fa-at")
        with self.assertLogs(LOGGER, "WARNING"):
            self._as_addon(self.type_email + self.limited).unlink()
        self.assertTrue(self.type_email.exists())
        self.assertFalse(self.limited.exists())

    def test_plan_with_types_that_cant_be_used(self):
        for activity_type, name in ((self.deleted, "Fax"), (self.limited, "Look up")):
            with self.assertLogs(LOGGER, "WARNING"):
                plan = self._load(
                    "mail.activity.plan",
                    f"other_addon.plan_{activity_type.id}",
                    {
                        "name": "Onboarding",
                        "res_model": "crm.lead",
                        "template_ids": [
                            Command.create(
                                {
                                    "activity_type_id": activity_type.id,
                                    "responsible_type": "other",
                                    "responsible_id": self.user_owner.id,
                                }
                            )
                        ],
                    },
                )
            self.assertEqual(plan.template_ids.activity_type_id, self.default)
            self.assertEqual(plan.template_ids.summary, name)
            self.assertEqual(plan.template_ids.responsible_id, self.user_owner)
            self.assertTrue(plan.code)
            run = self._launch(plan=plan)
            self.assertEqual(run.line_ids.state, "scheduled")

    def test_steps_that_are_moved_to_another_plan(self):
        """Steps of both have the same codes."""
        other = self._create_plan(
            "Other", self._step(self.type_call, "Meet"), self._step(self.type_call, "A")
        )
        meet, alone = other.template_ids
        code = self.plan.template_ids[1].code
        self.assertEqual(meet.code, code)
        other.template_ids.write({"plan_id": self.plan.id})
        self.assertEqual((meet.code, alone.code), (f"{code}_2", "a"))
        self.assertEqual(self.plan.template_ids[1].code, code)

    def test_deletions(self):
        template = self.env["mail.template"].create(
            {"name": "Offer", "model_id": self.model_id}
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Do it",
                "model_id": self.model_id,
                "state": "code",
                "code": "pass",
            }
        )
        calendar = self.env["resource.calendar"].create({"name": "Mornings"})
        plan = self._create_plan(
            "Acting",
            self._step(
                self.type_email,
                "Write",
                action_type="email",
                mail_template_id=template.id,
            ),
            self._step(
                self.type_todo,
                "Act",
                action_type="server_action",
                server_action_id=action.id,
            ),
            resource_calendar_id=calendar.id,
        )
        for needed in (template, action, calendar):
            with self.assertRaises(UserError):
                needed.unlink()
            with self.assertLogs(LOGGER, "WARNING"):
                self._as_addon(needed).unlink()
            self.assertFalse(needed.exists())
        self.assertFalse(plan.resource_calendar_id)
        self.assertFalse(plan.template_ids.mail_template_id)
        self.assertFalse(plan.template_ids.server_action_id)

    def test_plans_that_are_deleted(self):
        run = self._launch()
        other = self._create_plan("Other", self._step(self.type_call, "Call"))
        with self.assertLogs(LOGGER, "WARNING"):
            self._as_addon(self.plan + other).unlink()
        self.assertFalse(other.exists())
        self.assertFalse(self.plan.active)
        self.assertEqual(run.state, "running")

    def test_plan_of_an_addon_that_is_uninstalled(self):
        """Its documents stay, and other addons' plans."""
        run = self._launch()
        ended = self._launch(plan_date="2026-05-05")
        run.line_ids[0].activity_id.action_hold()
        with self._loading():
            self.plan.with_context(_force_unlink=True).unlink()
        self.assertFalse(self.plan.exists())
        self.assertEqual((run.state, run.stop_reason), ("stopped", "plan_deleted"))
        self.assertFalse(ended)
        self.assertNothingOpen(run)
        self.assertLedgerTellsState(run)


@tagged("crm_activity_plus")
class TestSameNameAtOnce(ConcurrencyCase):
    def test_two_types(self):
        """The codes made of their names differ, though neither sees the other."""

        def create(env):
            kind = env["mail.activity.type"].create({"name": "At the same moment"})
            return kind.id, kind.code

        first, second = self._run_together(create, create)
        self.addCleanup(self._delete_types, [first[0], second[0]])
        self.assertNotEqual(first[1], second[1])
        self.assertIn("at_the_same_moment", (first[1], second[1]))

    def _delete_types(self, ids):
        with self._transaction() as env:
            env["mail.activity.type"].browse(ids).unlink()
