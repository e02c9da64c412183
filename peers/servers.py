# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The two servers, on this machine only, for as long as a block runs."""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
HERE = Path(__file__).parent
# Each part writes into calendars of its own.
USERS = ("features", "client", "sync", "speed")
_PATIENCE = 120
_RADICALE = """
[server]
hosts = {host}:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
[storage]
filesystem_folder = {folder}
"""


@dataclass(frozen=True, eq=False)
class Server:
    """A server under test.

    :ivar name: in words
    :ivar url: where programs begin
    :ivar dict users: by name the login and the secret of each
    :ivar dict homes: by name the address of each user's calendars
    :ivar Path folder: where it keeps what is in them, if not in a database
    """

    name: str
    url: str
    users: dict
    homes: dict
    folder: Path = None


@contextmanager
def serving(database, folder, with_data=False):
    """:param str database: of Odoo's, that the addon is installed in
    :param Path folder: for whatever the servers write
    :param bool with_data: whether the user ``speed`` has thousands of objects
    :returns: ours and the stock one"""
    odoo = _serving_odoo(database, folder, with_data)
    with odoo as ours, _serving_radicale(folder) as stock:
        yield ours, stock


@contextmanager
def _serving_odoo(database, folder, with_data):
    odoo = shlex.split(os.environ["ODOO_COMMAND"])
    users = _make_users(odoo, database, folder, with_data)
    port = _find_port()
    command = [*odoo, "server", "-d", database, "--http-port", str(port)]
    command += ["--max-cron-threads", "0", "--log-level", "warn"]
    url = f"http://{HOST}:{port}"
    with (folder / "odoo.log").open("w") as log, _running(command, log):
        _wait_for(f"{url}/web/health")
        yield Server(
            "Odoo",
            f"{url}/caldav/",
            {name: (login, key) for name, (login, key, _id) in users.items()},
            {name: f"{url}/caldav/{id_}/" for name, (_, _, id_) in users.items()},
        )
        _show_errors(folder / "odoo.log")


def _make_users(odoo, database, folder, with_data):
    result = folder / "users.json"
    variables = {
        "PEERS_RESULT": str(result),
        "PEERS_USERS": json.dumps(USERS),
        "PEERS_WITH_DATA": str(int(with_data)),
    }
    places = [str(HERE), str(HERE.parent / "bench")]
    subprocess.run(
        [*odoo, "shell", "-d", database, "--no-http", "--log-level=error"],
        input=f"import sys; sys.path[:0] = {places!r}\n"
        "import odoo_data; odoo_data.main(env)\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **variables},
    )
    return json.loads(result.read_text())


def _show_errors(log):
    """Whatever a server writes at this level is something that it didn't expect."""
    lines = [line for line in log.read_text().splitlines() if " ERROR " in line]
    for line in lines[:20]:
        print(line)


@contextmanager
def _serving_radicale(folder):
    port, own = _find_port(), folder / "radicale"
    own.mkdir()
    config = own / "config"
    config.write_text(_RADICALE.format(host=HOST, port=port, folder=own))
    (own / "users").write_text("".join(f"{name}:secret\n" for name in USERS))
    command = [sys.executable, "-m", "radicale", "-C", str(config)]
    url = f"http://{HOST}:{port}/"
    with (folder / "radicale.log").open("w") as log, _running(command, log):
        _wait_for(url)
        yield Server(
            "Radicale",
            url,
            {name: (name, "secret") for name in USERS},
            {name: f"{url}{name}/" for name in USERS},
            own / "collection-root",
        )


@contextmanager
def _running(command, log):
    child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def _find_port():
    with socket.create_server((HOST, 0)) as free:
        return free.getsockname()[1]


def _wait_for(url):
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
