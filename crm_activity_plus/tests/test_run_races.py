# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.run.mail_activity_plan_run_line import MailActivityPlanRunLine
from .races_common import CLOSED, RacesCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestRunRaces(RacesCase):
    """What people do with a run, at the moment when something ends or changes it."""

    def _complete_two(self, env, run_id):
        """Then the last step is scheduled, for the person chosen at the launch."""
        self._complete_step("two")(env, run_id)

    def _act(self, name):
        return lambda env, run_id: getattr(
            env["mail.activity.plan.run"].browse(run_id), name
        )()

    def _on_lead(self, name):
        return lambda env, run_id: getattr(self._get_lead_of(env, run_id), name)()

    def _check_over(self, env, run_id):
        run = env["mail.activity.plan.run"].browse(run_id)
        self.assertEqual(run.state, "stopped")
        self.assertNothingOpen(env, run)
        self.assertConsistent(env, run)

    def _check_consistent(self, env, run_id):
        self.assertConsistent(env, env["mail.activity.plan.run"].browse(run_id))

    def _prepare_stopped(self, env):
        run_id = self._prepare_run(env)
        env["mail.activity.plan.run"].browse(run_id).action_stop()
        return run_id

    def _prepare_paused(self, env):
        run_id = self._prepare_run(env)
        env["mail.activity.plan.run"].browse(run_id).action_pause()
        return run_id

    def _prepare_join(self, env):
        """Both of the first steps are to be closed before the last one begins."""
        plan = env["mail.activity.plan"].browse(self.plan_id)
        plan.template_ids[2].after_ids = plan.template_ids[:2]
        return self._prepare_run(env)

    def _complete_step(self, code):
        def complete(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            line = run.line_ids.filtered(lambda line: line.code == code)
            if line.activity_id.status not in CLOSED:
                line.activity_id.complete()

        return complete

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_both_predecessors_of_a_join(self):
        """Nobody closes the last step before the join without seeing it, also where
        nothing else that is written to the run tells."""

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(
                run.line_ids.mapped("state"), ["done", "done", "scheduled"]
            )
            self.assertConsistent(env, run)

        frozen = {"progress": 0, "next_deadline": False}
        self.startPatcher(
            patch.object(MailActivityPlanRunLine, "_sum_up", lambda *_args: frozen)
        )
        self._race(
            self._complete_step("one"),
            self._complete_step("two"),
            self._prepare_join,
            check,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_restart_against_exits(self):
        for name in ("action_set_won", "action_set_lost", "action_archive"):
            self._race(
                self._act("action_restart"),
                self._on_lead(name),
                self._prepare_stopped,
                self._check_over,
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_resume_against_exits(self):
        for name in ("action_set_won", "action_set_lost", "action_archive"):
            self._race(
                self._act("action_resume"),
                self._on_lead(name),
                self._prepare_paused,
                self._check_over,
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_next_step_against_exits(self):
        for name in ("action_set_won", "action_set_lost", "action_archive"):
            self._race(
                self._complete_two,
                self._on_lead(name),
                self._prepare_run,
                self._check_over,
            )

    def _check_paused(self, env, run_id):
        run = env["mail.activity.plan.run"].browse(run_id)
        self.assertEqual(run.state, "paused")
        activities = run.line_ids.activity_id.filtered(lambda a: a.status not in CLOSED)
        self.assertEqual(set(activities.mapped("status")), {"on_hold"})
        self.assertConsistent(env, run)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_next_step_against_pause(self):
        self._race(
            self._complete_two,
            self._act("action_pause"),
            self._prepare_run,
            self._check_paused,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_end_of_a_hold_against_pause(self):
        """What a pause doesn't hold, since somebody holds it already, stays so."""

        def prepare(env):
            run_id = self._prepare_run(env)
            run = env["mail.activity.plan.run"].browse(run_id)
            run.line_ids[0].activity_id.action_hold()
            return run_id

        def resume(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            run.line_ids[0].activity_id.action_resume()

        self._race(resume, self._act("action_pause"), prepare, self._check_paused)

    def _prepare_run_and_users(self, env):
        users = env["res.users"].browse([self.user_id, self.other_id])
        users.write({"active": True})
        return self._prepare_run(env)

    def _archive_other(self, env, _run_id):
        env["res.users"].browse(self.other_id).action_archive()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_next_step_against_archiving_its_responsible(self):
        self._race(
            self._complete_two,
            self._archive_other,
            self._prepare_run_and_users,
            self._check_consistent,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_other_salesperson_against_archiving_that_person(self):
        def change(env, run_id):
            self._get_lead_of(env, run_id).user_id = self.other_id

        self._race(
            change,
            self._archive_other,
            self._prepare_run_and_users,
            self._check_consistent,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_hand_over_against_archiving_who_takes_over(self):
        """The salesperson and the team leader leave at the same moment: what each of
        them would take over from the other one is nobody's."""

        def prepare(env):
            users = env["res.users"].browse([self.user_id, self.other_id])
            users.write({"active": True})
            [team] = self._create(
                env, "crm.team", {"name": "Race", "user_id": self.other_id}
            )
            lead_id = self._make_lead(env, team_id=team.id)
            [run_id] = self._launch_on(env, lead_id)["run_ids"]
            return run_id

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertFalse(run.line_ids.filtered("activity_id").user_id)
            self.assertConsistent(env, run)

        self._race(
            lambda env, _id: env["res.users"].browse(self.user_id).action_archive(),
            self._archive_other,
            prepare,
            check,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_other_salesperson_against_the_next_step(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.template_ids[2].responsible_type = "salesperson"

        def change(env, run_id):
            self._get_lead_of(env, run_id).user_id = self.other_id

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.line_ids[2].user_id.id, self.other_id)
            self.assertEqual(run.line_ids[2].state, "scheduled")
            self.assertConsistent(env, run)

        self._race(self._complete_two, change, self._prepare_run, check)

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_merge_against_the_next_step(self):
        def prepare(env):
            run_id = self._prepare_run(env)
            self.survivor_id = self._make_lead(env, probability=90)
            return run_id

        def merge(env, run_id):
            lead = self._get_lead_of(env, run_id)
            (lead + lead.browse(self.survivor_id)).merge_opportunity()

        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.res_id, self.survivor_id)
            self.assertEqual(
                run.line_ids.mapped("state"), ["scheduled", "done", "scheduled"]
            )
            self.assertEqual(
                set(run.line_ids.activity_id.mapped("res_id")), {self.survivor_id}
            )
            self.assertConsistent(env, run)

        self._race(self._complete_two, merge, prepare, check)
