# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
import time
from unittest.mock import patch
from uuid import uuid4

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.run.mail_activity_plan_run_line import MailActivityPlanRunLine
from .concurrency import TIMEOUT
from .test_engine_concurrency import EngineConcurrencyCase

CLOSED = ("done", "cancelled")


class RacesCase(EngineConcurrencyCase):
    """Two transactions that begin before either of them is committed; in each order."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._prepare(env)
        # Odoo waits for seconds between two tries.
        self.startPatcher(
            patch("odoo.service.model.random.uniform", lambda _a, b: b / 100)
        )

    def _prepare(self, env):
        self.user_id, self.other_id = self._create(
            env,
            "res.users",
            *(
                {
                    "name": f"Race {number}",
                    "login": uuid4().hex,
                    "group_ids": [
                        Command.link(env.ref("sales_team.group_sale_manager").id)
                    ],
                }
                for number in range(2)
            ),
        ).ids
        self._set_steps(
            env,
            {"summary": "One", "code": "one", "responsible_type": "salesperson"},
            {"summary": "Two", "code": "two"},
            {"summary": "Last", "code": "last", "responsible_type": "on_demand"},
        )
        plan = env["mail.activity.plan"].browse(self.plan_id)
        plan.template_ids[2].after_ids = plan.template_ids[1]

    def _make_lead(self, env, **values):
        lead = env["crm.lead"].create(
            {
                "name": "Race",
                "type": "opportunity",
                "user_id": self.user_id,
                "team_id": False,
                "probability": 40,
                **values,
            }
        )
        self.lead_ids.append(lead.id)
        return lead.id

    def _delete_everything(self):
        with self._transaction() as env:
            leads = env["crm.lead"].browse(self.lead_ids).exists()
            env.cr.execute(
                "DELETE FROM mail_activity WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )
            env.cr.execute(
                "DELETE FROM mail_activity_log WHERE run_id = ANY(%s)",
                [self._get_runs(env).ids],
            )
            self.lead_ids = leads.ids
            # They can't be deleted while they are the salespeople of something.
            leads.write({"user_id": False})
            env["res.users"].browse([self.user_id, self.other_id]).write(
                {"active": True}
            )
        super()._delete_everything()

    # How two transactions meet

    def _race(self, first, second, prepare, check):
        """Run two functions of an environment and an id in all orders.

        :param prepare: makes what they are about; a function of an environment
        :param check: a function of an environment and the id, for the end
        """
        orders = {
            "first while second waits": (self._run_while, first, second),
            "second while first waits": (self._run_while, second, first),
            "first is late": (self._run_late, first, second),
            "second is late": (self._run_late, second, first),
        }
        for order, (meet, one, other) in orders.items():
            with self.subTest(order=order):
                with self._transaction() as env:
                    id_ = prepare(env)
                meet(
                    lambda env, id_=id_, one=one: one(env, id_),
                    lambda env, id_=id_, other=other: other(env, id_),
                )
                with self._transaction() as env:
                    check(env, id_)

    def _begin(self, env):
        """Take the snapshot."""
        env["mail.activity.plan.run"].search_count([])

    def _retry(self, function, env):
        try:
            return retrying(lambda: function(env), env)
        except UserError as error:
            # Somebody else was first, and it can't be done any more.
            return error

    def _run_late(self, late, early):
        """One begins first, and the other one does everything in between."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._begin(env)
            with self.registry.cursor() as other_cr:
                self._retry(early, api.Environment(other_cr, SUPERUSER_ID, {}))
            self._retry(late, env)

    def _run_while(self, first, second):
        """The first has done everything but the commit, when the second does what it
        can until it has to wait."""
        results = []

        def run():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                self._begin(env)
                begun.set()
                done_first.wait(TIMEOUT)
                results.append(self._retry(second, env))

        begun, done_first = threading.Event(), threading.Event()
        thread = threading.Thread(target=run, daemon=True)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._begin(env)
            thread.start()
            begun.wait(TIMEOUT)

            def do(env):
                first(env)
                env.flush_all()
                done_first.set()
                self._wait_until_blocked(thread)

            self._retry(do, env)
            done_first.set()
        thread.join(TIMEOUT)
        self.assertFalse(thread.is_alive(), "Somebody hangs")
        self.assertTrue(results, "The second one failed")

    def _wait_until_blocked(self, thread):
        deadline = time.monotonic() + 3
        with self.registry.cursor() as cr:
            while thread.is_alive() and time.monotonic() < deadline:
                cr.execute(
                    "SELECT COUNT(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cr.fetchone()[0]:
                    return
                cr.rollback()
                time.sleep(0.05)

    # What they do

    def _launch_on(self, env, lead_id):
        plan = env["mail.activity.plan"].browse(self.plan_id)
        return plan.launch(
            [lead_id], plan_date="2026-03-10", responsible_id=self.other_id
        )

    def _prepare_run(self, env):
        lead_id = self._make_lead(env)
        [run_id] = self._launch_on(env, lead_id)["run_ids"]
        return run_id

    def _get_lead_of(self, env, run_id):
        run = env["mail.activity.plan.run"].browse(run_id)
        return env["crm.lead"].browse(run.res_id)

    def _get_runs_on(self, env, lead_id):
        return env["mail.activity.plan.run"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead_id)]
        )

    # What has to hold

    def assertOver(self, env, runs, reason):
        """Either nothing was launched, or it was stopped."""
        for run in runs:
            self.assertEqual((run.state, run.stop_reason), ("stopped", reason))
        self.assertNothingOpen(env, runs)

    def assertNothingOpen(self, env, runs):
        self.assertFalse(runs.line_ids._filter_open())
        self.assertFalse(
            env["mail.activity"]
            .with_context(active_test=False)
            .search([("run_id", "in", runs.ids), ("status", "not in", CLOSED)])
        )

    def assertConsistent(self, env, run):
        """Open steps and open activities are the same ones, with the same people; those
        can do them, and the ledger tells the states."""
        activities = (
            env["mail.activity"]
            .with_context(active_test=False)
            .search([("run_id", "=", run.id), ("status", "not in", CLOSED)])
        )
        scheduled = run.line_ids.filtered(lambda line: line.state == "scheduled")
        self.assertEqual(activities, scheduled.activity_id)
        for line in scheduled:
            self.assertEqual(line.user_id, line.activity_id.user_id)
            if line.user_id:
                self.assertTrue(line.user_id._filter_can_do_activities())
        if run.state in ("done", "stopped"):
            self.assertFalse(activities)
        for record in (run, *run.line_ids):
            rows = env["mail.activity.log"].search(
                [
                    ("run_id", "=", run.id),
                    (
                        "run_line_id",
                        "=",
                        record.id if record != run else False,
                    ),
                ],
                order="id",
            )
            self.assertEqual(rows[-1:].new_status, record.state)
            self.assertEqual(
                [row.old_status or "" for row in rows],
                ["", *(row.new_status for row in rows[:-1])],
            )


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchRaces(RacesCase):
    """A plan isn't under way where something ended it at the moment of the launch."""

    def _check_exit(self, function, reason, prepare=None):
        self._race(
            self._launch_on,
            lambda env, lead_id: function(env["crm.lead"].browse(lead_id)),
            prepare or self._make_lead,
            lambda env, lead_id: self.assertOver(
                env, self._get_runs_on(env, lead_id), reason
            ),
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_won(self):
        self._check_exit(lambda lead: lead.action_set_won(), "won")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_lost(self):
        self._check_exit(lambda lead: lead.action_set_lost(), "lost")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_archived(self):
        self._check_exit(lambda lead: lead.action_archive(), "lost")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_exit_condition(self):
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            plan.exit_domain = "[('priority', '=', '3')]"
        self._check_exit(lambda lead: lead.write({"priority": "3"}), "condition")

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_deleted(self):
        self._check_exit(lambda lead: lead.unlink(), "record_deleted")

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_deleted_contact(self):
        """There is no foreign key to it."""
        with self._transaction() as env:
            plan = self._create_plan(env, res_model="res.partner")
            self._extras.append(("mail.activity.plan", plan.ids))
            plan_id = plan.id

        def prepare(env):
            return env["res.partner"].create({"name": "Race"}).id

        def launch(env, partner_id):
            env["mail.activity.plan"].browse(plan_id).launch([partner_id])

        def check(env, partner_id):
            runs = env["mail.activity.plan.run"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner_id)]
            )
            self.assertOver(env, runs, "record_deleted")
            for table, column in (
                ("mail_activity_log", "run_id"),
                ("mail_activity", "run_id"),
                ("mail_activity_plan_run_line", "run_id"),
                ("mail_activity_plan_run", "id"),
            ):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)", [runs.ids]
                )

        self._race(
            launch,
            lambda env, partner_id: env["res.partner"].browse(partner_id).unlink(),
            prepare,
            check,
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_moved_to_another_company(self):
        with self._transaction() as env:
            company_id = self._create_company(env)

        def move(env, lead_id):
            env["crm.lead"].browse(lead_id).write(
                {"company_id": company_id, "user_id": False}
            )

        def check(env, lead_id):
            [run] = self._get_runs_on(env, lead_id) or [None]
            if run:
                self.assertEqual(run.company_id.id, company_id)
                for line in run.line_ids:
                    self.assertFalse(line.user_id, "nobody works there")
                self.assertConsistent(env, run)

        self._race(self._launch_on, move, self._make_lead, check)

    def _create_company(self, env):
        # Companies can't be deleted: their journals and so on hang on them.
        known = env["res.company"].search([("name", "=", "Race")], limit=1)
        return (known or env["res.company"].create({"name": "Race"})).id

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_other_salesperson(self):
        def change(env, lead_id):
            env["crm.lead"].browse(lead_id).user_id = self.other_id

        def check(env, lead_id):
            [run] = self._get_runs_on(env, lead_id)
            self.assertEqual(run.line_ids[0].user_id.id, self.other_id)
            self.assertConsistent(env, run)

        self._race(self._launch_on, change, self._make_lead, check)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_archived_responsible(self):
        """By whichever role."""
        for user_id in (self.user_id, self.other_id):
            self._race(
                self._launch_on,
                lambda env, _id, user_id=user_id: self._archive(env, user_id),
                self._prepare_users,
                self._check_users,
            )

    def _archive(self, env, user_id):
        env["res.users"].browse(user_id).action_archive()

    def _prepare_users(self, env):
        users = env["res.users"].browse([self.user_id, self.other_id])
        users.write({"active": True})
        return self._make_lead(env)

    def _check_users(self, env, lead_id):
        for run in self._get_runs_on(env, lead_id):
            self.assertConsistent(env, run)

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.models.unlink")
    def test_merged(self):
        """On the one that stays, and on the one that goes."""
        for index in (0, 1):

            def prepare(env):
                return [
                    self._make_lead(env, probability=90),
                    self._make_lead(env, probability=10),
                ]

            def merge(env, lead_ids):
                env["crm.lead"].browse(lead_ids).merge_opportunity()

            def launch(env, lead_ids, index=index):
                self._launch_on(env, lead_ids[index])

            def check(env, lead_ids):
                leads = env["crm.lead"].browse(lead_ids)
                self.assertEqual(len(leads.exists()), 1)
                runs = env["mail.activity.plan.run"].search(
                    [("res_model", "=", "crm.lead"), ("res_id", "in", lead_ids)]
                )
                for run in runs:
                    self.assertEqual(run.res_id, leads.exists().id)
                    self.assertEqual(run.state, "running")
                    self.assertConsistent(env, run)
                activities = env["mail.activity"].search(
                    [("res_model", "=", "crm.lead"), ("res_id", "in", lead_ids)]
                )
                self.assertLessEqual(
                    set(activities.mapped("res_id")), {leads.exists().id}
                )

            self._race(launch, merge, prepare, check)


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

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_next_step_against_pause(self):
        def check(env, run_id):
            run = env["mail.activity.plan.run"].browse(run_id)
            self.assertEqual(run.state, "paused")
            activities = run.line_ids.activity_id.filtered(
                lambda a: a.status not in CLOSED
            )
            self.assertEqual(set(activities.mapped("status")), {"on_hold"})
            self.assertConsistent(env, run)

        self._race(
            self._complete_two, self._act("action_pause"), self._prepare_run, check
        )

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


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestHealing(EngineConcurrencyCase):
    """What nobody saw happen, the daily check and the daily clean-up put right."""

    def _check(self, sql, values, reason, note=False):
        with self._transaction() as env:
            self._set_steps(env, {"summary": "Do it"})
            runs = self._launch_due(env, self.lead_ids)
            ids = runs.ids
            env.flush_all()
            env.cr.execute(sql, [values, self.lead_ids[:2]])
        with self._transaction() as env:
            env["mail.activity.plan.run"]._cron_check_exits()
        with self._transaction() as env:
            runs = env["mail.activity.plan.run"].browse(ids)
            self.assertEqual(
                runs.mapped("stop_reason"), [reason, reason, False], reason
            )
            self.assertEqual(runs.mapped("stop_note"), [note, note, False])
            self.assertFalse(runs[:2].line_ids._filter_open())

    def test_won(self):
        self._check(
            "UPDATE crm_lead SET won_status = %s WHERE id = ANY(%s)", "won", "won"
        )

    def test_lost(self):
        self._check(
            "UPDATE crm_lead SET won_status = %s, active = FALSE WHERE id = ANY(%s)",
            "lost",
            "lost",
        )

    def test_archived(self):
        self._check(
            "UPDATE crm_lead SET active = %s WHERE id = ANY(%s)",
            False,
            "lost",
            "The record was archived.",
        )

    def test_archived_responsible(self):
        with self._transaction() as env:
            user = self._create(
                env,
                "res.users",
                {
                    "name": "Race",
                    "login": uuid4().hex,
                    "group_ids": [
                        Command.link(env.ref("sales_team.group_sale_salesman").id)
                    ],
                },
            )
            self._set_steps(env, {"summary": "Do it"})
            plan = env["mail.activity.plan"].browse(self.plan_id)
            run_ids = plan.launch(self.lead_ids, responsible_id=user.id)["run_ids"]
            env.flush_all()
            env.cr.execute(
                "UPDATE res_users SET active = FALSE WHERE id = %s", [user.id]
            )
        with self._transaction() as env:
            env["res.users"]._hand_over_left_behind()
        with self._transaction() as env:
            runs = env["mail.activity.plan.run"].browse(run_ids)
            self.assertNotIn(user.id, runs.line_ids.user_id.ids)
            self.assertNotIn(user.id, runs.line_ids.activity_id.user_id.ids)
            self.assertEqual(set(runs.mapped("state")), {"running"})
