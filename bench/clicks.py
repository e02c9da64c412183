# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How long a salesperson waits after a click, in a browser: see README.rst. It runs in
Odoo's shell, beside the server that it looks at, which ``BENCH_URL`` says."""

import os
import statistics
import sys
from collections import Counter

from bench_common import Bench
from clicks_actions import ACTIONS, REPEATS
from clicks_browser import Page
from clicks_data import LOGIN, get_name


def main(env):
    bench = Bench(env)
    only = os.environ.get("BENCH_ONLY", "")
    page = Page(os.environ["BENCH_URL"], LOGIN)
    try:
        page.load("/odoo/my-activities")
        for number, action in enumerate(ACTIONS):
            if only in action.name:
                bench.figures[action.name] = measure(env, page, number, action)
                print(action.name, bench.figures[action.name], file=sys.stderr)
    finally:
        page.close()
    bench.save()


def measure(env, page, number, action):
    """:returns: figures of one action"""
    leads = env["crm.lead"].with_context(active_test=False)
    turns = []
    for index in range(REPEATS + 1):
        name = get_name(number, index)
        lead = leads.search([("name", "=", name)], limit=1)
        page.call("open", get_page(env, action, lead))
        for place in action.before:
            page.call("click", place.replace("{lead}", name))
        seen = [place.replace("{lead}", name) for place in action.seen]
        turns.append(page.call("measure", action.click.replace("{lead}", name), seen))
    # The first one warms up.
    del turns[0]
    requests = Counter(
        request["name"] for turn in turns for request in turn["requests"]
    )
    return {
        "ms": statistics.median(turn["ms"] for turn in turns),
        "slowest_ms": max(turn["ms"] for turn in turns),
        "requests": statistics.median(len(turn["requests"]) for turn in turns),
        "names": [f"{name} {count / REPEATS:g}" for name, count in requests.items()],
        "turns": turns if os.environ.get("BENCH_ONLY") else [],
    }


def get_page(env, action, lead):
    """:returns: what opens the page that an action begins on"""
    if action.page != "lead":
        return action.page
    return {
        "type": "ir.actions.act_window",
        "res_model": "crm.lead",
        "res_id": lead.id,
        "views": [[False, "form"]],
    }
