# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several Odoo servers with job runners on one database, on this machine.

Python's standard library only: ``./dev cluster`` and ``./dev bench cluster`` load this
file by itself.
"""

import asyncio
import configparser
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 120
# For all servers together: less than the ten that ./dev gives whom it ends.
STOP_SECONDS = 8


class Balancer(threading.Thread):
    """Hands each connection to the server that has the fewest of them.

    Whichever host the runner is on: its jobs are done by all.
    """

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.connections = {}
        #: port of a server -> that of its process for long-lived connections
        self.lasting = {}
        self._loop = asyncio.new_event_loop()
        self._is_listening = threading.Event()

    def run(self):
        listening = asyncio.start_server(self._accept, HOST, self.port)
        server = self._loop.run_until_complete(listening)
        self._is_listening.set()
        self._loop.run_forever()
        server.close()
        # Whoever still waits for an answer is let go.
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        everybody = asyncio.wait(waiting) if waiting else asyncio.sleep(0)
        self._loop.run_until_complete(everybody)
        self._loop.close()

    def start(self):
        super().start()
        self._is_listening.wait(START_SECONDS)

    def stop(self):
        if self.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.join(STOP_SECONDS)

    def add(self, port, lasting):
        self.connections[port] = 0
        self.lasting[port] = lasting

    async def _accept(self, reader, writer):
        # It is cancelled when the balancer ends.
        cancelled = contextlib.suppress(asyncio.CancelledError)
        with contextlib.closing(writer), cancelled:
            await self._pass_on(reader, writer)

    async def _pass_on(self, reader, writer):
        first = await reader.read(65536)
        for port in sorted(self.connections, key=self.connections.get):
            target = self.lasting[port] if first.startswith(b"GET /websocket") else port
            with contextlib.suppress(OSError):
                answer, request = await asyncio.open_connection(HOST, target)
                break
        else:
            return
        self.connections[port] += 1
        request.write(first)
        asking = asyncio.ensure_future(_pump(reader, request))
        try:
            # To the end, even if whoever asked doesn't wait for it.
            await _pump(answer, writer)
        finally:
            self.connections[port] -= 1
            asking.cancel()
            request.close()


async def _pump(reader, writer):
    while data := await _read(reader):
        with contextlib.suppress(OSError):
            writer.write(data)
            await writer.drain()


async def _read(reader):
    with contextlib.suppress(OSError):
        return await reader.read(65536)
    return b""


class Server:
    """An Odoo server, in a process group of its own."""

    def __init__(self, name, command, config, log):
        self.name = name
        self.port = int(config["options"]["http_port"])
        self.log = log
        self._config = tempfile.NamedTemporaryFile(
            "w", prefix="cluster-", suffix=".conf"
        )
        config.write(self._config)
        self._config.flush()
        with open(log, "w") as file:
            self._process = subprocess.Popen(
                [*command, "server", "-c", self._config.name],
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def is_alive(self):
        return self._process.poll() is None

    def owns(self, pid):
        """:returns: whether a process is one of the server's"""
        with contextlib.suppress(ProcessLookupError):
            return os.getpgid(pid) == self._process.pid
        return False

    def wait_until_ready(self):
        """:raises TimeoutError: it doesn't answer"""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.is_alive():
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/web/health", timeout=5)
                return
            time.sleep(0.2)
        tail = Path(self.log).read_text()[-3000:]
        raise TimeoutError(f"The server {self.name} doesn't answer:\n{tail}")

    def kill(self):
        """End it as a machine that loses its power does: ``kill -9``, all at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def terminate(self):
        """Have it end as an administrator does."""
        self._process.terminate()

    def end(self, seconds):
        """Wait for its end for so long, and no longer."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0))
        self.kill()
        self._config.close()


class Cluster:
    """Servers on one database, each with a job runner, of which one is active.

    :param list command: Odoo's command line
    :param config: path of a configuration with the database server's address
    :param str database: its name
    :param str folder: where the servers' logs go
    :param int hosts: how many servers
    :param int workers: processes of each server for requests, and so for jobs
    :param int jobs: how many jobs are done at a time, by all servers together; 0: there
        are no runners, and scheduled actions do everything
    :param list ports: of the servers; any that are free, otherwise
    """

    def __init__(
        self, command, config, database, folder, hosts=2, workers=2, jobs=4, ports=()
    ):
        self.command = command
        self.database = database
        self.folder = Path(folder)
        self.workers = workers
        self.jobs = jobs
        self._base = configparser.RawConfigParser()
        self._base.read(config)
        self.balancer = Balancer(free_port())
        self._ports = [*ports, *(free_port() for _ in range(hosts - len(ports)))]
        self.servers = []

    def __enter__(self):
        self.balancer.start()
        try:
            for number, port in enumerate(self._ports):
                self._start(chr(ord("a") + number), port)
            for server in self.servers:
                server.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def url(self):
        return f"http://{HOST}:{self.balancer.port}"

    def _start(self, name, port):
        lasting = free_port()
        config = self._prepare_config(name, port, lasting)
        log = self.folder / f"cluster-{name}.log"
        self.servers.append(Server(name, self.command, config, log))
        self.balancer.add(port, lasting)

    def _prepare_config(self, name, port, lasting):
        config = configparser.RawConfigParser()
        config.read_dict(self._base)
        config["options"] = {
            **self._base["options"],
            "db_name": self.database,
            "db_app_name": f"{name}-{{pid}}",
            "http_interface": HOST,
            "http_port": str(port),
            "gevent_port": str(lasting),
            "workers": str(self.workers),
            "max_cron_threads": "1",
            "server_wide_modules": "base,rpc,web" + (",queue_job" if self.jobs else ""),
        }
        config["queue_job"] = {
            "channels": f"root:{self.jobs}",
            "host": HOST,
            "port": str(self.balancer.port),
        }
        return config

    def stop(self):
        for server in self.servers:
            server.terminate()
        end = time.monotonic() + STOP_SECONDS
        for server in self.servers:
            server.end(end - time.monotonic())
        self.balancer.stop()

    def find(self, name):
        """:returns: the server of that name"""
        return next(server for server in self.servers if server.name == name)


def free_port():
    """:returns: a port that nobody listens on"""
    with socket.create_server((HOST, 0)) as free:
        return free.getsockname()[1]
