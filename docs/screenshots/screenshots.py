# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The pictures of the README, taken from the running program with its demo data.

``./dev screenshots`` runs this in Odoo's shell. Each picture is a page of the web
client, and what is done on it first: clicks, each on the first place that a CSS
selector finds.
"""

import base64
import json
import os
import time
from pathlib import Path

import calendar_pictures
from clicks_browser import Page

IMAGES = Path(__file__).parents[1] / "images"
SIZE = {"width": 1366, "height": 900, "deviceScaleFactor": 1, "mobile": False}
# Until nothing moves any more.
REST = 1.5

FIND = """
(() => {
    const [css, text] = %r.split(" :: ");
    return [...document.querySelectorAll(css)].find(
        (one) =>
            one.getClientRects().length && (!text || one.textContent.includes(text))
    );
})()
"""


def main(env):
    """Take all pictures, and write down which."""
    page = Page(os.environ["BENCH_URL"], "admin")
    try:
        page.browser._websocket_request(
            "Emulation.setDeviceMetricsOverride", params=SIZE
        )
        pictures = {
            name: picture
            for name, picture in find_pictures(env).items()
            if os.environ["BENCH_ONLY"] in name
        }
        for name, (path, clicks, sight) in pictures.items():
            take(page, name, path, clicks, sight)
    finally:
        page.close()
    told = [f"docs/images/{name}.png" for name in pictures]
    Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(told))


def find_pictures(env):
    """:returns: name of a picture -> a path, what to click on, and what has to be seen
    then; ``selector :: text`` is the first place with that text"""
    leads = "/odoo/action-crm.crm_lead_action_pipeline"
    free = env["crm.lead"].search(
        [
            ("type", "=", "opportunity"),
            ("won_status", "=", "pending"),
            ("plan_run_ids", "=", False),
        ],
        limit=1,
    )
    plan = env.ref("crm_activity_plus.mail_activity_plan_inbound")
    return {
        "plan-designer": (
            f"/odoo/action-crm.mail_activity_plan_action_lead/{plan.id}",
            [],
            ".o_plan_designer:has(.o_plan_node)",
        ),
        "plan-timeline": (
            f"/odoo/action-crm.mail_activity_plan_action_lead/{plan.id}",
            [".o_notebook .nav-link :: Timeline"],
            ".o_plan_timeline:has(.o_plan_timeline_step)",
        ),
        "lead-with-plan": (
            f"{leads}/{find_lead(env).id}",
            [".o_notebook .nav-link[name='activity_plan']"],
            ".o_run_timeline_step",
        ),
        "launch-preview": (
            f"{leads}/{free.id}",
            [
                ".o-mail-Chatter-activity",
                ".modal .o_selection_badge :: High-Priority",
            ],
            ".modal .o_plan_preview_step",
        ),
        "queue": (
            "/odoo/action-crm_activity_plus.activity_queue_action",
            [],
            ".o_activity_queue_card",
        ),
        "dashboard": (
            "/odoo/activity-dashboard",
            [],
            ".o_plan_dashboard_page:has(table)",
        ),
    } | calendar_pictures.find_pictures(env)


def find_lead(env):
    """:returns: the demo lead whose running plan has most to tell"""
    runs = env["mail.activity.plan.run"].search([("state", "=", "running")])
    return max(runs, key=lambda run: len(run.line_ids.filtered("is_closed"))).lead_id


def act(page, place):
    """Click on a place or, where it comes with a text, write that there."""
    if isinstance(place, str):
        page.run(f"{FIND % place}.click()")
        return
    place, text = place
    page.run(f"{FIND % place}.value = {json.dumps(text)}")
    for event in ("input", "change"):
        page.run(
            f"{FIND % place}.dispatchEvent(new Event('{event}', {{bubbles: true}}))"
        )


def take(page, name, path, clicks, sight):
    """Take a picture.

    :param str name: of its file
    :param str path: of the page
    :param list clicks: places to click on, one after the other; with a text, it is
        written there
    :param str sight: what has to be seen then
    """
    page.load(path)
    for place in clicks:
        page.wait_for(FIND % (place if isinstance(place, str) else place[0]))
        # What was just drawn may be drawn anew before it listens.
        time.sleep(REST)
        act(page, place)
    page.wait_for(FIND % sight)
    page.run(f"{FIND % sight}.scrollIntoView({{block: 'nearest'}})")
    time.sleep(REST)
    answer = page.browser._websocket_request(
        "Page.captureScreenshot", params={"format": "png"}
    )
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))
