# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The plans of ``./dev bench drawing``: each step waits for one before it, five of them
are due on each day."""

from bench_common import Bench

SIZES = (100, 500)
TYPES = ("call", "email", "meeting", "todo")


def main(env):
    bench = Bench(env)
    for size in SIZES:
        plan = bench.env["mail.activity.plan"].create(
            {"name": f"Drawing of {size}", "res_model": "crm.lead"}
        )
        plan.apply_graph(make_graph(size))
    bench.env.cr.commit()
    bench.save()


def make_graph(size):
    steps = [
        {
            "code": f"s{n}",
            "type": TYPES[n % len(TYPES)],
            "summary": f"Step number {n}",
            "delay_count": n // 5,
            "delay_from": "after_plan_date",
        }
        for n in range(size)
    ]
    links = [
        {"from": f"s{(n - 1) // 2 if n % 7 else n - 1}", "to": f"s{n}"}
        for n in range(1, size)
    ]
    return {"version": 0, "steps": steps, "links": links}
