"""Where things lie: the repository, this clone's own folder, the user's cache."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = "crm-activity-plus"


@dataclass(frozen=True)
class Paths:
    """Folders of one clone run by one user."""

    repo: Path
    cache: Path

    @classmethod
    def default(cls) -> "Paths":
        """The folders for the clone that this file lies in."""
        return cls(Path(__file__).resolve().parent.parent, cache_folder(os.environ))

    @property
    def state(self) -> Path:
        """The git-ignored folder for what is specific to this clone."""
        return self.repo / ".dev"

    def made(self, name: str) -> Path:
        """A folder in :attr:`state`: ``conf``, ``data``, ``log`` and others."""
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def clone_id(self) -> str:
        """Tells this clone from others on this machine, where they share a folder or a
        server: a copy of it has another one."""
        return short_hash(str(self.repo))


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The user's cache folder; to the XDG specification, a relative one is none."""
    given = environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / NAME


def short_hash(*parts: str | bytes) -> str:
    """A name for whatever depends on the parts."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return hashlib.sha256(b"\0".join(encoded)).hexdigest()[:12]
