"""What is written about the project can be read, and nothing is left of a merge."""

import re
import subprocess
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree

REPO = Path(__file__).parents[2]
WARNING = 2
# Seven of them are a title's line, too, where the title has seven letters.
MARKER = re.compile(
    rb"^(?:<{7}|\|{7}|>{7})(?: .*)?$|(?<!\n[^\n]{7}\n)^={7}\r?$", re.MULTILINE
)


def find_files(pattern: str = "*") -> list[Path]:
    """Those of the project, whether git has them already or not."""
    # Whoever has cloned it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        [*command, "--", pattern], cwd=REPO, check=True, capture_output=True, text=True
    )
    paths = [REPO / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def find_problems(text: str) -> list[str]:
    """What docutils says against a document: tables, titles, lists, references."""
    settings = {
        "file_insertion_enabled": False,
        "halt_level": 5,
        "report_level": WARNING,
        "warning_stream": False,
    }
    tree = publish_doctree(text, settings_overrides=settings)
    found = [*tree.findall(nodes.system_message), *tree.transform_messages]
    return [said.astext() for said in found if said["level"] >= WARNING]


def is_left_of_a_merge(content: bytes) -> bool:
    return bool(MARKER.search(b"\n" + content))


def test_documents_can_be_read():
    documents = find_files("*.rst")
    assert REPO / "README.rst" in documents
    found = {str(path): find_problems(path.read_text()) for path in documents}
    assert {path: said for path, said in found.items() if said} == {}


def test_nothing_is_left_of_a_merge():
    files = find_files()
    assert Path(__file__) in files
    left = [str(path) for path in files if is_left_of_a_merge(path.read_bytes())]
    assert left == []


@pytest.mark.parametrize(
    "text",
    [
        "Measured\n-----\n",
        "Measured\n--------\n\nMore\n====\n\nAgain\n~~~~~\n\nMore\n----\n\n=======\n",
        "====  ====\na     b\n====  ====\n1     2\n",
        "====  ===\n12345678\n====  ===\n",
        "A list:\n\n  * one\n two\n",
        "``open\n",
        "See nothing_.\n",
    ],
)
def test_what_is_no_document(text):
    assert find_problems(text)


@pytest.mark.parametrize(
    "text", ["a\n{}< HEAD\nb", "a\nbcd\n{}\nc", "{}\n", "c\n{}> 1a2b\n", "{}| 12\n"]
)
def test_what_a_merge_leaves(text):
    signs = {"<": "<" * 6, ">": ">" * 6, "|": "|" * 6}
    sign = next((sign for sign in signs if f"{{}}{sign}" in text), None)
    assert is_left_of_a_merge(text.format(signs.get(sign, "=" * 7)).encode())


@pytest.mark.parametrize(
    "text",
    ["Summary\n=======\n", "x\nSummary\n=======\n", "======= ===\n", "a<<<<"],
)
def test_what_no_merge_leaves(text):
    assert not is_left_of_a_merge(text.encode())
