# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

TEMPLATE = "mail.activity.plan.template"
ASSIGNER = "odoo.addons.crm_activity_plus.engine.assignment"


@tagged("post_install", "-at_install")
class TestAddedValues(CrmActivityPlusCommon):
    """What another addon adds to steps of Odoo's plans and to activities reaches the
    activities of a run: at the launch, and when a step's turn comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crew = cls.env["test.activity.crew"].create({"name": "Night shift"})
        cls.skills = cls.env["res.partner.category"].create(
            [{"name": "Climbing"}, {"name": "Welding"}]
        )
        cls.document = cls._create_document("Bridge")

    @classmethod
    def _create_document(cls, name, **values):
        return cls.env["test.activity.document"].create(
            {"name": name, "keeper_id": cls.user_owner.id, **values}
        )

    @classmethod
    def _create_document_plan(cls, *steps, **values):
        return cls._create_plan(
            "Inspection", *steps, res_model="test.activity.document", **values
        )

    def _create_chain(self, **values):
        """:returns: a plan of two steps with the same values, one after the other"""
        plan = self._create_document_plan(
            self._step(self.type_todo, "First", code="first", **values),
            self._step(self.type_call, "Then", code="then", **values),
        )
        first, then = plan.template_ids
        then.after_ids = first
        return plan

    def _get_activity(self, run, code):
        return run.line_ids.filtered(lambda line: line.code == code).activity_id

    def _let_somebody_begin(self, plan):
        """Where nobody can begin, no plan is launched."""
        step = self._step(self.type_todo, "Look", code="look")
        plan.template_ids = [Command.create(step)]

    def _launch_chain(self, **values):
        return self._launch(self.document, self._create_chain(**values))

    def test_graph(self):
        plan = self._create_chain(
            responsible_type="crew",
            crew_id=self.crew.id,
            skill_ids=[Command.set(self.skills.ids)],
            delay_unit="quarters",
            delay_count=1,
            is_billable=False,
        )
        graph = plan.get_graph()
        self.assertEqual(plan.apply_graph(graph), graph)
        first, then = graph["steps"]
        self.assertEqual(first["crew_id"], self.crew.id)
        self.assertEqual(first["skill_ids"], self.skills.ids)
        first |= {"crew_id": False, "skill_ids": [], "activity_urgency": "high"}
        then |= {"delay_count": 2, "is_billable": True}
        request = {"res_ids": self.document.ids, "plan_date": "2026-03-10"}
        previewed = plan.preview(**request, graph=graph)
        plan.apply_graph(graph)
        self.assertEqual(plan.preview(**request), previewed)
        self.assertRecordValues(
            plan.template_ids,
            [
                {"crew_id": False, "skill_ids": [], "is_billable": False},
                {
                    "crew_id": self.crew.id,
                    "skill_ids": self.skills.ids,
                    "is_billable": True,
                },
            ],
        )
        self.assertEqual(plan.template_ids[0].activity_urgency, "high")

    # Roles

    def test_role_without_a_user_leaves_it_to_nobody(self):
        run = self._launch_chain(responsible_type="crew", crew_id=self.crew.id)
        first = self._get_activity(run, "first")
        self.assertRecordValues(first, [{"user_id": False, "crew_id": self.crew.id}])
        first.action_done()
        then = self._get_activity(run, "then")
        self.assertRecordValues(then, [{"user_id": False, "crew_id": self.crew.id}])
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self.assertLedgerTellsState(run)

    def test_role_is_asked_again_when_the_turn_comes(self):
        run = self._launch_chain(responsible_type="keeper")
        self.assertEqual(self._get_activity(run, "first").user_id, self.user_owner)
        self.document.keeper_id = self.user_colleague
        self._get_activity(run, "first").action_done()
        self.assertEqual(self._get_activity(run, "then").user_id, self.user_colleague)

    def test_step_of_a_role_with_an_error_fails_alone(self):
        plan = self._create_chain(responsible_type="keeper")
        unkept = self._create_document("Tunnel", keeper_id=False)
        self.assertFalse(self._launch(unkept, plan))
        self._let_somebody_begin(plan)
        runs = self._launch(self.document | unkept, plan)
        first = runs.line_ids.filtered(lambda line: line.code == "first")
        self.assertEqual(first.mapped("state"), ["scheduled", "failed"])
        self.assertEqual(first[1].reason, "Nobody keeps it.")
        self.document.keeper_id = False
        first[0].activity_id.action_done()
        then = runs[0].line_ids[1]
        self.assertRecordValues(then, [{"state": "failed", "reason": first[1].reason}])

    def test_role_that_finds_somebody_who_left(self):
        self.user_colleague.active = False
        self.document.keeper_id = self.user_colleague
        plan = self._create_chain(responsible_type="keeper")
        self._let_somebody_begin(plan)
        run = self._launch(self.document, plan)
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("archived", run.line_ids[0].reason)

    def test_role_that_breaks_on_a_record(self):
        """Whatever another addon does there: the other records are launched on."""
        plan = self._create_chain(responsible_type="keeper")
        self._let_somebody_begin(plan)
        others = self._create_document("Tunnel")
        broken = self.document
        asked = type(self.env[TEMPLATE])._determine_responsible

        def determine(template, responsible, record):
            if record == broken:
                raise KeyError("keeper")
            return asked(template, responsible, record)

        with (
            patch.object(type(self.env[TEMPLATE]), "_determine_responsible", determine),
            mute_logger(ASSIGNER),
        ):
            runs = self._launch(broken | others, plan)
            states = [run.line_ids[0].state for run in runs]
            self.assertEqual(states, ["failed", "scheduled"])
            broken = others
            runs[1].line_ids[0].activity_id.action_done()
        self.assertEqual(runs[1].line_ids[:2].mapped("state"), ["done", "failed"])

    def test_role_that_answers_nothing(self):
        plan = self._create_chain(responsible_type="keeper")
        with patch.object(
            type(self.env[TEMPLATE]), "_determine_responsible", lambda *_args: None
        ):
            run = self._launch(self.document, plan)
        self.assertEqual(run.line_ids[0].state, "scheduled")
        self.assertFalse(run.line_ids[0].activity_id.user_id)

    def test_role_of_an_addon_that_was_uninstalled(self):
        run = self._launch_chain(responsible_type="keeper")
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line SET responsible_type = 'gone'"
            " WHERE run_id = %s",
            [run.id],
        )
        run.line_ids.invalidate_recordset()
        self.document.keeper_id = False
        self._get_activity(run, "first").action_done()
        self.assertEqual(self._get_activity(run, "then").user_id, self.user_owner)

    def test_step_that_does_itself_needs_somebody(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Log",
                "model_id": self.env["ir.model"]._get_id("test.activity.document"),
                "state": "code",
                "code": "pass",
            }
        )
        plan = self._create_chain(
            responsible_type="crew",
            crew_id=self.crew.id,
            action_type="server_action",
            server_action_id=action.id,
        )
        self._let_somebody_begin(plan)
        run = self._launch(self.document, plan)
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn("Crew", run.line_ids[0].reason)

    def test_person_chosen_at_the_launch_gets_it(self):
        plan = self._create_chain(responsible_type="crew", crew_id=self.crew.id)
        chosen = {"user_id": self.user_colleague.id}
        run = self._launch(
            self.document,
            plan,
            overrides={self.document.id: {"first": chosen, "then": chosen}},
        )
        first = self._get_activity(run, "first")
        self.assertEqual(first.user_id, self.user_colleague)
        first.action_done()
        self.assertEqual(self._get_activity(run, "then").user_id, self.user_colleague)

    def test_step_follows_an_activity_that_is_given_to_nobody(self):
        run = self._launch_chain(responsible_type="keeper", crew_id=self.crew.id)
        self.assertFalse(self._get_activity(run, "first").user_id)
        self.assertFalse(run.line_ids[0].user_id)

    def test_step_after_nobodys_goes_to_who_did_that(self):
        plan = self._create_chain(responsible_type="crew", crew_id=self.crew.id)
        plan.template_ids[1].write({"responsible_type": "previous", "crew_id": False})
        run = self._launch(self.document, plan)
        first = self._get_activity(run, "first")
        first.with_user(self.user_colleague).action_done()
        self.assertEqual(self._get_activity(run, "then").user_id, self.user_colleague)

    def test_nobody_is_no_problem_of_a_preview(self):
        plan = self._create_chain(responsible_type="crew", crew_id=self.crew.id)
        preview = plan.with_user(self.user_owner).preview(self.document.ids)
        for line in preview["records"][0]["lines"]:
            self.assertFalse(line["user_id"])
            self.assertFalse(line["skip_reason"])

    def test_preview_of_what_follows_asks_the_role(self):
        run = self._launch_chain(responsible_type="keeper")
        self.document.keeper_id = self.user_colleague
        first = self._get_activity(run, "first").with_user(self.user_owner)
        [row] = [row for row in first.preview_complete() if not row["outcome_id"]]
        self.assertEqual(row["steps"][0]["user_id"], self.user_colleague.id)

    def test_note_of_the_launch_says_unassigned(self):
        self._launch_chain(responsible_type="crew", crew_id=self.crew.id)
        note = self.document.message_ids[0].body
        self.assertIn("First, unassigned, due on the", note)
        self.assertNotIn("False", note)

    # Fields

    def test_fields_reach_the_activities(self):
        values = {
            "activity_urgency": "high",
            "is_billable": False,
            "skill_ids": [Command.set(self.skills.ids)],
        }
        expected = [
            {"urgency": "high", "is_billable": False, "skill_ids": self.skills.ids}
        ]
        run = self._launch_chain(**values)
        first = self._get_activity(run, "first")
        self.assertRecordValues(first, expected)
        # The plan may change: a run keeps what it was launched with.
        run.plan_id.template_ids.write(
            {"activity_urgency": "low", "is_billable": True, "skill_ids": False}
        )
        run.plan_id.template_ids[1].unlink()
        first.action_done()
        self.assertRecordValues(self._get_activity(run, "then"), expected)

    def test_field_that_says_nothing_leaves_the_default(self):
        run = self._launch_chain()
        first = self._get_activity(run, "first")
        self.assertRecordValues(
            first, [{"urgency": "low", "is_billable": True, "crew_id": False}]
        )

    def test_default_that_an_administrator_has_saved(self):
        """The field may be required. What people saved for themselves is no reason for
        what the engine does."""
        defaults = self.env["ir.default"]
        defaults.set("mail.activity", "urgency", "high")
        own = defaults.with_user(self.user_owner)
        own.set("mail.activity", "urgency", "low", user_id=True)
        run = self._launch_chain(responsible_type="keeper")
        self._get_activity(run, "first").action_done()
        for code in ("first", "then"):
            self.assertEqual(self._get_activity(run, code).urgency, "high")

    def test_what_was_deleted_since_is_left_out(self):
        run = self._launch_chain(
            responsible_type="keeper", skill_ids=[Command.set(self.skills.ids)]
        )
        self.skills[0].unlink()
        self._get_activity(run, "first").action_done()
        then = self._get_activity(run, "then")
        self.assertEqual(then.skill_ids, self.skills[1])

    def test_role_whose_record_was_deleted_since(self):
        run = self._launch_chain(responsible_type="crew", crew_id=self.crew.id)
        run.plan_id.template_ids.crew_id = False
        first = self._get_activity(run, "first")
        first.crew_id = False
        self.crew.unlink()
        first.action_done()
        self.assertRecordValues(
            run.line_ids[1], [{"state": "failed", "reason": "Choose a crew."}]
        )

    def _create_retry(self):
        return self.env["mail.activity.outcome"].create(
            {
                "name": "Rain",
                "code": "rain",
                "effect": "retry",
                "retry_delay_count": 1,
                "retry_delay_unit": "days",
            }
        )

    def test_another_attempt_outside_of_a_plan(self):
        activity = self.document.activity_schedule(
            activity_type_id=self.type_todo.id,
            crew_id=self.crew.id,
            is_billable=False,
            skill_ids=[Command.set(self.skills.ids)],
            user_id=self.user_owner.id,
        )
        self._create_retry()
        created = activity.complete("rain")
        self.assertRecordValues(
            self.env["mail.activity"].browse(created),
            [
                {
                    "attempt": 2,
                    "crew_id": self.crew.id,
                    "is_billable": False,
                    "skill_ids": self.skills.ids,
                    "user_id": False,
                }
            ],
        )

    def test_another_attempt_has_what_was_changed(self):
        outcome = self._create_retry()
        run = self._launch_chain(activity_urgency="low", is_billable=True)
        first = self._get_activity(run, "first")
        first.write({"urgency": "high", "is_billable": False})
        first.complete(outcome.code)
        again = self._get_activity(run, "first")
        self.assertNotEqual(again, first)
        self.assertRecordValues(again, [{"urgency": "high", "is_billable": False}])

    # Hooks

    def test_values_of_activity_schedule(self):
        run = self._launch_chain(activity_urgency="high")
        first = self._get_activity(run, "first")
        self.assertRecordValues(first, [{"origin": "Bridge", "urgency": "high"}])
        first.action_done()
        self.assertEqual(self._get_activity(run, "then").origin, "Bridge")
        self.assertEqual(len(self.document.activity_ids), 1)

    def test_nobody_stays_nobody_where_the_type_has_a_default_user(self):
        self.type_todo.default_user_id = self.user_manager
        run = self._launch_chain(responsible_type="crew", crew_id=self.crew.id)
        self.assertFalse(self._get_activity(run, "first").user_id)

    def test_delay_that_another_addon_knows(self):
        plan = self._create_chain(delay_count=2, delay_unit="quarters")
        plan.template_ids[1].delay_from = "after_previous_done"
        run = self._launch(self.document, plan, plan_date="2026-01-15")
        first = self._get_activity(run, "first")
        self.assertEqual(str(first.date_deadline), "2026-07-15")
        with self.mock_datetime_and_now("2026-08-01 10:00:00"):
            first.action_done()
        self.assertEqual(str(run.line_ids[1].date_deadline), "2027-02-01")

    def test_delay_that_another_addon_knows_keeps_off_days_off(self):
        plan = self._create_chain(delay_count=1, delay_unit="quarters")
        plan.deadline_policy = "working_days"
        run = self._launch(self.document, plan, plan_date="2026-01-25")
        # Three months later is a Saturday.
        self.assertEqual(str(run.line_ids[0].date_deadline), "2026-04-27")

    def test_steps_that_another_addon_keeps_out_of_the_popup(self):
        plan = self._create_chain()
        plan.template_ids[0].is_for_programs = True
        popup = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(
                active_model=self.document._name,
                active_ids=self.document.ids,
                plan_mode=True,
            )
        )
        preview = popup.preview_launch(plan.id, self.document.ids)
        states = [step["state"] for step in preview["records"][0]["steps"]]
        self.assertEqual(states, ["skipped", "waiting"])
        with Form(popup) as form:
            form.plan_id = plan
        form.record.action_schedule_plan()
        run = self.env["mail.activity.plan.run"].search([("plan_id", "=", plan.id)])
        self.assertEqual(run.line_ids.mapped("state"), ["skipped", "scheduled"])
        # A program launches all of it.
        other = self._create_document("Tunnel")
        run = self._launch(other, plan)
        self.assertEqual(run.line_ids.mapped("state"), ["scheduled", "waiting"])

    def test_cost_does_not_grow(self):
        plan = self._create_chain(
            crew_id=self.crew.id, skill_ids=[Command.set(self.skills.ids)]
        )
        documents = self.env["test.activity.document"].union(
            *(self._create_document(f"Bridge {number}") for number in range(22))
        )
        self._launch(documents[:1], plan)
        counts = []
        for some in (documents[1:3], documents[3:]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._launch(some, plan)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5)
