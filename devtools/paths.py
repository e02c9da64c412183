"""Where things lie: the repository, this clone's own folder, the user's cache."""

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NAME = "crm-activity-plus"


@dataclass(frozen=True)
class Paths:
    """Folders of one clone run by one user."""

    repo: Path
    cache: Path

    @classmethod
    def default(cls) -> "Paths":
        """Find the folders for the clone that this file lies in."""
        repo = Path(__file__).resolve().parent.parent
        return cls(repo=repo, cache=cache_folder(os.environ))

    @property
    def state(self) -> Path:
        """The git-ignored folder for what is specific to this clone."""
        return self.repo / ".dev"

    @property
    def logs(self) -> Path:
        return self._made(self.state / "log")

    @property
    def data(self) -> Path:
        """Odoo's data folder: file stores and sessions."""
        return self._made(self.state / "data")

    @property
    def conf(self) -> Path:
        return self._made(self.state / "conf")

    @cached_property
    def clone_id(self) -> str:
        """A name for this clone that a later clone at the same place doesn't get."""
        path = self._made(self.state) / "id"
        try:
            with path.open("x") as file:
                file.write(secrets.token_hex(6) + "\n")
        except FileExistsError:
            pass
        return path.read_text().strip()

    def renew_clone_id(self) -> None:
        """Take another name, for a clone that was copied with its ``.dev``."""
        (self.state / "id").unlink(missing_ok=True)
        self.__dict__.pop("clone_id", None)

    @staticmethod
    def _made(path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        return path


def cache_folder(environ: "os._Environ[str] | dict[str, str]") -> Path:
    """The user's cache folder, as the XDG specification says.

    A relative ``XDG_CACHE_HOME`` is invalid there, and is ignored.
    """
    given = environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / NAME
