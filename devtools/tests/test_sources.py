"""Where Odoo, Python packages and Debian's packages come from."""

import subprocess
from pathlib import Path

import pytest

from devtools import apt, odoo_source, python_env
from devtools.console import DevError
from devtools.paths import Paths, cache_folder


def make_odoo(root: Path, series: str = "19, 0", beside: bool = False) -> Path:
    package = root / "odoo"
    inside = package / "addons"
    web = (root / "addons" if beside else inside) / "web"
    for folder in (inside / "base", web):
        folder.mkdir(parents=True)
        (folder / "__manifest__.py").write_text("{}")
    (package / "release.py").write_text(f"version_info = ({series}, 0, FINAL, 0, '')\n")
    return root


def test_odoo_home_as_a_checkout(tmp_path, monkeypatch):
    root = make_odoo(tmp_path / "checkout", beside=True)
    monkeypatch.setenv("ODOO_HOME", str(root))
    source = odoo_source.locate(Paths(tmp_path, tmp_path))
    assert source.root == root
    assert source.addons_paths == [root / "addons", root / "odoo" / "addons"]
    assert source.addon("web") == root / "addons" / "web"
    assert source.addon("base") == root / "odoo" / "addons" / "base"


def test_odoo_home_as_an_unpacked_package(tmp_path, monkeypatch):
    root = make_odoo(tmp_path / "unpacked/usr/lib/python3/dist-packages")
    (root / "addons" / "web").mkdir(parents=True)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "unpacked"))
    source = odoo_source.locate(Paths(tmp_path, tmp_path))
    assert source.addons_paths == [root / "odoo" / "addons"]


def test_odoo_home_of_another_series(tmp_path, monkeypatch):
    make_odoo(tmp_path, "18, 0")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(DevError, match="holds Odoo 18.0: 19.0 is needed"):
        odoo_source.locate(Paths(tmp_path, tmp_path))


def test_odoo_home_without_odoo(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(DevError, match="holds no Odoo"):
        odoo_source.locate(Paths(tmp_path, tmp_path))


def test_unknown_addon(tmp_path):
    source = odoo_source.OdooSource(make_odoo(tmp_path), "x")
    with pytest.raises(DevError, match="no addon nonsense"):
        source.addon("nonsense")


def test_mirror_from_uris():
    uris = (
        "'http://mirror.example/debian-security/dists/x-security/InRelease' a 0 \n"
        "'http://mirror.example/debian/dists/x-updates/InRelease' b 0 \n"
    )
    assert apt.mirror_from_uris(uris) == "http://mirror.example/debian"
    assert apt.mirror_from_uris("") is None


def test_interpreter_that_odoo_supports_is_kept():
    assert python_env.interpreter_for("/bin/py", (3, 12)) == ("/bin/py", "3.12")


def test_interpreter_that_is_too_new(monkeypatch):
    monkeypatch.setattr(python_env.shutil, "which", {"python3.12": "/p"}.get)
    assert python_env.interpreter_for("/bin/py", (3, 14)) == ("/p", "3.12")
    monkeypatch.setattr(python_env.shutil, "which", lambda name: None)
    with pytest.raises(DevError, match="install Python 3.11"):
        python_env.interpreter_for("/bin/py", (3, 14))


def test_env_key_follows_locks_and_odoo(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("a==1\n")
    first = python_env.env_key([lock], "3.11", "odoo-a")
    assert python_env.env_key([lock], "3.11", "odoo-a") == first
    assert python_env.env_key([lock], "3.12", "odoo-a") != first
    assert python_env.env_key([lock], "3.11", "odoo-b") != first
    lock.write_text("a==2\n")
    assert python_env.env_key([lock], "3.11", "odoo-a") != first


def test_cache_folder(monkeypatch):
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/crm-activity-plus")
    monkeypatch.setenv("HOME", "/h")
    assert cache_folder({}) == Path("/h/.cache/crm-activity-plus")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}).parts[1] == "h"


def test_clone_id_is_that_of_the_place(tmp_path):
    first = Paths(tmp_path, tmp_path).clone_id
    assert first and Paths(tmp_path, tmp_path).clone_id == first
    assert Paths(tmp_path / "copy", tmp_path).clone_id != first


class FakeCommands:
    """Stands for a machine on which some commands fail."""

    def __init__(self, *failing: str):
        self.failing = failing
        self.seen: list[str] = []

    def capture(self, command, check=True, **_options):
        line = " ".join(command[1:])
        self.seen.append(line)
        failed = any(line.startswith(start) for start in self.failing)
        assert not (failed and check)
        return subprocess.CompletedProcess(command, int(failed), "", "")


def make_venv(monkeypatch, *failing: str) -> list[str]:
    commands = FakeCommands(*failing)
    monkeypatch.setattr(python_env.process, "capture", commands.capture)
    python_env.make_venv(python_env.PythonEnv(Path("/e")), "/py")
    return commands.seen


def test_venv(monkeypatch):
    assert make_venv(monkeypatch) == ["-m venv --clear /e"]


def test_venv_where_debian_splits_it_off(monkeypatch):
    commands = FakeCommands("-m venv")
    monkeypatch.setattr(python_env.process, "capture", commands.capture)

    def install(package):
        commands.failing = ()
        return package == "python3-venv"

    monkeypatch.setattr(python_env.apt, "install_as_root", install)
    python_env.make_venv(python_env.PythonEnv(Path("/e")), "/py")
    assert commands.seen == ["-m venv --clear /e"] * 2


def test_venv_that_only_root_can_install(monkeypatch):
    monkeypatch.setattr(python_env.apt, "install_as_root", lambda package: False)
    with pytest.raises(DevError, match="run 'apt-get install python3-venv' as root"):
        make_venv(monkeypatch, "-m venv")
