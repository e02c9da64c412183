# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import CrmActivityPlusCommon


class StepActionsCase(CrmActivityPlusCommon):
    """A plan with a step of each kind: somebody's, an e-mail, a meeting, an action, and
    one that waits for the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.every_kind = cls._create_plan(
            "Every kind",
            cls._step(cls.type_call, "Call", 1, code="call"),
            cls._step(
                cls.type_email,
                "Write",
                3,
                code="write",
                action_type="email",
                mail_template_id=cls._create_template().id,
            ),
            cls._step(
                cls.type_meeting,
                "Meet",
                4,
                code="meet",
                action_type="meeting",
                duration=1,
            ),
            cls._step(
                cls.type_todo,
                "Run",
                5,
                code="run",
                action_type="server_action",
                server_action_id=cls._create_action().id,
            ),
            cls._step(cls.type_todo, "Wait", 6, code="wait"),
        )
        steps = cls.every_kind.template_ids
        steps[-1].after_ids = steps[0]

    @classmethod
    def _create_template(cls):
        return cls.env["mail.template"].create(
            {
                "name": "Written by itself",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "subject": "Hello",
                "email_to": "customer@test.example.com",
                "use_default_to": False,
            }
        )

    @classmethod
    def _create_action(cls):
        return cls.env["ir.actions.server"].create(
            {
                "name": "Run by itself",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'referred': 'Done'})",
            }
        )

    def _launch_every_kind(self, **kwargs):
        run = self._launch(plan=self.every_kind, plan_date="2026-03-02", **kwargs)
        return run, {line.code: line for line in run.line_ids}


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestStepActions(StepActionsCase):
    """Whoever may change the document can do with each kind of step what the timeline
    offers, and nobody else."""

    def _get_people(self):
        return {
            "salesperson": self.user_owner,
            "manager": self.user_manager,
            "administrator": self.user_system,
        }

    def test_snooze(self):
        """Also the steps that do themselves, whoever puts them off."""
        for role, user in self._get_people().items():
            run, lines = self._launch_every_kind()
            for code in ("call", "write", "meet", "run"):
                with self.subTest(role=role, step=code):
                    line = lines[code]
                    line.with_user(user).action_snooze("2026-03-20")
                    self.assertEqual(line.date_deadline, date(2026, 3, 20))
                    self.assertEqual(
                        line.date_explanation["user_id"], user.id, "who it was"
                    )
            self.assertEqual(lines["call"].activity_id.date_deadline, date(2026, 3, 20))
            for code in ("write", "run"):
                # At nine o'clock in Brussels.
                self.assertEqual(lines[code].date_due, datetime(2026, 3, 20, 8))
            run.action_stop()

    def test_snooze_together(self):
        run, lines = self._launch_every_kind()
        scheduled = run.line_ids - lines["wait"]
        scheduled.with_user(self.user_owner).action_snooze(date(2026, 3, 20))
        self.assertEqual(
            scheduled.mapped("date_deadline"), [date(2026, 3, 20)] * len(scheduled)
        )

    def test_snooze_of_a_waiting_step(self):
        _run, lines = self._launch_every_kind()
        with self.assertRaisesRegex(UserError, "not scheduled"):
            lines["wait"].with_user(self.user_owner).action_snooze("2026-03-20")

    def test_snooze_of_a_held_step_and_of_a_paused_run(self):
        """They are as they were, only later."""
        run, lines = self._launch_every_kind()
        lines["call"].activity_id.action_hold("2026-03-10")
        lines["call"].with_user(self.user_owner).action_snooze("2026-03-20")
        self.assertEqual(lines["call"].activity_id.status, "on_hold")
        self.assertEqual(lines["call"].activity_id.date_deadline, date(2026, 3, 20))
        run.with_user(self.user_owner).action_pause()
        for code in ("call", "write", "meet", "run"):
            with self.subTest(step=code):
                lines[code].with_user(self.user_owner).action_snooze("2026-03-25")
                self.assertEqual(lines[code].date_deadline, date(2026, 3, 25))
        self.assertEqual(lines["call"].activity_id.status, "on_hold")
        self.assertEqual(run.state, "paused")

    def test_skip(self):
        for role, user in self._get_people().items():
            for is_paused in (False, True):
                run, lines = self._launch_every_kind()
                lines["call"].activity_id.action_hold("2026-03-10")
                if is_paused:
                    run.with_user(user).action_pause()
                for code in ("wait", "call", "write", "meet", "run"):
                    with self.subTest(role=role, step=code, is_paused=is_paused):
                        lines[code].with_user(user).action_skip("No need")
                        self.assertEqual(lines[code].state, "skipped")
                        self.assertEqual(lines[code].reason, "No need")
                        self.assertEqual(lines[code].done_by_id, user)
                self.assertEqual(run.state, "done")
                self.assertNothingOpen(run)
                self.assertLedgerTellsState(run)

    def test_pause_resume_restart_stop(self):
        for role, user in self._get_people().items():
            with self.subTest(role=role):
                run, lines = self._launch_every_kind()
                lines["call"].activity_id.action_hold("2026-03-10")
                run = run.with_user(user)
                run.action_pause()
                run.action_resume()
                run.action_restart()
                self.assertEqual(
                    [lines[code].state for code in ("call", "write", "meet", "run")],
                    ["scheduled"] * 4,
                )
                run.action_pause()
                run.action_restart()
                self.assertEqual(run.state, "running")
                run.action_stop()
                self.assertNothingOpen(run.sudo())
                self.assertLedgerTellsState(run.sudo())

    def test_whoever_may_not_change_the_document(self):
        run, lines = self._launch_every_kind()
        people = (
            self.user_colleague,
            self.user_other_company,
            self.user_portal,
            self.user_public,
        )
        for user in people:
            for code, line in lines.items():
                for name, args in (
                    ("action_skip", []),
                    ("action_snooze", ["2026-03-20"]),
                ):
                    with (
                        self.subTest(user=user.name, step=code, action=name),
                        self.assertRaises(AccessError),
                    ):
                        getattr(line.with_user(user), name)(*args)
            for name in (
                "action_pause",
                "action_resume",
                "action_restart",
                "action_stop",
            ):
                with (
                    self.subTest(user=user.name, action=name),
                    self.assertRaises(AccessError),
                ):
                    getattr(run.with_user(user), name)()
        self.assertEqual(run.state, "running")
        self.assertEqual(lines["write"].state, "scheduled")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestStepActionsOverRpc(StepActionsCase, HttpCase):
    def test_snooze_as_a_salesperson(self):
        _run, lines = self._launch_every_kind()
        self.user_owner.password = "olga_owner_1"
        self.authenticate("olga_owner", "olga_owner_1")
        for code in ("call", "write", "meet", "run"):
            with self.subTest(step=code):
                answer = self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {
                        "model": "mail.activity.plan.run.line",
                        "method": "action_snooze",
                        "args": [lines[code].ids, "2036-03-20"],
                        "kwargs": {},
                    },
                )
                self.assertIs(answer, True)
                self.assertEqual(lines[code].date_deadline, date(2036, 3, 20))
