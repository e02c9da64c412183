"""What lint looks for by itself, and what the browser guard counts."""

import subprocess

import pytest

from devtools.commands import lint
from devtools.paths import Paths

# Written in two parts, so that this file has no finding itself.
SLASH = "/"


@pytest.fixture
def find_traces(tmp_path):
    """Runs the checks on a clone with one line in one file."""
    repo = tmp_path / "clone"
    (repo / "addon").mkdir(parents=True)
    (repo / "addon" / "__manifest__.py").write_text("{}")
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    linters = lint.find_linters(Paths(repo, tmp_path), tmp_path, tmp_path)

    def find(name: str, line: str) -> list[str]:
        (repo / name).write_text(line.replace("CLONE", str(repo)) + "\n")
        found = []
        for check in ("traces of a machine", "hosts in locks"):
            command, look, _fix, targets = linters[check]
            ran = subprocess.run([*command, *look, *targets], cwd=repo, check=False)
            found += [check] if ran.returncode else []
        return found

    return find


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("a.py", "open('CLONE/x')", "traces of a machine"),
        ("a.py", "CLONE", "traces of a machine"),
        ("a.py", f"{SLASH}home/ann/x", "traces of a machine"),
        ("a.py", f"x = '{SLASH}root/.cache'", "traces of a machine"),
        ("package-lock.json", '"resolved": "https://host/x"', "hosts in locks"),
        ("requirements.txt", "--index-url x", "hosts in locks"),
    ],
)
def test_traces_of_a_machine(find_traces, name, line, problem):
    assert find_traces(name, line) == [problem]


@pytest.mark.parametrize(
    "line",
    [
        "https://host/home/page/",
        "web/root/x",
        "CLONEd",
        f"{SLASH}usr/lib/postgresql",
        f"{SLASH}root",
    ],
)
def test_what_is_no_trace(find_traces, line):
    assert find_traces("a.py", line) == []
