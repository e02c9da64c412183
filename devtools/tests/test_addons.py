"""Which addons there are, and when they count as changed."""

from pathlib import Path

import pytest

from devtools import addons
from devtools.console import DevError


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    make_addon(tmp_path, "core", {"depends": ["crm"]})
    make_addon(tmp_path, "glue", {"depends": ["core", "project"]})
    make_addon(tmp_path, "test_core", {"depends": ["core"]})
    make_addon(tmp_path, "draft", {"installable": False})
    return tmp_path


def make_addon(repo: Path, name: str, manifest: dict) -> None:
    (repo / name / "models").mkdir(parents=True)
    (repo / name / "__manifest__.py").write_text(repr(manifest))
    (repo / name / "models" / "thing.py").write_text("x = 1\n")


def found(repo: Path, with_tests: bool) -> list[str]:
    return [addon.name for addon in addons.discover(repo, with_tests)]


def test_discover_leaves_out_what_is_not_installable(repo):
    assert found(repo, with_tests=True) == ["core", "glue", "test_core"]


def test_discover_without_test_addons(repo):
    assert found(repo, with_tests=False) == ["core", "glue"]


def test_outside_depends(repo):
    suite = addons.discover(repo, with_tests=True)
    assert addons.outside_depends(suite) == ["crm", "project"]


def test_manifest_that_is_no_dictionary(tmp_path):
    (tmp_path / "__manifest__.py").write_text("[1]")
    with pytest.raises(DevError, match="can't be read"):
        addons.read_manifest(tmp_path / "__manifest__.py")


def test_manifest_that_is_broken(tmp_path):
    (tmp_path / "__manifest__.py").write_text("{")
    with pytest.raises(DevError, match="can't be read"):
        addons.read_manifest(tmp_path / "__manifest__.py")


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        ("models/thing.py", True),
        ("views/new.xml", True),
        ("static/src/thing.esm.js", True),
        ("tests/test_thing.py", False),
        ("static/tests/thing.test.js", False),
        ("static/description/icon.png", False),
        ("readme/DESCRIPTION.md", False),
        ("models/__pycache__/thing.pyc", False),
    ],
)
def test_content_hash_follows_what_an_update_reads(repo, changed, matters):
    addon = addons.discover(repo, with_tests=False)[0]
    before = addon.content_hash()
    path = addon.path / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert (addon.content_hash() != before) is matters


def test_content_hash_knows_a_renamed_file(repo):
    addon = addons.discover(repo, with_tests=False)[0]
    before = addon.content_hash()
    (addon.path / "models" / "thing.py").rename(addon.path / "models" / "other.py")
    assert addon.content_hash() != before


def test_no_addon_is_an_error(tmp_path):
    with pytest.raises(DevError, match="no addon"):
        addons.discover(tmp_path, with_tests=True)
