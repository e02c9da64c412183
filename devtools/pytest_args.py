"""Reading pytest's command line, as far as the tool has to."""

import os
from collections.abc import Sequence
from pathlib import Path

# Options whose value is an argument of its own; the value must not pass for a path.
_VALUED = {
    *("-k", "-m", "-p", "-o", "-c", "-n", "-W", "-r"),
    *("--deselect", "--ignore", "--maxfail", "--durations", "--tb", "--log-level"),
    *("--rootdir", "--junitxml", "--odoo-log-level", "--odoo-extra", "--numprocesses"),
}


def resolve(args: Sequence[str], cwd: Path, repo: Path) -> tuple[list[str], list[Path]]:
    """Make the paths in pytest's arguments absolute.

    pytest runs in the repository, whatever folder the user is in. Paths are taken
    from the user's folder, or else from the repository.

    :returns: the arguments, and the files and folders among them
    """
    resolved: list[str] = []
    found: list[Path] = []
    previous = ""
    for arg in args:
        path, separator, test = arg.partition("::")
        target = _existing(path, cwd, repo)
        if arg.startswith("-") or previous in _VALUED or target is None:
            resolved.append(arg)
        else:
            resolved.append(f"{target}{separator}{test}")
            found.append(target)
        previous = arg
    return resolved, found


def _existing(path: str, cwd: Path, repo: Path) -> Path | None:
    for base in (cwd, repo):
        target = Path(os.path.normpath(base / path))
        if path and target.exists():
            return target
    return None
