"""Reading the command lines of the tool, pytest and Odoo."""

from pathlib import Path

import pytest

from devtools import cli, pytest_args
from devtools.commands.run import given_port
from devtools.commands.shell import names_database
from devtools.commands.test import hoot_passed, known_failures
from devtools.errors import DevError
from devtools.paths import Paths


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "addon" / "tests").mkdir(parents=True)
    (tmp_path / "repo" / "addon" / "tests" / "test_plan.py").touch()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "repo"


def test_paths_are_found_from_any_folder(repo):
    args, found = pytest_args.resolve(
        ["addon/tests/test_plan.py::TestPlan::test_launch", "-x"],
        repo.parent / "elsewhere",
        repo,
    )
    target = repo / "addon" / "tests" / "test_plan.py"
    assert args == [f"{target}::TestPlan::test_launch", "-x"]
    assert found == [target]


def test_paths_of_the_present_folder_come_first(repo):
    args, _found = pytest_args.resolve(["tests"], repo / "addon", repo)
    assert args == [str(repo / "addon" / "tests")]


def test_value_of_an_option_is_no_path(repo):
    args, found = pytest_args.resolve(["-k", "addon"], repo, repo)
    assert args == ["-k", "addon"]
    assert found == []


def test_unknown_words_are_left_to_pytest(repo):
    assert pytest_args.resolve(["nothing"], repo, repo) == (["nothing"], [])


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
    assert known_failures(paths, "core") == ["crm/test_a.py::A::test_b"]
    known.write_text("crm/test_a.py::A::test_b\n")
    with pytest.raises(DevError, match="core_known_failures.txt: no reason"):
        known_failures(paths, "core")


def test_hoot_passed_adds_up():
    log = "x [HOOT] Passed 4 tests (9 assertions)\ny [HOOT] Passed 150 tests\n"
    assert hoot_passed(log) == 154
    assert hoot_passed("nothing") == 0


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
