# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What several workers and hosts get done, beside one scheduled action.

The servers are real ones, and so is what they do: a plan is launched on so many leads,
and so many emails, meetings and server actions are due.
"""

import configparser
import os
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ADDON = "crm_activity_plus_queue_job"
sys.path.append(str(Path(__file__).parents[1] / ADDON / "tests"))

import psycopg2  # noqa: E402
from cluster import Cluster  # noqa: E402
from cluster_work import PREPARE, Work  # noqa: E402

SETUPS = {
    "one scheduled action": {"hosts": 1, "workers": 1, "jobs": 0},
    "one worker": {"hosts": 1, "workers": 1, "jobs": 1},
    "two workers": {"hosts": 1, "workers": 2, "jobs": 2},
    "two hosts": {"hosts": 2, "workers": 1, "jobs": 2},
}
KINDS = {"steps": "ir_cron_run_due_steps", "launches": "ir_cron_launch_plans"}
QUICK, FULL = 1200, 4800
LONGEST = 1800


def connect(database):
    """:returns: a connection that commits each statement"""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def read_database(config):
    """:returns: the database that a configuration names"""
    parser = configparser.RawConfigParser()
    parser.read(config)
    return parser["options"]["db_name"]


def serve():
    """Run two servers until somebody presses Ctrl-C."""
    command = shlex.split(os.environ["ODOO_COMMAND"])
    config = os.environ["ODOO_RC"]
    ports = [8069, 8070]
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster(command, config, read_database(config), folder, ports=ports) as cluster,
    ):
        for server in cluster.servers:
            print(f"{server.name}: {server.url}  log: {server.log}")
        print(f"Both, behind a balancer: {cluster.url}  login: admin password: admin")
        print("Ctrl-C ends them.", flush=True)
        with suppress(KeyboardInterrupt):
            while any(server.is_alive() for server in cluster.servers):
                time.sleep(1)
    return 0


def prepare(odoo, database, count):
    """Put the work into a database, to be copied."""
    odoo("-d", database, "-i", ADDON, "--stop-after-init", "--log-level=error")
    script = f"exec({PREPARE!r}, {{'env': env, 'count': {count}}})\n"
    shell = ["shell", "-d", database, "--no-http", "--log-level=error"]
    odoo(*shell, input=script, text=True)


def measure(database, count):
    """:returns: for each setup and kind of work, how much is done in a second"""
    figures = {}
    for name, setup in SETUPS.items():
        with copied(database) as copy, tempfile.TemporaryDirectory() as folder:
            command = shlex.split(os.environ["ODOO_COMMAND"])
            config = os.environ["ODOO_RC"]
            with Cluster(command, config, copy, folder, **setup):
                figures[name] = measure_work(copy, count, bool(setup["jobs"]))
        print(name, figures[name], f"load {os.getloadavg()[0]:.1f}", flush=True)
    return figures


def measure_work(database, count, has_runner):
    work = Work(connect, database)
    try:
        if has_runner:
            work.wait(work.find_master, 60)
        rates = {}
        for kind, cron in KINDS.items():
            work.begin(cron)
            rates[kind] = count / work.wait(lambda k=kind: work.is_over(k), LONGEST)
        return rates
    finally:
        work.close()


@contextmanager
def copied(database):
    copy = f"{database}_copy"
    drop = ["dropdb", "--if-exists", "--force", copy]
    subprocess.run(drop, check=True)
    subprocess.run(["createdb", "-T", database, copy], check=True)
    try:
        yield copy
    finally:
        subprocess.run(drop, check=True)


def report(figures):
    print(f"{'per second':24}" + "".join(f"{kind:>12}{'':9}" for kind in KINDS))
    [base, *_others] = figures.values()
    for name, rates in figures.items():
        cells = (f"{rates[k]:12.1f}{rates[k] / base[k]:7.2f} x" for k in KINDS)
        print(f"{name:24}" + "".join(cells))
