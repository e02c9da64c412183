# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .rights_common import SecurityRightsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityMoves(SecurityRightsCase):
    """An activity is moved by those only who may work on both records."""

    # ------------------------------------------------------------
    # Moving activities
    # ------------------------------------------------------------

    def _get_ways_to_move(self, activity, record):
        """:returns: ways to move an activity to a record, as its owner"""
        own = activity.with_user(self.user_owner)
        model_id = self.env["ir.model"]._get_id(record._name)
        values = {"res_model_id": model_id, "res_id": record.id}
        owned = record.with_user(self.user_owner)
        return {
            "write": lambda: own.write(values),
            "by name": lambda: own.write(
                {"res_model": record._name, "res_id": record.id}
            ),
            "web_save": lambda: own.web_save(values, {}),
            "import": lambda: self._import(own, record),
            "link": lambda: owned.write({"activity_ids": [Command.link(activity.id)]}),
            "set": lambda: owned.write({"activity_ids": [Command.set(activity.ids)]}),
        }

    def _import(self, activity, record):
        result = activity.load([".id", "res_id"], [[str(activity.id), str(record.id)]])
        if not result["ids"]:
            raise AccessError(result["messages"][0]["message"])

    def test_move_to_a_foreign_record(self):
        activity = self._schedule()
        before = self._get_state(self.theirs)
        for name, move in self._get_ways_to_move(activity, self.theirs).items():
            with self.subTest(name), self.assertRaises(AccessError):
                move()
        activity.invalidate_recordset()
        self.assertEqual(
            (activity.res_model, activity.res_id), ("crm.lead", self.lead.id)
        )
        self.assertEqual(self._get_state(self.theirs), before)

    def test_move_to_nowhere(self):
        activity = self._schedule().with_user(self.user_owner)
        with self.assertRaises(AccessError):
            activity.res_id = 2**30
        with self.assertRaisesRegex(UserError, "no.such.model"):
            activity.write({"res_model": "no.such.model", "res_id": 1})
        with self.assertRaises(AccessError):
            activity.write({"res_model_id": False, "res_id": False, "user_id": 2})
        activity.write({"res_model_id": False, "res_id": False})
        self.assertFalse(activity.res_model)
        with self.assertRaises(AccessError):
            activity.write({"res_model": "crm.lead", "res_id": self.theirs.id})

    def test_model_and_its_name_agree(self):
        """What is checked is where the next activity goes, too."""
        activity = self._schedule().with_user(self.user_owner)
        activity.write(
            {"res_model": "res.partner", "res_id": self.user_owner.partner_id.id}
        )
        self.assertEqual(activity.res_model_id.model, activity.res_model)
        activity.write({"res_model": "crm.lead", "res_id": self.lead.id})
        self.assertEqual(activity.res_model_id.model, "crm.lead")
        created = activity.create(
            {
                "res_model": "res.partner",
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": self.lead.id,
                "user_id": self.user_owner.id,
            }
        )
        self.assertEqual(created.res_model, "crm.lead")

    def test_move_to_an_own_record(self):
        for name in self._get_ways_to_move(self._schedule(), self.lead):
            activity = self._schedule()
            other = self._create_lead("Mine, too")
            with self.subTest(name):
                self._get_ways_to_move(activity, other)[name]()
                activity.invalidate_recordset()
                self.assertEqual(activity.res_id, other.id)

    def test_step_stays(self):
        other = self._create_lead("Mine, too")
        run = self._launch()
        activity = run.line_ids[0].activity_id
        for name, move in self._get_ways_to_move(activity, other).items():
            error = AccessError if name == "import" else UserError
            with self.subTest(name):
                with self.assertRaises(error) as caught:
                    move()
                self.assertIn("is a step of", str(caught.exception))
        activity.invalidate_recordset()
        self.assertEqual(activity.res_id, self.lead.id)

    def test_steps_are_merged(self):
        """The engine moves its own."""
        run = self._launch()
        other = self._create_lead("The same", partner_id=self.partner.id)
        alone = self._schedule()
        merged = (other + self.lead).with_user(self.user_owner)._merge_opportunity()
        self.assertEqual(run.res_id, merged.id)
        self.assertEqual(set(run.line_ids.activity_id.mapped("res_id")), {merged.id})
        self.assertEqual(alone.res_id, merged.id)

    def test_meeting_of_somebody_else(self):
        """The engine moves the meeting of an activity as superuser."""
        event = self.env["calendar.event"].create(
            {
                "name": "Secret",
                "privacy": "private",
                "start": "2030-03-11 09:00:00",
                "stop": "2030-03-11 10:00:00",
                "user_id": self.user_colleague.id,
                "partner_ids": [Command.set(self.user_colleague.partner_id.ids)],
            }
        )
        portal_like = self.helper
        activity = self._schedule(
            self.env["res.partner"].create({"name": "Somebody"}),
            user=self.user_system,
            user_id=portal_like.id,
        ).with_user(portal_like)
        if event.with_user(portal_like).has_access("write"):
            activity.calendar_event_id = event
            self.assertEqual(activity.calendar_event_id, event)
        else:
            with self.assertRaises(AccessError):
                activity.calendar_event_id = event
        rule = self.env["ir.rule"].create(
            {
                "name": "Nobody's",
                "model_id": self.env["ir.model"]._get_id("calendar.event"),
                "domain_force": "[('user_id', '=', user.id)]",
            }
        )
        self.assertTrue(rule)
        activity.sudo().calendar_event_id = False
        with self.assertRaises(AccessError):
            activity.calendar_event_id = event
        with self.assertRaises(AccessError):
            activity.copy({"calendar_event_id": event.id})
        activities = activity.browse().with_context(default_calendar_event_id=event.id)
        with self.assertRaises(AccessError):
            activities.create(
                {"activity_type_id": self.type_call.id, "user_id": portal_like.id}
            )
