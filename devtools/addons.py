"""The addons of this repository."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from devtools.console import DevError
from devtools.paths import short_hash


@dataclass(frozen=True)
class Addon:
    """An installable addon."""

    path: Path
    depends: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.name

    def content_hash(self) -> str:
        """Tells whether the addon has to be updated in a database."""
        content: list[str | bytes] = []
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path)
            if path.is_file() and _matters(name.parts):
                content += [str(name), path.read_bytes()]
        return short_hash(*content)


def _matters(parts: tuple[str, ...]) -> bool:
    """Whether a file, by the parts of its path, has a say in an installation."""
    if "__pycache__" in parts or parts[-1].endswith((".pyc", ".pyo", "~", ".swp")):
        return False
    if parts[0] in ("tests", "readme", "README.rst", "README.md"):
        return False
    return parts[:2] not in (("static", "tests"), ("static", "description"))


def discover(repo: Path, with_tests: bool) -> list[Addon]:
    """The installable addons of the repository, maybe with those for tests only."""
    found = []
    for manifest in sorted(repo.glob("*/__manifest__.py")):
        values = read_manifest(manifest)
        is_test = manifest.parent.name.startswith("test_")
        if values.get("installable", True) and (with_tests or not is_test):
            found.append(Addon(manifest.parent, tuple(values.get("depends", ["base"]))))
    if not found:
        raise DevError(f"There is no addon in {repo}")
    return found


def read_manifest(path: Path) -> dict:
    """The dictionary in a manifest."""
    try:
        return dict(ast.literal_eval(path.read_text()))
    except (SyntaxError, TypeError, ValueError) as error:
        raise DevError(f"{path} can't be read: {error}") from None


def outside_depends(addons: Iterable[Addon]) -> list[str]:
    """What the addons depend on that is not among them."""
    depends = {name for addon in addons for name in addon.depends}
    return sorted(depends - {addon.name for addon in addons})
