"""Odoo starts itself again: after a change of its code, and for websockets."""

import subprocess
import sys
from pathlib import Path

import pytest

from devtools import odoo_server
from devtools.odoo_server import Odoo


@pytest.fixture
def odoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an Odoo that prints the command line it was started by."""
    cli = tmp_path / "odoo" / "cli"
    cli.mkdir(parents=True)
    main = "import sys\ndef main():\n    print(*sys.argv, sep='\\n')\n"
    (cli / "command.py").write_text(main)
    (tmp_path / "odoo" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def run(*command: str, cwd: Path) -> list[str]:
    output = subprocess.check_output(command, cwd=cwd, text=True, timeout=30)
    return output.split("\n")[:-1]


def test_odoo_can_start_itself_again(odoo, monkeypatch):
    monkeypatch.setattr(Odoo, "__init__", lambda self: None)
    first = Odoo()
    object.__setattr__(first, "python", type("Python", (), {"python": sys.executable}))
    started = run(*first.command("-d", "x"), cwd=odoo)
    assert started[1:] == ["-d", "x"]
    # As it does for the process that serves websockets.
    again = run(sys.executable, started[0], "gevent", *started[1:], cwd=odoo)
    assert again[1:] == ["gevent", "-d", "x"]


def test_a_folder_named_odoo_is_not_taken_for_it(odoo, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "odoo").mkdir()
    (elsewhere / "odoo" / "__init__.py").write_text("raise SystemExit('not me')\n")
    assert run(sys.executable, str(odoo_server.ODOO_BIN), "a", cwd=elsewhere)[1] == "a"
