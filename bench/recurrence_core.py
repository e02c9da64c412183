# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Monthly visits of customers for a year, made by hand: Odoo's own recurring meetings,
one for each customer; of some of the customers only, since each takes as long as the
others.

Each is a transaction, as it is when somebody makes it by hand. Visits of other
customers were made before.
"""

from datetime import datetime, timedelta

from bench_common import CORE_CUSTOMERS, CUSTOMERS, EARLIER_CUSTOMERS, VISITS, Bench

from odoo.fields import Command


def main(env):
    bench = Bench(env)
    env["ir.config_parameter"].sudo().set_param("mail.mail_force_send_limit", "0")
    make_by_hand(bench.env, bench.make_customers(EARLIER_CUSTOMERS))
    customers = bench.make_customers(CORE_CUSTOMERS)
    bench.settle()
    number = CORE_CUSTOMERS * VISITS
    with bench.measured(f"{CUSTOMERS} × {VISITS} visits", number):
        make_by_hand(bench.env, customers)
    bench.save()


def make_by_hand(env, customers):
    start = datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
    start = start.replace(day=3) + timedelta(days=40)
    start = start.replace(day=3)
    events = env["calendar.event"]
    for customer in customers:
        events |= events.create(
            {
                "name": f"Visit – {customer.name}",
                "start": start,
                "stop": start + timedelta(hours=1),
                "res_model_id": env["ir.model"]._get_id("res.partner"),
                "res_id": customer.id,
                "partner_ids": [Command.set([env.user.partner_id.id, customer.id])],
                "recurrency": True,
                "rrule_type": "monthly",
                "month_by": "date",
                "day": 3,
                "end_type": "count",
                "count": VISITS,
            }
        )
        env.cr.commit()
    made = events.recurrence_id.calendar_event_ids
    assert len(made) == len(customers) * VISITS
