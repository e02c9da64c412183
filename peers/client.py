# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The functional tests of python-caldav, which many programs stand on."""

import json
import os
import re
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import features
from exceptions import read_exceptions

_LOCK = Path(__file__).parent.parent / "requirements-peers.txt"
_EXCEPTIONS = Path(__file__).with_name("client.txt")
# With fewer of them, they haven't run.
_MINIMUM = 40


def check(ours, stock, folder):
    """:returns: what is worse than it should be, in sentences"""
    tests = _fetch_tests(folder)
    servers = {"Ours": ours, "Stock": stock}
    _write_config(tests, servers)
    command = [sys.executable, "-m", "pytest", "tests/test_caldav.py", "-q", "-rN"]
    command += ["-k", " or ".join(servers), "-pno:cacheprovider"]
    command += ["--tb=short", "--junitxml=result.xml"]
    env = {**os.environ, "PYTHON_CALDAV_TEST_DOCKER": "0"}
    with (folder / "client.log").open("w+") as log:
        subprocess.run(command, cwd=tests, env=env, stdout=log, stderr=log)
        log.seek(0)
        text = log.read()
    if not (tests / "result.xml").exists():
        return ["the tests didn't run:\n" + text[-2000:]]
    found = {name: _read_results(tests / "result.xml", name) for name in servers}
    for name, results in found.items():
        counts = Counter(status for status, _message in results.values())
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        print(f"{servers[name].name}: {told}")
    return [*_compare(found["Ours"], found["Stock"])]


def _compare(own, other):
    if sum(status == "passed" for status, _message in own.values()) < _MINIMUM:
        yield f"fewer than {_MINIMUM} tests passed"
    exceptions = read_exceptions(_EXCEPTIONS)
    for name, (status, message) in own.items():
        if status == "passed" and name in exceptions:
            yield f"{name} passes: it doesn't belong into {_EXCEPTIONS.name}"
        elif status == "failed" and name not in exceptions:
            if other.get(name, ("",))[0] != "failed":
                yield f"{name} fails: {message}"


def _fetch_tests(folder):
    """Fetch the source, which has the tests, by the hash that is locked.

    :returns: the folder that ``tests`` is in, without the library itself"""
    locked = re.search(r"^caldav==.*(?:\\\n.*)*", _LOCK.read_text(), re.MULTILINE)
    (folder / "source.txt").write_text(locked[0] + "\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary=:all:", "--no-build-isolation", "--no-input"]
    command += ["--disable-pip-version-check", "-r", "source.txt"]
    subprocess.run(command, cwd=folder, check=True)
    [archive] = folder.glob("caldav-*.tar.gz")
    with tarfile.open(archive) as file:
        members = [m for m in file if m.name.split("/")[1:2] == ["tests"]]
        file.extractall(folder / "source", members=members, filter="data")
    [tests] = (folder / "source").iterdir()
    return tests


def _write_config(tests, servers):
    config = {name: {"enabled": False} for name in ("radicale", "xandikos")}
    for name, server in servers.items():
        login, secret = server.users["client"]
        config[name] = {
            "enabled": True,
            "features": features.read_hints(server),
            "password": secret,
            "type": "external",
            "url": server.url,
            "username": login,
        }
    path = tests / "tests" / "caldav_test_servers.json"
    path.write_text(json.dumps({"test-servers": config}))


def _read_results(path, name):
    """:returns: by the name of each test how it ended, and the reason"""
    results = {}
    for case in ElementTree.parse(path).iter("testcase"):
        if not case.get("classname").endswith(name):
            continue
        status, message = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                status, message = "failed", child.get("message", "")
            elif child.tag == "skipped":
                status = "skipped"
        results[case.get("name")] = (status, " ".join(message.split())[:300])
    return results
