# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon


class DoorsCase(CrmActivityPlusCommon):
    """What another addon adds to runs, and how it hears of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document("Bridge")
        cls.runs = cls.env["mail.activity.plan.run"]
        cls.lines = cls.env["mail.activity.plan.run.line"]

    @classmethod
    def _create_document(cls, name, **values):
        return cls.env["test.activity.document"].create(
            {"name": name, "keeper_id": cls.user_owner.id, **values}
        )

    @classmethod
    def _create_chain(cls, *steps, **values):
        """:returns: a plan of steps, each after the one before"""
        plan = cls._create_plan("Chain", *steps, **values)
        for step, following in zip(
            plan.template_ids, plan.template_ids[1:], strict=False
        ):
            following.after_ids = step
        return plan

    @classmethod
    def _create_approval_plan(cls, **values):
        return cls._create_chain(
            cls._step(
                cls.type_todo,
                "Approve",
                code="approve",
                action_type="approval",
                responsible_type="keeper",
                **values,
            ),
            cls._step(cls.type_call, "Tell", code="tell", responsible_type="keeper"),
            res_model="test.activity.document",
        )

    def _get_approvals(self, runs):
        approvals = self.env["test.activity.approval"]
        return approvals.search([("line_id.run_id", "in", runs.ids)])

    def _create_outcome(self, name, **values):
        return self.env["mail.activity.outcome"].create(
            {"name": name, "code": name.lower(), **values}
        )


@tagged("post_install", "-at_install")
class TestKindOfStep(DoorsCase):
    """A step that another addon does, and that finishes later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_approval_plan()

    def _run_due(self, runs):
        """Do what is due of some runs, as the scheduled action does."""
        domain = [*self.lines._get_due_domain(), ("run_id", "in", runs.ids)]
        self.lines.search(domain)._run_actions()

    def _launch_pending(self, records=None):
        """:returns: a run of each document, and the approval that it waits for"""
        runs = self._launch(records or self.document, plan_date="2026-03-02")
        self._run_due(runs)
        return runs, self._get_approvals(runs)

    def assertStates(self, run, *states):
        self.assertEqual(run.line_ids.mapped("state"), list(states))
        self.assertLedgerTellsState(run)

    def test_it_stays_scheduled_until_it_is_finished(self):
        run, approval = self._launch_pending()
        self.assertStates(run, "scheduled", "waiting")
        self.assertTrue(run.line_ids[0].date_started)
        approval._answer(reason="Looks fine")
        self.assertStates(run, "done", "scheduled")
        self.assertEqual(run.line_ids[0].reason, "Looks fine")
        self.assertTrue(run.line_ids[1].activity_id)
        run.line_ids[1].activity_id.complete()
        self.assertEqual(run.state, "done")

    def test_it_is_begun_once(self):
        run, approval = self._launch_pending()
        for _call in range(2):
            self._run_due(run)
            run.line_ids[0]._run_actions()
        self.assertEqual(self._get_approvals(run), approval)
        self.assertStates(run, "scheduled", "waiting")

    def test_finished_twice(self):
        run, approval = self._launch_pending()
        approval._answer()
        activity = run.line_ids[1].activity_id
        rows = self._get_logs([("run_id", "=", run.id)])
        approval._answer()
        approval._refuse("Too late")
        self.assertStates(run, "done", "scheduled")
        self.assertEqual(run.line_ids[1].activity_id, activity)
        self.assertEqual(self._get_logs([("run_id", "=", run.id)]), rows)

    def test_several_at_once(self):
        documents = self.document + self._create_document("Tunnel")
        runs, approvals = self._launch_pending(documents)
        self.assertEqual(len(approvals), 2)
        approvals._answer()
        for run in runs:
            self.assertStates(run, "done", "scheduled")

    def test_it_fails(self):
        run, approval = self._launch_pending()
        approval._refuse("It is too dear.")
        self.assertStates(run, "failed", "scheduled")
        self.assertEqual(run.line_ids[0].reason, "It is too dear.")
        # Whoever was to do it is told.
        message = self.env["mail.message"].search(
            [
                ("model", "=", "test.activity.document"),
                ("res_id", "=", self.document.id),
                ("subject", "ilike", "failed"),
            ]
        )
        self.assertEqual(message.notified_partner_ids, self.user_owner.partner_id)

    def test_it_fails_without_a_word(self):
        run, approval = self._launch_pending()
        approval._refuse()
        self.assertStates(run, "failed", "scheduled")
        self.assertTrue(run.line_ids[0].reason)

    def test_it_cannot_begin(self):
        nobody = self._create_document("nobody's")
        runs, approvals = self._launch_pending(self.document + nobody)
        self.assertEqual(approvals.line_id.run_id, runs[0])
        self.assertStates(runs[0], "scheduled", "waiting")
        self.assertStates(runs[1], "failed", "scheduled")
        self.assertIn("Nobody can approve", runs[1].line_ids[0].reason)

    def test_it_is_finished_as_it_begins(self):
        run, _approval = self._launch_pending(self._create_document("done at once"))
        self.assertStates(run, "done", "scheduled")
        self.assertFalse(run.line_ids[0].date_started)

    # Outcomes

    def test_outcome(self):
        """By its code, its id, or itself."""
        outcome = self._create_outcome("Signed")
        self.plan.template_ids[1].after_outcome_ids = outcome
        for named in (outcome, outcome.id, outcome.code):
            with self.subTest(named=named):
                run, approval = self._launch_pending(self._create_document("One"))
                approval._answer(named)
                self.assertStates(run, "done", "scheduled")
                self.assertEqual(run.line_ids[0].outcome_id, outcome)
        run, approval = self._launch_pending(self._create_document("Other"))
        approval._answer()
        self.assertStates(run, "done", "skipped")

    def test_outcome_that_there_is_not(self):
        self._create_outcome(
            "Elsewhere", activity_type_ids=[Command.set(self.type_email.ids)]
        )
        run, approval = self._launch_pending()
        for outcome in ("nonsense", "elsewhere", 2**30, "\x00"):
            with self.subTest(outcome=outcome), self.assertRaises(UserError):
                approval._answer(outcome)
        self.assertStates(run, "scheduled", "waiting")

    def test_outcome_that_tries_it_again(self):
        outcome = self._create_outcome("Later", effect="retry", max_attempts=2)
        run, approval = self._launch_pending()
        line = run.line_ids[0]
        approval._answer(outcome)
        self.assertStates(run, "scheduled", "waiting")
        self.assertEqual((line.attempt, line.date_started), (2, False))
        self.assertGreater(line.date_deadline, run.plan_date)
        line.date_due = "2026-03-02 00:00:00"
        self._run_due(run)
        again = self._get_approvals(run) - approval
        self.assertEqual(len(again), 1)
        again._answer(outcome)
        self.assertStates(run, "done", "scheduled")

    def test_outcome_that_stops_the_plan(self):
        outcome = self._create_outcome("Never", effect="stop")
        run, approval = self._launch_pending()
        approval._answer(outcome)
        self.assertStates(run, "done", "cancelled")
        self.assertEqual((run.state, run.stop_reason), ("stopped", "outcome"))
        self.assertNothingOpen(run)

    # Stopped and paused runs

    def test_stopped_run(self):
        run, approval = self._launch_pending()
        run.action_stop()
        approval._answer()
        self.assertStates(run, "cancelled", "cancelled")
        self.assertEqual(run.state, "stopped")

    def test_paused_run(self):
        """It goes on once it is resumed."""
        run, approval = self._launch_pending()
        run.action_pause()
        self._run_due(run)
        approval._answer()
        self.assertStates(run, "done", "waiting")
        run.action_resume()
        self.assertStates(run, "done", "scheduled")
        self.assertTrue(run.line_ids[1].activity_id.active)

    def test_paused_run_that_is_not_finished(self):
        run, approval = self._launch_pending()
        run.action_pause()
        run.action_resume()
        self._run_due(run)
        self.assertEqual(self._get_approvals(run), approval)
        approval._answer()
        self.assertStates(run, "done", "scheduled")

    def test_restarted_run(self):
        """What the first one waits for says nothing to the second."""
        run, approval = self._launch_pending()
        run.action_restart()
        self.assertStates(run, "scheduled", "waiting")
        self.assertFalse(run.line_ids[0].date_started)
        run.line_ids[0].date_due = "2026-03-02 00:00:00"
        self._run_due(run)
        self.assertEqual(len(self._get_approvals(run)), 2)

    def test_skipped_and_put_off(self):
        run, approval = self._launch_pending()
        run.line_ids[0].action_snooze("2050-01-01")
        self._run_due(run)
        self.assertEqual(self._get_approvals(run), approval)
        run.line_ids[0].action_skip()
        approval._answer()
        self.assertStates(run, "skipped", "scheduled")

    def test_deleted_record(self):
        run, approval = self._launch_pending()
        self.document.unlink()
        approval._answer()
        self.assertEqual(run.stop_reason, "record_deleted")
        self.assertNothingOpen(run)

    # The addon is gone

    def _forget_kind(self, lines):
        """As after its addon was uninstalled."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE mail_activity_plan_run_line SET action_type = 'telepathy'"
            " WHERE id = ANY(%s)",
            [lines.ids],
        )
        self.env.invalidate_all()

    def test_kind_that_is_not_there(self):
        run = self._launch(self.document, plan_date="2026-03-02")
        self._forget_kind(run.line_ids[0])
        self._run_due(run)
        self.assertStates(run, "failed", "scheduled")
        self.assertIn("is not available", run.line_ids[0].reason)

    def test_kind_that_is_not_there_when_its_turn_comes(self):
        run, approval = self._launch_pending()
        self._forget_kind(run.line_ids[1])
        approval._answer()
        self._run_due(run)
        self.assertStates(run, "done", "failed")
        self.assertEqual(run.state, "done")

    def test_pending_step_of_a_kind_that_is_not_there(self):
        """Nobody would ever finish it."""
        run, _approval = self._launch_pending()
        self._forget_kind(run.line_ids[0])
        run._check_exits()
        self.assertStates(run, "failed", "scheduled")

    def test_kinds_are_no_way_to_call_methods(self):
        """Nobody can write a kind that there isn't."""
        with self.assertRaises(ValidationError):
            self.plan.template_ids[0].action_type = "telepathy"


@tagged("post_install", "-at_install")
class TestExit(DoorsCase):
    """What another addon says that a plan stops for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan(
            "Inspection",
            cls._step(cls.type_todo, "Look", responsible_type="keeper"),
            res_model="test.activity.document",
            exit_on_dissolved=True,
        )

    def test_exit(self):
        run = self._launch(self.document)
        self.assertTrue(run.exit_on_dissolved)
        other = self._launch(self._create_document("Tunnel"))
        self.document.is_dissolved = True
        self.assertRecordValues(
            run,
            [{"state": "stopped", "stop_reason": "dissolved", "stop_note": "At last"}],
        )
        self.assertNothingOpen(run)
        self.assertEqual(other.state, "running")
        self.assertLedgerTellsState(run + other)
        self.assertIn("It was dissolved: At last", self.document.message_ids[0].body)

    def test_run_keeps_what_was_launched(self):
        run = self._launch(self.document)
        self.plan.exit_on_dissolved = False
        later = self._launch(self._create_document("Tunnel"))
        (run + later).mapped("display_name")
        documents = self.env["test.activity.document"].browse(
            (run + later).mapped("res_id")
        )
        documents.is_dissolved = True
        self.assertEqual((run + later).mapped("state"), ["stopped", "running"])

    def test_exit_that_is_not_chosen(self):
        self.plan.exit_on_dissolved = False
        run = self._launch(self.document)
        self.document.is_dissolved = True
        self.assertEqual(run.state, "running")
        self.assertEqual(run.line_ids.activity_id.status, "new")

    def test_paused_run_and_run_that_is_over(self):
        paused = self._launch(self.document)
        paused.action_pause()
        over = self._launch(self._create_document("Tunnel"))
        over.action_stop()
        documents = (paused + over).mapped("res_id")
        self.env["test.activity.document"].browse(documents).is_dissolved = True
        self.assertEqual((paused + over).mapped("stop_reason"), ["dissolved", "manual"])
        self.assertNothingOpen(paused)

    def test_exit_of_somebody_without_rights(self):
        """What happened has happened, whoever made it happen."""
        run = self._launch(self.document)
        runs = self.runs.with_user(self.user_colleague).with_context(
            default_state="running", active_test=False
        )
        runs._exit(self.document.with_user(self.user_colleague), "dissolved")
        self.assertEqual(run.state, "stopped")

    def test_exit_is_called_by_code_only(self):
        runs = self.runs.with_user(self.user_system)
        for name in ("_exit", "_find_exiting"):
            with self.subTest(name), self.assertRaises(AccessError):
                get_public_method(runs, name)
        with self.assertRaises(ValueError):
            self.runs._exit(self.document, "nonsense")

    def test_exits_are_copied_with_the_plan(self):
        self.assertTrue(self.plan.copy().exit_on_dissolved)


@tagged("post_install", "-at_install")
class TestEvents(DoorsCase):
    """Other addons hear of what runs do: once for all of it, when it is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_chain(
            cls._step(cls.type_todo, "One", code="one", responsible_type="keeper"),
            cls._step(cls.type_call, "Two", code="two", responsible_type="keeper"),
            res_model="test.activity.document",
        )
        cls.documents = cls.document + cls._create_document("Tunnel")

    @contextmanager
    def _recorded(self, react=None):
        """:returns: a list of what happens meanwhile: the hook and its records"""
        events = []
        for model, name in (
            (self.lines, "_on_step_closed"),
            (self.runs, "_on_run_ended"),
            (self.runs, "_on_launched"),
        ):

            def record(_model, records, name=name):
                events.append((name, records))
                # As anybody else sees it.
                self.env.flush_all()
                if react:
                    react(name, records)

            self.startPatcher(patch.object(type(model), name, record))
        yield events

    def test_launch(self):
        with self._recorded() as events:
            runs = self._launch(self.documents)
        self.assertEqual(events, [("_on_launched", runs)])

    def test_launch_sees_the_steps(self):
        seen = []
        with self._recorded(lambda _name, runs: seen.extend(runs.line_ids.activity_id)):
            runs = self._launch(self.documents)
        self.assertEqual(len(seen), 2)
        self.assertEqual(set(seen), set(runs.line_ids.activity_id))

    def test_launch_that_skips_everything(self):
        self._launch(self.document)
        with self._recorded() as events:
            self.assertFalse(self._launch(self.document))
        self.assertFalse(events)

    def test_steps(self):
        runs = self._launch(self.documents)
        with self._recorded() as events:
            runs.line_ids.activity_id.action_done()
        first = runs.line_ids.filtered(lambda line: line.code == "one")
        self.assertEqual(events, [("_on_step_closed", first)])
        with self._recorded() as events:
            runs.line_ids.activity_id.filtered("active").complete()
        second = runs.line_ids - first
        self.assertEqual(events, [("_on_step_closed", second), ("_on_run_ended", runs)])

    def test_different_ends_are_told_at_once(self):
        outcome = self._create_outcome("Enough", effect="stop")
        runs = self._launch(self.documents)
        activities = runs.line_ids.activity_id
        activities[0].outcome_id = outcome
        with self._recorded() as events:
            activities.action_done()
        self.assertEqual(
            [name for name, _r in events], ["_on_step_closed", "_on_run_ended"]
        )
        closed, ended = events[0][1], events[1][1]
        self.assertEqual(closed, runs[0].line_ids + runs[1].line_ids[0])
        self.assertEqual(ended, runs[0])

    def test_stop(self):
        runs = self._launch(self.documents)
        seen = []
        with self._recorded(
            lambda _name, records: seen.append(runs.mapped("state"))
        ) as events:
            runs.action_stop()
        self.assertEqual(
            events, [("_on_step_closed", runs.line_ids), ("_on_run_ended", runs)]
        )
        self.assertEqual(seen, [["stopped", "stopped"]] * 2)
        with self._recorded() as events:
            runs.action_stop()
        self.assertFalse(events)

    def test_retry_closes_nothing(self):
        outcome = self._create_outcome("Again", effect="retry")
        run = self._launch(self.document)
        with self._recorded() as events:
            run.line_ids.activity_id.complete(outcome.id)
        self.assertFalse(events)

    def test_hook_that_moves_the_runs(self):
        """It finds them where they are, and may go on."""
        runs = self._launch(self.documents)

        def react(name, lines):
            if name == "_on_step_closed" and "one" in lines.mapped("code"):
                self.assertEqual(
                    lines.followed_by_ids.mapped("state"), ["scheduled"] * 2
                )
                lines.followed_by_ids.action_skip()

        with self._recorded(react) as events:
            runs.line_ids.activity_id.complete()
        self.assertEqual(
            [name for name, _records in events],
            ["_on_step_closed", "_on_step_closed", "_on_run_ended"],
        )
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        self.assertLedgerTellsState(runs)

    @mute_logger("odoo.addons.crm_activity_plus.models.steps")
    def test_hook_that_fails_spoils_no_batch(self):
        """The scheduled action goes on with the others."""
        plan = self._create_approval_plan()
        bad = self._create_document("Done at once")
        documents = self.documents + bad
        documents[:2].write({"name": "this at once"})
        bad.name = "that at once"
        runs = self._launch(documents, plan, plan_date="2026-03-02")

        def react(name, records):
            if runs[2] in records.run_id:
                raise UserError(self.env._("Not this one"))

        logger = "odoo.addons.crm_activity_plus"
        with self._recorded(react), mute_logger(f"{logger}.engine.transitions"):
            runs.line_ids.filtered("date_due")._run_actions()
        self.assertEqual(
            [run.line_ids[0].state for run in runs], ["done", "done", "failed"]
        )


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
