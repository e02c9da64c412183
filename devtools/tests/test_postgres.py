"""Which PostgreSQL is used, and what its variables say."""

import shutil

import pytest

from devtools import database, postgres
from devtools.console import DevError
from devtools.paths import Paths


def test_no_server_is_given():
    assert postgres.from_environment({"PGUSER": "me"}) is None


def test_server_by_pghost():
    env = postgres.from_environment({"PGHOST": "db", "PGPORT": "1", "PGDATABASE": "x"})
    assert env == {"PGHOST": "db", "PGPORT": "1", "PGUSER": "odoo"}


def test_server_by_url():
    url = "postgresql://me:p%40ss@db:6543/x?sslmode=require"
    assert postgres.from_environment({"DATABASE_URL": url, "PGHOST": "no"}) == {
        "PGHOST": "db",
        "PGPORT": "6543",
        "PGUSER": "me",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }


def test_socket_by_url():
    env = postgres.env_from_url("postgresql:///x?host=/run/pg&user=me")
    assert env == {"PGHOST": "/run/pg", "PGUSER": "me"}


def test_user_that_odoo_refuses():
    with pytest.raises(DevError, match="refuses the database user postgres"):
        postgres.from_environment({"PGHOST": "db", "PGUSER": "postgres"})


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db/x",
        "x",
        "postgresql://db:99999/",
        "postgresql://db:a/",
        "postgres://[::",
    ],
)
def test_url_of_something_else(url):
    with pytest.raises(DevError, match="must look like"):
        postgres.env_from_url(url)


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18beta1", 0),
        ("", 0),
    ],
)
def test_major_version(text, major):
    assert postgres.major_version(text) == major


def test_quoting_of_names():
    assert database.quote('a"b') == '"a""b"'


@pytest.fixture
def folder_of(tmp_path, monkeypatch):
    """What finds the folder of a clone's clusters, without being root."""
    monkeypatch.setattr(postgres, "_root_only", lambda path: path.mkdir(exist_ok=True))
    monkeypatch.setattr(postgres, "ROOT_FOLDER", tmp_path / "clusters")

    def find(clone):
        (clone / ".dev").mkdir(parents=True, exist_ok=True)
        return postgres._folder_of_root(Paths(clone, tmp_path))

    return find


def test_folder_of_a_copied_clone_is_its_own(tmp_path, folder_of):
    folder = folder_of(tmp_path / "clone")
    assert folder_of(tmp_path / "clone") == folder
    assert folder_of(tmp_path / "copy") != folder
    assert folder.exists()


def test_databases_of_a_clone_that_is_gone_are_removed(tmp_path, folder_of):
    folder = folder_of(tmp_path / "clone")
    (folder / "run-15" / "data").mkdir(parents=True)
    folder_of(tmp_path / "other")
    assert folder.exists()
    shutil.rmtree(tmp_path / "clone")
    folder_of(tmp_path / "other")
    assert not folder.exists()
