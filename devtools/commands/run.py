"""usage: ./dev run [Odoo's own options]

Start Odoo with all the addons of this repository and demo data, in the foreground.
The first start fetches what is needed and makes the database; later ones update only
the addons whose files have changed. Port 8069, or the next one that is free.

  ./dev run --dev=all         reload changed code and views
  ./dev run -p 8080           another port
"""

import subprocess
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from devtools import addons, ports, workspace
from devtools.console import say
from devtools.paths import Paths

DEFAULT_PORT = 8069


def main(paths: Paths, args: list[str]) -> int:
    """Start Odoo and wait for its end."""
    suite = addons.require(addons.discover(paths.repo, with_tests=False), paths.repo)
    with workspace.databases(paths, workspace.RUN_CLUSTER) as databases:
        database = databases.ensure_run(suite)
        port = given_port(args)
        if port is None:
            port = ports.first_free(DEFAULT_PORT)
            if port != DEFAULT_PORT:
                say(f"Port {DEFAULT_PORT} is taken: using {port}")
        config = databases.odoo.write_config("run", database, port)

        def announce(child: subprocess.Popen[Any]) -> None:
            threading.Thread(target=_announce, args=(child, port), daemon=True).start()

        return databases.odoo.run(args, config, started=announce)


def given_port(args: list[str]) -> int | None:
    """The port that Odoo's own options ask for."""
    for position, arg in enumerate(args):
        value = None
        if arg in ("-p", "--http-port"):
            value = args[position + 1] if position + 1 < len(args) else None
        elif arg.startswith("--http-port="):
            value = arg.partition("=")[2]
        elif arg.startswith("-p") and not arg.startswith("--"):
            value = arg[2:]
        if value and value.isdigit():
            return int(value)
    return None


def _announce(child: subprocess.Popen[Any], port: int) -> None:
    """Say where Odoo is once it answers, below the lines of its start."""
    while child.poll() is None:
        try:
            urllib.request.urlopen(f"http://{ports.HOST}:{port}/web/health", timeout=2)
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
            continue
        say(f"Odoo is ready: http://localhost:{port}  login: admin  password: admin")
        return
