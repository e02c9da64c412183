"""The addons of this repository."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import DevError

TEST_PREFIX = "test_"


@dataclass(frozen=True)
class Addon:
    """An installable addon."""

    path: Path
    depends: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_test(self) -> bool:
        """Whether it exists for tests only."""
        return self.name.startswith(TEST_PREFIX)

    def files(self) -> Iterator[Path]:
        """The files whose change calls for an update of the addon in a database."""
        for path in sorted(self.path.rglob("*")):
            parts = path.relative_to(self.path).parts
            if path.is_file() and matters(parts):
                yield path

    def content_hash(self) -> str:
        """A short name for the content of :meth:`files`."""
        digest = hashlib.sha256()
        for path in self.files():
            digest.update(str(path.relative_to(self.path)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]


def matters(parts: tuple[str, ...]) -> bool:
    """Whether a file has a say in what an addon's installation writes.

    :param parts: the parts of its path inside the addon
    """
    if "__pycache__" in parts or parts[-1].endswith((".pyc", ".pyo", "~", ".swp")):
        return False
    if parts[0] in ("tests", "readme", "README.rst", "README.md"):
        return False
    return parts[:2] not in (("static", "tests"), ("static", "description"))


def discover(repo: Path, with_tests: bool) -> list[Addon]:
    """The installable addons of the repository, by name.

    :param with_tests: include the addons that exist for tests only
    """
    found = []
    for manifest in sorted(repo.glob("*/__manifest__.py")):
        values = read_manifest(manifest)
        addon = Addon(manifest.parent, tuple(values.get("depends", ("base",))))
        if values.get("installable", True) and (with_tests or not addon.is_test):
            found.append(addon)
    return found


def read_manifest(path: Path) -> dict:
    """The dictionary in a manifest."""
    try:
        values = ast.literal_eval(path.read_text())
    except (SyntaxError, ValueError) as error:
        raise DevError(f"{path} can't be read: {error}") from None
    if not isinstance(values, dict):
        raise DevError(f"{path} holds no dictionary")
    return values


def outside_depends(addons: Iterable[Addon]) -> list[str]:
    """What the addons depend on that is not among them."""
    addons = list(addons)
    own = {addon.name for addon in addons}
    return sorted({name for addon in addons for name in addon.depends} - own)


def require(addons: list[Addon], repo: Path) -> list[Addon]:
    """The addons, which must not be none."""
    if not addons:
        raise DevError(f"There is no addon in {repo}")
    return addons


def names(addons: Iterable[Addon]) -> str:
    """Names as Odoo's command line takes them."""
    return ",".join(addon.name for addon in addons)
