# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How smoothly plans are drawn, in a browser: see README.rst. It runs in Odoo's shell,
beside the server that it looks at, which ``BENCH_URL`` says."""

import os
import statistics
import time

from bench_common import Bench
from clicks_browser import Page
from drawing_data import SIZES

REPEATS = 5
DRAG_SECONDS = 4
CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline.frame"

# What is clicked; the time counts until what comes of it is painted.
CLICKS = {
    "choose a step": "document.querySelectorAll('.o_plan_node_body')[{n}]",
    "add a step": "document.querySelector('.o_plan_element')",
    "undo": "document.querySelector('.o_plan_undo')",
}
TIMED = """(async () => {
    const start = performance.now();
    %s.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - start;
})()"""
# The step with the most arrows of those that can be dragged around.
FIND_STEP = """(() => {
    const pane = document.querySelector('.o_plan_canvas').getBoundingClientRect();
    let best = null;
    for (const node of document.querySelectorAll('.o_plan_node')) {
        const {left, right, top, bottom} = node.getBoundingClientRect();
        const {code} = node.dataset;
        const arrows = document.querySelectorAll(
            `.o_plan_arrow[data-from=${code}], .o_plan_arrow[data-to=${code}]`
        ).length;
        const isInside =
            left > pane.left + 20 && right < pane.right - 250 &&
            top > pane.top + 20 && bottom < pane.bottom - 150;
        if (isInside && !(best?.arrows >= arrows)) {
            best = {arrows, x: (left + right) / 2, y: (top + bottom) / 2};
        }
    }
    return best;
})()"""


def main(env):
    bench = Bench(env)
    page = Page(os.environ["BENCH_URL"], "admin")
    try:
        for size in SIZES:
            measure(env, page, size, bench.figures)
    finally:
        page.close()
    bench.save()


def measure(env, page, size, figures):
    """:param dict figures: is given those of a plan of that size"""
    plan = env["mail.activity.plan"].search([("name", "=", f"Drawing of {size}")])
    path = f"/odoo/action-crm.mail_activity_plan_action_lead/{plan.id}"
    opened = []
    for _turn in range(2):
        # The first one reads the scripts.
        start = time.perf_counter()
        page.load(path)
        page.wait_for("document.querySelector('.o_plan_node')")
        opened.append(1000 * (time.perf_counter() - start))
    figures[f"{size} steps: open the page"] = {"ms": opened[-1]}
    page.run("document.querySelector('.o_plan_full_button').click()")
    time.sleep(1)
    turns = {name: [] for name in CLICKS}
    for turn in range(REPEATS):
        for name, place in CLICKS.items():
            turns[name].append(page.run(TIMED % place.format(n=turn)))
            # The server looks at what was drawn.
            time.sleep(1.5)
    for name, times in turns.items():
        ms = statistics.median(times)
        figures[f"{size} steps: {name}"] = {"ms": ms, "slowest_ms": max(times)}
    figures[f"{size} steps: drag a step"] = drag(page)


def drag(page):
    """Drag a step around.

    :returns: how many frames there were a second, by the browser's trace, and of these
        the time that style and layout took
    """
    page.run("document.querySelector('.o_plan_panel .btn-close')?.click()")
    step = page.run(FIND_STEP)
    events, is_over = [], []
    handlers = page.browser._handlers
    handlers["Tracing.dataCollected"] = lambda value: events.extend(value)
    handlers["Tracing.tracingComplete"] = lambda **_result: is_over.append(True)
    request = page.browser._websocket_request
    request("Tracing.start", params={"categories": CATEGORIES})
    move(request, step, "mousePressed", 0)
    end = time.monotonic() + DRAG_SECONDS
    turn = 0
    while time.monotonic() < end:
        turn += 1
        move(request, step, "mouseMoved", turn)
    move(request, step, "mouseReleased", turn)
    request("Tracing.end")
    while not is_over:
        time.sleep(0.1)
    return read_trace(events)


def move(request, step, kind, turn):
    request(
        "Input.dispatchMouseEvent",
        params={
            "type": kind,
            "x": step["x"] + 2 * (turn % 80),
            "y": step["y"] + turn % 60,
            "button": "left",
            "buttons": 1,
            "clickCount": 1,
        },
    )


def read_trace(events):
    """:param list[dict] events: those of a trace
    :returns: figures"""
    frames = sorted(e["ts"] for e in events if e["name"] == "DrawFrame")
    gaps = [
        (after - frame) / 1000 for frame, after in zip(frames, frames[1:], strict=False)
    ]
    styles = [e["dur"] / 1000 for e in events if e["name"] == "UpdateLayoutTree"]
    return {
        "fps": 1000 * len(gaps) / sum(gaps),
        "slowest_ms": max(gaps),
        "ms": statistics.median(gaps),
        "style_ms": statistics.mean(styles),
    }
