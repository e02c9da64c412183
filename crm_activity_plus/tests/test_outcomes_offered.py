# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.mail.tools.discuss import Store

from .outcomes_common import OutcomesCase


@tagged("post_install", "-at_install")
class TestOutcomesOffered(OutcomesCase):
    """Outcomes as the client offers them, and those of a type."""

    def _get_client_data(self, activities):
        """:returns: what the web client gets, by activity"""
        data = Store().add(activities.with_user(self.user_owner)).get_result()
        return {row["id"]: row for row in data["mail.activity"]}

    def test_client_offers_outcomes(self):
        archived = self.yes.copy({"name": "Old"})
        archived.active = False
        call = self._schedule()
        todo = self._schedule(activity_type_id=self.type_todo.id)
        data = self._get_client_data(call + todo)
        offered = data[call.id]["outcomes"]
        self.assertIn(
            {"id": self.yes.id, "name": "Yes!", "code": "yes", "kind": "success"},
            offered,
        )
        self.assertNotIn(archived.id, [row["id"] for row in offered])
        todo_ids = [row["id"] for row in data[todo.id]["outcomes"]]
        self.assertIn(self.end.id, todo_ids)
        self.assertNotIn(self.yes.id, todo_ids)
        self.assertEqual(data[todo.id]["status"], "new")
        self.assertFalse(data[todo.id]["plan_step"])

    def test_client_shows_step(self):
        run = self._launch(plan=self.branching)
        activity = run.line_ids[0].activity_id
        self.assertEqual(
            self._get_client_data(activity)[activity.id]["plan_step"],
            {
                "run_id": run.id,
                "plan": "Branches",
                "name": "Call",
                "number": 1,
                "count": 5,
            },
        )

    def test_client_data_queries(self):
        """They don't grow with the activities."""
        runs = self._launch(self._create_leads(10), plan=self.branching)
        activities = runs.line_ids.activity_id
        self._get_client_data(activities)
        counts = []
        for some in (activities[:2], activities):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get_client_data(self.env["mail.activity"].browse(some.ids))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(activities), 10)
        self.assertLessEqual(counts[1], counts[0])

    def test_outcomes_of_deleted_type(self):
        """They go on to be that type's alone."""
        activity_type = self._create_type("Survey")
        outcome = self.yes.copy(
            {"name": "Filled In", "activity_type_ids": activity_type.ids}
        )
        survey = self._schedule(activity_type_id=activity_type.id)
        call = self._schedule()
        activity_type.unlink()
        self.assertTrue(activity_type.deleted)
        data = self._get_client_data(survey + call)
        self.assertIn(outcome.id, [row["id"] for row in data[survey.id]["outcomes"]])
        self.assertNotIn(outcome.id, [row["id"] for row in data[call.id]["outcomes"]])
        with self.assertRaisesRegex(
            UserError, "is not an outcome of the activity type"
        ):
            call.complete(outcome.code)
        survey.complete(outcome.code)
        self.assertEqual(survey.outcome_id, outcome)

    def test_outcomes_of_a_type(self):
        """The other side of the outcome's types."""
        self.assertEqual(self.type_call.outcome_ids & self.yes, self.yes)
        self.assertNotIn(self.end, self.type_call.outcome_ids, "of all types")
        visit = self._create_type("Visit", outcome_ids=self.yes.ids)
        self.assertEqual(self.yes.activity_type_ids, self.type_call + visit)
        visit.with_user(self.user_system).write(
            {
                "outcome_ids": [
                    Command.create({"name": "Seen"}),
                    Command.link(self.no.id),
                ]
            }
        )
        seen = visit.outcome_ids.filtered(lambda outcome: outcome.name == "Seen")
        self.assertEqual(seen.activity_type_ids, visit)
        self.assertEqual(visit.copy().outcome_ids, visit.outcome_ids)
        with self.assertRaises(AccessError):
            visit.with_user(self.user_manager).outcome_ids = self.no
        self.no.with_user(self.user_manager).activity_type_ids = visit
        self.assertIn(self.no, visit.outcome_ids)
        self.assertNotIn(self.no, self.type_call.outcome_ids)
        names = visit.with_user(self.user_owner).outcome_ids.mapped("name")
        self.assertIn("Seen", names)

    def test_outcomes_of_a_type_on_its_form(self):
        form = Form(self.type_call.with_user(self.user_system))
        form.outcome_ids.add(self.end)
        form.save()
        self.assertEqual(self.end.activity_type_ids, self.type_call)

    def test_unused_type_whose_outcomes_are_its_own(self):
        """They don't become outcomes of all types."""
        visit, other = self._create_type("Visit"), self._create_type("Other")
        seen = self.yes.copy({"name": "Seen", "activity_type_ids": visit.ids})
        shared = self.yes.copy({"activity_type_ids": (other + self.type_call).ids})
        (visit + other).unlink()
        self.assertTrue(visit.deleted)
        self.assertFalse(other.exists())
        self.assertFalse(seen._is_applicable(self.type_call))
        self.assertEqual(shared.activity_type_ids, self.type_call)

    def test_outcomes_of_a_type_of_an_addon_that_goes(self):
        """Its activities become to-dos, and so do they."""
        visit = self._create_type("Visit")
        seen = self.yes.copy({"name": "Seen", "activity_type_ids": visit.ids})
        self.yes.activity_type_ids += visit
        group = self.env["res.groups"].create({"name": "Nobody here"})
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
            }
        )
        plan = self._create_plan(
            "Visits",
            self._step(visit, "Visit", code="visit"),
            self._step(
                visit,
                "Seen",
                after_codes="visit",
                after_outcome_ids=[Command.set((seen + self.yes).ids)],
                action_type="server_action",
                server_action_id=action.id,
            ),
        )
        action.group_ids = group
        with patch.object(self.registry, "ready", False):
            visit.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.assertFalse(visit.exists())
        self.assertEqual(seen.activity_type_ids, self.type_todo)
        self.assertEqual(self.yes.activity_type_ids, self.type_call + self.type_todo)
        self.assertEqual(plan.template_ids.activity_type_id, self.type_todo)
