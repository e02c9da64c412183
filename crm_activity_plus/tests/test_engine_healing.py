# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged

from .engine_concurrency import EngineConcurrencyCase


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
