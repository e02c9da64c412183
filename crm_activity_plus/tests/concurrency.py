# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
from contextlib import contextmanager
from uuid import uuid4

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name

TIMEOUT = 60
LOCK_TIMEOUT = 10


class ConcurrencyCase(BaseCase):
    """What happens at the same moment.

    Everybody has a connection and a transaction of their own, which are committed: a
    transaction that a test rolls back can't tell whether it works. What is committed is
    deleted at the end.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.plan_id = self._create_plan(env).id
            self.lead_ids = (
                env["crm.lead"].create([{"name": f"Desk {n}"} for n in range(3)]).ids
            )
        self.addCleanup(self._delete_everything)

    def _create_plan(self, env, **values):
        return env["mail.activity.plan"].create(
            {
                "name": f"Concurrent {uuid4().hex}",
                "res_model": "crm.lead",
                "company_id": False,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                            "summary": "Do it",
                        }
                    )
                ],
                **values,
            }
        )

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            # Whoever waits for a lock that this test holds would do so for ever.
            cr.execute("SET lock_timeout = %s", [f"{LOCK_TIMEOUT}s"])
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _delete_everything(self):
        with self._transaction() as env:
            runs = env["mail.activity.plan.run"].search(
                [("plan_id", "=", self.plan_id)]
            )
            lines = runs.line_ids
            cr = env.cr
            cr.execute(
                "DELETE FROM mail_activity_log WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )
            cr.execute("DELETE FROM mail_activity WHERE run_id = ANY(%s)", [runs.ids])
            cr.execute(
                "DELETE FROM mail_activity_plan_run_line WHERE id = ANY(%s)",
                [lines.ids],
            )
            cr.execute(
                "DELETE FROM mail_activity_plan_run WHERE id = ANY(%s)", [runs.ids]
            )
            env.invalidate_all()
            env["mail.activity.plan"].browse(self.plan_id).unlink()
            env["crm.lead"].browse(self.lead_ids).unlink()
            cr.execute(
                "DELETE FROM mail_activity_log WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.lead_ids],
            )

    def _run_together(self, *functions):
        """Run functions of an environment in a thread each, all at the same moment, as
        requests are run: with a retry after a conflict.

        :returns: their results, or what they raised
        """
        barrier = threading.Barrier(len(functions))
        results = [None] * len(functions)

        def run(index, function):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    # The snapshot is taken before anybody goes on.
                    env["mail.activity.plan.run"].search_count([])
                    barrier.wait(TIMEOUT)
                    results[index] = retrying(lambda: function(env), env)
            except Exception as error:
                results[index] = error

        threads = [
            threading.Thread(target=run, args=item, daemon=True)
            for item in enumerate(functions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
            self.assertFalse(thread.is_alive(), "Somebody hangs")
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    def _launch(self, lead_ids, **kwargs):
        return (
            lambda env: env["mail.activity.plan"]
            .browse(self.plan_id)
            .launch(lead_ids, plan_date="2026-03-10", **kwargs)
        )
