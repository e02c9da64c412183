# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.crm_activity_plus.tests.concurrency import ConcurrencyCase

from ..models.filling import mail_activity_plan_recurrence as filling

SERIES = "mail.activity.plan.recurrence"


class Killed(BaseException):
    """The process ends here."""


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSeriesConcurrency(ConcurrencyCase):
    """Each visit is planned once, whoever plans at the same moment, and wherever the
    server ends."""

    def setUp(self):
        super().setUp()
        self.visits = 12
        with self._transaction() as env:
            category = env["res.partner.category"].create({"name": uuid4().hex})
            self.partner_ids = (
                env["res.partner"]
                .create(
                    [
                        {
                            "name": f"Gold {n}",
                            "category_id": [Command.set(category.ids)],
                        }
                        for n in range(10)
                    ]
                )
                .ids
            )
            self.visit_plan_id = self._create_visit_plan(env).id
            series = env[SERIES].create(
                {
                    "name": "Concurrent",
                    "plan_id": self.visit_plan_id,
                    "domain": f"[('category_id', 'in', {category.ids})]",
                    "user_id": env.ref("base.user_admin").id,
                    "rrule_type": "weekly",
                    "date_start": date.today() + timedelta(days=7),
                    "count": self.visits,
                }
            )
            with patch.object(type(series), "_fill_soon", lambda *args: None):
                series.action_start()
            self.series_id, self.category_id = series.id, category.id
        self.addCleanup(self._delete_series)

    def _create_visit_plan(self, env):
        return self._create_plan(
            env,
            res_model="res.partner",
            template_ids=[
                Command.create(
                    {
                        "activity_type_id": env.ref(
                            "mail.mail_activity_data_meeting"
                        ).id,
                        "summary": "Visit",
                        "action_type": "meeting",
                        "duration": 1,
                        "responsible_type": "other",
                        "responsible_id": env.ref("base.user_admin").id,
                    }
                )
            ],
        )

    def _delete_series(self):
        with self._transaction() as env:
            env["calendar.event"].search(
                [("plan_recurrence_id", "=", self.series_id)]
            ).unlink()
            runs = env["mail.activity.plan.run"].search(
                [("plan_id", "=", self.visit_plan_id)]
            )
            env.cr.execute(
                "DELETE FROM mail_activity_plan_recurrence WHERE id = %s",
                [self.series_id],
            )
            for table, column, ids in (
                ("mail_activity_log", "run_id", runs.ids),
                ("mail_activity_plan_run_line", "run_id", runs.ids),
                ("mail_activity_plan_run", "id", runs.ids),
                ("mail_activity_plan_template", "plan_id", [self.visit_plan_id]),
                ("mail_activity_plan", "id", [self.visit_plan_id]),
            ):
                env.cr.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [ids])
            env.invalidate_all()
            partners = env["res.partner"].browse(self.partner_ids)
            partners.unlink()
            env.cr.execute(
                "DELETE FROM mail_activity_log WHERE res_model = 'res.partner'"
                " AND res_id = ANY(%s)",
                [self.partner_ids],
            )
            env["res.partner.category"].browse(self.category_id).unlink()

    def _count(self):
        """:returns: how many meetings and occurrences there are, and how many
        different"""
        with self._transaction() as env:
            rows = env["mail.activity.plan.recurrence.occurrence"].search(
                [("recurrence_id", "=", self.series_id)]
            )
            events = env["calendar.event"].search(
                [("plan_recurrence_id", "=", self.series_id)]
            )
            keys = {(row.res_id, row.date) for row in rows}
            starts = {(event.res_id, event.start) for event in events}
            return len(rows), len(keys), len(events), len(starts)

    def _plan(self, env):
        env[SERIES]._cron_plan_visits()

    def test_two_crons_at_once(self):
        self._run_together(self._plan, self._plan)
        with self._transaction() as env:
            self._plan(env)
        self.assertEqual(self._count(), (120, 120, 120, 120))

    def test_two_crons_without_locks(self):
        """Were there no lock, the index would be left."""
        with (
            patch.object(
                self.registry[SERIES], "try_lock_for_update", lambda self, **kw: self
            ),
            mute_logger("odoo.sql_db"),
        ):
            self._run_together(self._plan, self._plan)
        with self._transaction() as env:
            series = env[SERIES].browse(self.series_id)
            series.date_next_check = "2026-01-01"
        with self._transaction() as env:
            self._plan(env)
        self.assertEqual(self._count(), (120, 120, 120, 120))

    def test_killed_in_the_middle(self):
        """It goes on where it was."""
        commit, calls = IrCron._commit_progress, []

        def commit_and_die(cron, *args, **kwargs):
            calls.append(1)
            if len(calls) == 3:
                raise Killed
            return commit(cron, *args, **kwargs)

        with (
            patch.object(filling, "FIRST_BATCH_SIZE", 25),
            patch.object(IrCron, "_commit_progress", commit_and_die),
            self.assertRaises(Killed),
            self._transaction() as env,
        ):
            self._plan(env)
        rows, _keys, events, _starts = self._count()
        self.assertTrue(0 < rows == events < 120)
        with self._transaction() as env:
            self._plan(env)
        self.assertEqual(self._count(), (120, 120, 120, 120))
