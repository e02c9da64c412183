# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .doors_common import DoorsCase


@tagged("post_install", "-at_install")
class TestBareRecord(DoorsCase):
    """A plan on records that know of no person, company or customer."""

    def _create_note(self):
        return self.env["test.activity.note"].create({"text": "Remember"})

    def test_from_the_launch_to_the_end(self):
        plan = self._create_chain(
            self._step(self.type_todo, "One"),
            self._step(self.type_meeting, "Two", action_type="meeting", duration=1),
            self._step(self.type_call, "Three", responsible_type="previous"),
            res_model="test.activity.note",
        )
        note = self._create_note()
        run = self._launch(note, plan, responsible_id=self.user_owner.id)
        self.assertRecordValues(
            run,
            [{"partner_id": False, "company_id": False, "res_name": "Remember"}],
        )
        run.line_ids[0].activity_id.with_user(self.user_owner).complete()
        self.assertEqual(run.line_ids[1].state, "scheduled")
        run.line_ids[1]._run_actions()
        self.assertTrue(run.line_ids[1].calendar_event_id)
        run.line_ids[2].activity_id.complete()
        self.assertEqual(run.line_ids.mapped("state"), ["done"] * 3)
        self.assertEqual(run.state, "done")
        self.assertLedgerTellsState(run)

    def test_roles_that_it_does_not_have(self):
        for role in ("salesperson", "team_leader", "round_robin"):
            with self.subTest(role):
                plan = self._create_plan(
                    role,
                    self._step(self.type_todo, "One", responsible_type=role),
                    self._step(self.type_todo, "Two", responsible_type="creator"),
                    res_model="test.activity.note",
                )
                run = self._launch(self._create_note(), plan)
                one, two = run.line_ids
                self.assertEqual(one.state, "failed")
                self.assertTrue(one.reason)
                self.assertEqual(two.state, "scheduled")

    def test_email(self):
        template = self.env["mail.template"].create(
            {
                "name": "Note",
                "model_id": self.env["ir.model"]._get_id("test.activity.note"),
                "subject": "About the note",
                "email_to": "somebody@test.example.com",
                "use_default_to": False,
            }
        )
        plan = self._create_plan(
            "Write",
            self._step(
                self.type_email,
                "Write",
                action_type="email",
                mail_template_id=template.id,
            ),
            res_model="test.activity.note",
        )
        run = self._launch(self._create_note(), plan)
        run.line_ids._run_actions()
        self.assertEqual(run.line_ids.state, "done")
        note = self.env["test.activity.note"].browse(run.res_id)
        self.assertIn("About the note", note.message_ids.mapped("subject"))

    def test_ends(self):
        plan = self._create_plan(
            "Ends",
            self._step(self.type_todo, "One"),
            res_model="test.activity.note",
        )
        notes = self._create_note() + self._create_note()
        runs = self._launch(notes, plan)
        runs[0].action_stop(note="Enough")
        notes[1].unlink()
        self.assertEqual(runs.mapped("stop_reason"), ["manual", "record_deleted"])
        self.assertNothingOpen(runs)
        runs[0].action_restart()
        runs[0].action_pause()
        runs[0].action_resume()
        self.assertEqual(runs[0].state, "running")
        self.assertLedgerTellsState(runs[0])
