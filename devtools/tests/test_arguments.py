"""Reading the command lines of the tool, pytest and Odoo."""

from pathlib import Path

import pytest

from devtools import cli
from devtools.commands import test as testing
from devtools.commands.odoo import names_database
from devtools.commands.run import given_port
from devtools.console import DevError
from devtools.paths import Paths


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "addon" / "tests").mkdir(parents=True)
    (tmp_path / "repo" / "addon" / "tests" / "test_plan.py").touch()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "repo"


def test_paths_are_found_from_any_folder(repo):
    args, found = testing.resolve(
        ["addon/tests/test_plan.py::TestPlan::test_launch", "-x"],
        repo.parent / "elsewhere",
        repo,
    )
    target = repo / "addon" / "tests" / "test_plan.py"
    assert args == [f"{target}::TestPlan::test_launch", "-x"]
    assert found == [target]


def test_paths_of_the_present_folder_come_first(repo):
    args, _found = testing.resolve(["tests"], repo / "addon", repo)
    assert args == [str(repo / "addon" / "tests")]


def test_value_of_an_option_is_no_path(repo):
    args, found = testing.resolve(["-k", "addon"], repo, repo)
    assert args == ["-k", "addon"]
    assert found == []


def test_unknown_words_are_left_to_pytest(repo):
    assert testing.resolve(["nothing"], repo, repo) == (["nothing"], [])


def test_two_at_a_time_where_there_are_many(monkeypatch, repo):
    def is_distributed(*args: str) -> bool:
        return "-n2" in testing.distribute(
            list(args), testing.resolve(args, repo, repo)[1]
        )

    monkeypatch.setattr(testing.os, "sched_getaffinity", lambda pid: {0, 1})
    assert is_distributed()
    assert is_distributed("-k", "launch")
    assert is_distributed("addon")
    assert not is_distributed("addon/tests/test_plan.py")
    assert not is_distributed("-x")
    monkeypatch.setattr(testing.os, "sched_getaffinity", lambda pid: {0})
    assert not is_distributed()


@pytest.mark.parametrize(
    ("args", "port"),
    [
        ([], None),
        (["-p", "8080"], 8080),
        (["-p8080"], 8080),
        (["--http-port=8080"], 8080),
        (["--http-port", "8080"], 8080),
        (["--dev=all", "--proxy-mode"], None),
        (["-p"], None),
    ],
)
def test_given_port(args, port):
    assert given_port(args) == port


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ([], False),
        (["-d", "x"], True),
        (["-dx"], True),
        (["--database=x"], True),
        (["--database", "x"], True),
        (["--dev=all"], False),
    ],
)
def test_names_database(args, named):
    assert names_database(args) is named


def test_known_failures_need_a_reason(tmp_path):
    paths = Paths(tmp_path, tmp_path)
    known = tmp_path / "devtools" / "core_known_failures.txt"
    known.parent.mkdir()
    known.write_text("# comment\n\ncrm/test_a.py::A::test_b  # two queries more\n")
    assert testing.known_failures(paths, "core") == ["crm/test_a.py::A::test_b"]
    known.write_text("crm/test_a.py::A::test_b\n")
    with pytest.raises(DevError, match="core_known_failures.txt: no reason"):
        testing.known_failures(paths, "core")


def test_hoot_passed_adds_up():
    log = "x [HOOT] Passed 4 tests (9 assertions)\ny [HOOT] Passed 150 tests\n"
    assert testing.hoot_passed(log) == 154
    with pytest.raises(DevError, match="only 4 of"):
        testing.hoot_passed("x [HOOT] Passed 4 tests")


def test_unknown_command(tmp_path):
    with pytest.raises(
        DevError, match="unknown command 'rum': choose one of run, test"
    ):
        cli.dispatch(["rum"], Paths(tmp_path, tmp_path))


def test_help_names_every_command(capsys, tmp_path):
    assert cli.dispatch(["--help"], Paths(tmp_path, tmp_path)) == 0
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in cli.COMMANDS)


@pytest.mark.parametrize("name", ["run", "test", "lint", "bench"])
def test_commands_have_help(capsys, tmp_path, name):
    assert cli.dispatch([name, "--help"], Paths(tmp_path, tmp_path)) == 0
    assert f"usage: ./dev {name}" in capsys.readouterr().out
