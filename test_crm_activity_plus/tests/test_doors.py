# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .doors_common import DoorsCase


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
