# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What both sides of the comparison need."""

import json
import os
import resource
import time
from contextlib import contextmanager

from odoo.fields import Command

SIZES = json.loads(os.environ.get("BENCH_SIZES", "[50]"))
# So many people have the activities of a launch, and so many activities are marked as
# done at once.
PEOPLE, DONE = 50, 500
# Recurring visits: of so many customers, so often.
CUSTOMERS, VISITS = int(os.environ.get("BENCH_CUSTOMERS", 500)), 12
# By hand, one after the other: of these customers only.
CORE_CUSTOMERS = min(CUSTOMERS, 100)
# Of so many, visits were planned before: no database in use has empty tables.
EARLIER_CUSTOMERS = 20


class Bench:
    """Measures work in one environment."""

    def __init__(self, env):
        self.env = env(user=env.ref("base.user_admin"))
        self.figures = {}

    @contextmanager
    def measured(self, name, records):
        """Measure the body of the ``with``: seconds, queries and memory.

        :param str name: what it is
        :param int records: on how many
        """
        env = self.env
        env.flush_all()
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        cpu_start = time.process_time()
        yield
        env.flush_all()
        self.figures[name] = {
            "seconds": time.perf_counter() - start,
            # Of Python alone: PostgreSQL works in another process.
            "cpu_seconds": time.process_time() - cpu_start,
            "queries": env.cr.sql_log_count - queries,
            "records": records,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    def make_leads(self, count):
        leads = self.env["crm.lead"].create(
            [{"name": f"Bench {n}", "type": "opportunity"} for n in range(count)]
        )
        self.env.flush_all()
        return leads

    def make_salespeople(self, leads):
        """Give leads to salespeople, in turn.

        :returns: these
        """
        env = self.env(context={**self.env.context, "no_reset_password": True})
        group = env.ref("sales_team.group_sale_salesman_all_leads")
        people = env["res.users"].create(
            [
                {
                    "name": f"Salesperson {n}",
                    "login": f"bench{len(leads)}-{n}",
                    "email": f"bench{len(leads)}-{n}@bench.example.com",
                    "group_ids": [Command.link(group.id)],
                }
                for n in range(PEOPLE)
            ]
        )
        # Who tells them of their leads sends an email for each with the next commit.
        quiet = leads.with_context(mail_auto_subscribe_no_notify=True)
        for n, person in enumerate(people):
            quiet[n::PEOPLE].user_id = person
        self.env.flush_all()
        return people

    def make_todos(self, count):
        """:returns: to-dos of one's own, each on an opportunity of its own"""
        todo = self.env.ref("mail.mail_activity_data_todo")
        activities = self.make_leads(count).activity_schedule(
            activity_type_id=todo.id, summary="Call back", user_id=self.env.uid
        )
        self.env.flush_all()
        return activities

    def mark_done(self):
        """As the button of the list does it."""
        activities = self.make_todos(DONE)
        with self.measured(f"mark {DONE} done", DONE):
            activities.action_done()

    def make_customers(self, count=CUSTOMERS):
        category = self.env["res.partner.category"].create({"name": "GOLD"})
        customers = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {n}",
                    "email": f"customer{n}@bench.example.com",
                    "category_id": [Command.set(category.ids)],
                }
                for n in range(count)
            ]
        )
        self.env.flush_all()
        return customers

    def settle(self):
        """What was done so far has happened, and PostgreSQL knows how much it is, as it
        finds out by itself from time to time."""
        self.env.flush_all()
        self.env.cr.execute("ANALYZE")
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def make_plan(self, name, **step):
        """A plan with five steps that start at the launch.

        :param step: what else each step has
        """
        types = self.env["mail.activity.type"].search(
            [("category", "=", "default")], limit=5
        )
        return self.env["mail.activity.plan"].create(
            {
                "name": name,
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": types[n % len(types)].id,
                            "summary": f"Step {n}",
                            "delay_count": n,
                            "delay_from": "after_plan_date",
                            **step,
                        }
                    )
                    for n in range(5)
                ],
            }
        )

    def save(self):
        with open(os.environ["BENCH_RESULT"], "w") as file:
            json.dump(self.figures, file)
        self.env.cr.rollback()
