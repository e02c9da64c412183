# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A page in a real Chromium, driven as Odoo's tests drive one."""

import json
import logging
import time
from pathlib import Path
from types import SimpleNamespace

import requests

from odoo.tests.common import ChromeBrowser

LOADED = "globalThis.odoo?.isReady && odoo.__WOWL_DEBUG__"
PAGE = (Path(__file__).parent / "clicks_page.js").read_text()


class Page:
    """The web client of a user.

    :param str url: where the server is
    :param str login: login and password
    """

    def __init__(self, url, login):
        self.url = url
        # The client says so whenever a page is left that still waits for something.
        logging.getLogger("bench.browser").setLevel(logging.CRITICAL)
        window = SimpleNamespace(
            _logger=logging.getLogger("bench.browser"),
            browser_size="1366x768",
            touch_enabled=False,
        )
        self.browser = ChromeBrowser(window)
        # Odoo's tests look at each request, which takes its time.
        self.browser._websocket_request("Fetch.disable")
        self._log_in(login)

    def _log_in(self, login):
        database = requests.post(
            f"{self.url}/web/database/list", json={"params": {}}, timeout=60
        ).json()["result"][0]
        answer = requests.post(
            f"{self.url}/web/session/authenticate",
            json={"params": {"db": database, "login": login, "password": login}},
            timeout=60,
        )
        self.browser._websocket_request(
            "Network.setCookie",
            params={
                "name": "session_id",
                "value": answer.cookies["session_id"],
                "url": self.url,
            },
        )

    def load(self, path):
        """Load the client anew."""
        self.browser._websocket_request(
            "Page.navigate", params={"url": f"{self.url}{path}"}, timeout=300
        )
        self.wait_for(LOADED, 300)
        self.run(PAGE)

    def wait_for(self, condition, patience=60):
        """Wait until something is true in the page.

        :param str condition: JavaScript
        :param int patience: seconds
        :raises TimeoutError: it isn't by then
        """
        deadline = time.monotonic() + patience
        while not self.run(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"There is no {condition}")
            time.sleep(0.05)

    def run(self, script):
        """Run JavaScript in the page, and wait for what it promises.

        :returns: its value
        """
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": script, "awaitPromise": True, "returnByValue": True},
            timeout=120,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            told = details.get("exception", {}).get("description", details["text"])
            raise RuntimeError(f"{told}\nin {script[:300]}")
        return answer["result"].get("value")

    def call(self, name, *args):
        """Call one of the functions of ``clicks_page.js``."""
        return self.run(f"clicks.{name}({', '.join(map(json.dumps, args))})")

    def close(self):
        self.browser.stop()
