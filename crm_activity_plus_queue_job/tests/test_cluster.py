# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import configparser
import logging
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from odoo.sql_db import connection_info_for
from odoo.tests import BaseCase, tagged

from odoo.addons.crm_activity_plus.tests.lifecycle_common import LifecycleCase

from .cluster import HOST, Balancer, Cluster, Server, free_port
from .cluster_work import PREPARE, Work

_logger = logging.getLogger(__name__)

# So many leads and due steps; 5,000 where somebody has the time.
COUNT = int(os.environ.get("CRM_ACTIVITY_PLUS_CLUSTER", 600))


def connect(database):
    """:returns: a connection that commits each statement"""
    connection = psycopg2.connect(**connection_info_for(database)[1])
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return connection


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestCluster(LifecycleCase):
    """Two servers on one database, real processes, of which one is killed in the middle
    of its work: everything is done once."""

    suffix = "cluster"
    scripts = Path(__file__).parent / "scripts"

    @classmethod
    def _go_through(cls):
        cls._serve("-i", "crm_activity_plus_queue_job")
        script = f"exec({PREPARE!r}, {{'env': env, 'count': {COUNT}}})"
        cls._odoo("shell", "-d", cls.database, "--no-http", script=script)
        work = Work(connect, cls.database)
        cls.addClassCleanup(work.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        command = [sys.executable, "-P", "-m", "odoo"]
        path = os.pathsep.join(filter(None, sys.path))
        with (
            patch.dict("os.environ", PYTHONPATH=path),
            Cluster(command, cls.config, cls.database, folder.name) as cluster,
        ):
            cls._kill_one(cluster, work)
        cls.counts = work.count()
        cls.jobs = dict(
            work.query(
                "SELECT state, count(*) FROM queue_job"
                " WHERE activity_work IS NOT NULL GROUP BY state"
            )
        )
        cls._uninstall(work)

    @classmethod
    def _uninstall(cls, work):
        """The queue goes while jobs wait."""
        cls.waiting = cls._run_script("wait")
        work.close()
        cls.logs["uninstall"] = cls._odoo(
            "module", "uninstall", "-d", cls.database, "queue_job"
        )
        cls.after = cls._run_script("after")

    @classmethod
    def _kill_one(cls, cluster, work):
        work.wait(work.find_master, 60)
        cls.first = work.find_master()
        server = cluster.find(cls.first)
        work.begin()
        cls.at_kill = {}

        def is_in_the_middle():
            cls.at_kill = work.count()
            return cls.at_kill["steps_done"] and any(
                map(server.owns, work.find_started())
            )

        work.wait(is_in_the_middle, 120, every=0.02)
        server.kill()
        # PostgreSQL may need a moment to see that it is gone.
        cls.takeover = work.wait(
            lambda: (work.find_master() or cls.first) != cls.first, 60
        )
        cls.second = work.find_master()
        cls.rest = work.wait(work.is_over, 60 + COUNT / 5)
        _logger.info(
            "%s leads, %s steps: killed at %s; another runner after %.1f s, all done"
            " %.1f s later",
            *(COUNT, COUNT, cls.at_kill, cls.takeover, cls.rest),
        )

    def test_it_was_in_the_middle(self):
        self.assertGreater(self.at_kill["steps_left"], 0)

    def test_the_other_runner_takes_over_in_seconds(self):
        self.assertNotEqual(self.first, self.second)
        self.assertLess(self.takeover, 15)

    def test_steps_are_done_once(self):
        each = COUNT // 3
        names = ("steps_done", "emails", "meetings", "actions")
        self.assertEqual(
            [self.counts[name] for name in names], [3 * each, each, each, each]
        )
        self.assertEqual(self.counts["emailed_leads"], each)
        self.assertEqual(self.counts["acted_leads"], each)

    def test_leads_are_launched_on_once(self):
        names = ("runs", "launched_leads", "activities")
        self.assertEqual(
            [self.counts[name] for name in names], [COUNT, COUNT, 2 * COUNT]
        )

    def test_the_launch_says_so(self):
        self.assertEqual(self.counts["told"], COUNT * 1000000 + COUNT)

    def test_no_job_is_left(self):
        self.assertGreater(self.jobs.pop("done"), 2)
        self.assertEqual(self.jobs, {})

    # ------------------------------------------------------------
    # The queue is uninstalled
    # ------------------------------------------------------------

    def test_uninstall_log(self):
        self._assert_no_trouble("uninstall")

    def test_nothing_of_the_addon_is_left(self):
        self.assertEqual(self.after["left"], [])
        self.assertEqual((self.after["fields"], self.after["crons"]), (0, 0))

    def test_scheduled_actions_go_on_with_the_launch(self):
        self.assertGreater(self.waiting["launched"], 0)
        self.assertEqual(self.waiting["jobs"], 3)
        self.assertEqual(
            self.after["before"],
            {"processed": self.waiting["launched"], "state": "running"},
        )
        self.assertEqual(self.after["launch"], ["done", 501, 501])
        self.assertEqual((self.after["runs"], self.after["leads"]), (501, 501))

    def test_scheduled_actions_go_on_with_due_steps(self):
        self.assertEqual(self.after["steps"], ["done"])
        self.assertEqual((self.after["emails"], self.after["meetings"]), (9, 9))


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestEnd(BaseCase):
    """Nothing is left of a cluster, and nobody waits for long."""

    def test_servers_end_at_the_same_time(self):
        """Whoever presses Ctrl-C doesn't wait for one after the other."""
        slow = "trap 'sleep 3; exit' TERM; echo ready; while :; do sleep 0.1; done"
        config = configparser.RawConfigParser()
        config.read_dict({"options": {"http_port": "0"}})
        with tempfile.TemporaryDirectory() as folder:
            cluster = Cluster([], "", "", folder)
            logs = [Path(folder, name) for name in "ab"]
            cluster.servers = [
                Server(log.name, ["sh", "-c", slow], config, log) for log in logs
            ]
            for log in logs:
                while not log.read_text():
                    time.sleep(0.1)
            start = time.monotonic()
            cluster.stop()
            self.assertLess(time.monotonic() - start, 5)
        for server in cluster.servers:
            self.assertFalse(server.is_alive())
            self.assertFalse(Path(server._config.name).exists())

    def test_it_ends_while_somebody_waits(self):
        """Whoever waits for an answer is let go, and the port is free again."""
        balancer = Balancer(free_port())
        with socket.create_server((HOST, 0)) as silent:
            balancer.add(silent.getsockname()[1], 0)
            balancer.start()
            with socket.create_connection((HOST, balancer.port), 5) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                with silent.accept()[0]:
                    balancer.stop()
                    self.assertFalse(balancer.is_alive())
                    self.assertEqual(client.recv(1), b"")
        socket.create_server((HOST, balancer.port)).close()
