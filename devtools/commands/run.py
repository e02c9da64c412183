"""usage: ./dev run [Odoo's own options]

Start Odoo with all the addons of this repository and demo data, in the foreground.
The first start fetches what is needed and makes the database; later ones update only
the addons whose files have changed. Port 8069, or the next one that is free.

  ./dev run --dev=all         show changed views at once; changed code takes a new start
  ./dev run -p 8080           another port"""

import re
import subprocess
import threading
import time
import urllib.request
from typing import Any

from devtools import addons, database
from devtools.console import DevError, say
from devtools.odoo_server import DEFAULT_PORT, HOST, free_port, is_free
from devtools.paths import Paths

_PORT = re.compile(r"(?:^| )(?:-p ?|--http-port[ =])(\d+)(?: |$)")


def main(paths: Paths, args: list[str]) -> int:
    """Start Odoo and wait for its end."""
    if (given := given_port(args)) and not is_free(given):
        raise DevError(f"port {given} is taken, or is none: give another one")
    with database.connect(paths, "run") as databases:
        name = databases.ensure_run(addons.discover(paths.repo, with_tests=False))
        port = given or free_port(DEFAULT_PORT)

        def announce(child: subprocess.Popen[Any]) -> None:
            threading.Thread(target=_announce, args=(child, port), daemon=True).start()

        with databases.odoo.config("run", name, port) as config:
            return databases.odoo.run(args, config, started=announce)


def given_port(args: list[str]) -> int | None:
    """The port that Odoo's own options ask for."""
    found = _PORT.search(" ".join(args))
    return int(found[1]) if found else None


def _announce(child: subprocess.Popen[Any], port: int) -> None:
    """Say where Odoo is once it answers, below the lines of its start."""
    while child.poll() is None:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/web/health", timeout=2)
        except OSError:
            time.sleep(0.3)
        else:
            say(f"Odoo is ready: http://localhost:{port} login: admin password: admin")
            return
