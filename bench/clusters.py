# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What several workers and hosts get done, beside one scheduled action.

The servers are real ones, and so is what they do: a plan is launched on so many leads,
and so many emails, meetings and server actions are due.
"""

import configparser
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import partial
from operator import sub
from pathlib import Path

ADDON = "crm_activity_plus_queue_job"
sys.path.append(str(Path(__file__).parents[1] / ADDON / "tests"))

import psycopg2  # noqa: E402
from cluster import HOST, Cluster  # noqa: E402
from cluster_work import PREPARE, Work  # noqa: E402

SETUPS = {
    "one scheduled action": {"hosts": 1, "workers": 1, "jobs": 0},
    "one worker": {"hosts": 1, "workers": 1, "jobs": 1},
    "two workers": {"hosts": 1, "workers": 2, "jobs": 2},
    "two hosts": {"hosts": 2, "workers": 1, "jobs": 2},
}
KINDS = {"steps": "ir_cron_run_due_steps", "launches": "ir_cron_launch_plans"}
QUICK, FULL = 600, 4800
LONGEST = 1800
# On so many leads it is launched beforehand: whoever is measured has done so before.
WARM = 510
# There is one more launch, on the first leads.
PREPARE_WARM = f"""
warm = env["mail.activity.plan"].search([("name", "=", "Cluster launch")]).copy()
warm.launch(env["crm.lead"].search([], order="id", limit={WARM}).ids)
env["ir.cron.trigger"].search([]).unlink()
env.cr.commit()
"""
TICKS = os.sysconf("SC_CLK_TCK")


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


def find_ports(start, count):
    """:returns: the first ports from one on that nobody listens on"""
    found = []
    for port in range(start, 65536):
        with suppress(OSError):
            socket.create_server((HOST, port)).close()
            found.append(port)
        if len(found) == count:
            return found
    raise SystemExit(f"No port from {start} on is free")


def serve(port):
    """Run two servers until somebody presses Ctrl-C.

    :param int port: of the first one, or the next that is free
    """
    command = shlex.split(os.environ["ODOO_COMMAND"])
    config = os.environ["ODOO_RC"]
    ports = find_ports(port, 2)
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
    script = f"exec({PREPARE + PREPARE_WARM!r}, {{'env': env, 'count': {count}}})\n"
    shell = ["shell", "-d", database, "--no-http", "--log-level=error"]
    odoo(*shell, input=script, text=True)


def measure(database, count):
    """:returns: for each setup and kind of work, what :func:`measure_kind` returns"""
    figures = {}
    for name, setup in SETUPS.items():
        with copied(database) as copy, tempfile.TemporaryDirectory() as folder:
            command = shlex.split(os.environ["ODOO_COMMAND"])
            config = os.environ["ODOO_RC"]
            with Cluster(command, config, copy, folder, **setup) as cluster:
                figures[name] = measure_work(cluster, count)
        print(name, figures[name], f"load {os.getloadavg()[0]:.1f}", flush=True)
    return figures


def measure_work(cluster, count):
    work = Work(connect, cluster.database)
    try:
        if cluster.jobs:
            work.wait(work.find_master, 60)
        warm_up(work)
        return {kind: measure_kind(cluster, work, kind, count) for kind in KINDS}
    finally:
        work.close()


def warm_up(work):
    """Have everybody launch a bit: what a process does for the first time takes longer,
    and the more processes there are, the more of them are new to it."""
    hold = "UPDATE mail_activity_plan_launch SET state = %s WHERE record_count <> %s"
    work.query(hold, "failed", WARM)
    work.begin(KINDS["launches"])
    work.wait(partial(is_over, work, "launches"), LONGEST)
    work.query(hold, "pending", WARM)


def measure_kind(cluster, work, kind, count):
    """:returns: how much is done in a second, and for how many milliseconds processors
    work on each: for Odoo, and for PostgreSQL"""
    before = read_cpu(cluster, work)
    work.begin(KINDS[kind])
    seconds = work.wait(partial(is_over, work, kind), LONGEST)
    work_seconds = map(sub, read_cpu(cluster, work), before)
    return (count / seconds, *(1000 * each / count for each in work_seconds))


def is_over(work, kind):
    """Scheduled actions pause for up to a minute after each ten seconds or so: that is
    left out of what they take, by calling them again at once."""
    work.wake_if_due()
    return work.is_over(kind)


def read_cpu(cluster, work):
    """:returns: for how many seconds processors worked so far for Odoo, and for
    PostgreSQL, those of their processes included that have ended"""
    processes = read_processes()
    [[backend]] = work.query("SELECT pg_backend_pid()")
    postmaster = processes[backend][0]
    odoo = postgres = 0
    for pid, (parent, seconds) in processes.items():
        if any(server.owns(pid) for server in cluster.servers):
            odoo += seconds
        elif postmaster in (pid, parent):
            postgres += seconds
    return odoo, postgres


def read_processes():
    """:returns: for each process of this machine, its parent, and for how many seconds
    it has worked, with its children that have ended"""
    processes = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _name, _end, values = path.read_text().rpartition(")")
            _state, parent, *others = values.split()
            ticks = sum(map(int, others[9:13]))
            processes[int(path.parent.name)] = int(parent), ticks / TICKS
    return processes


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
    """Tell the rates, and how many cores that takes: there are no more than there are,
    so that is as far as more workers can get."""
    head = "".join(f"{kind:>12}{'ratio':>9}{'Odoo':>8}{'SQL':>8}" for kind in KINDS)
    print(f"{'per second, CPU ms':24}{head}")
    [base, *_others] = figures.values()
    for name, results in figures.items():
        cells = (format_cell(*results[kind], base[kind][0]) for kind in KINDS)
        print(f"{name:24}" + "".join(cells))


def format_cell(rate, odoo, sql, base):
    return f"{rate:12.1f}{rate / base:7.2f} x{odoo:8.2f}{sql:8.2f}"
