"""What must not get into the repository: traces of the machine it was made on."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

# A user's home folder, or root's.
_HOMES = re.compile(r"(?<![\w.:/-])/(?:root|(?:home|Users)/[a-z_][\w.-]*)/")
_LOCK_FILES = re.compile(r"(package-lock\.json|requirements[\w-]*\.txt)$")
_HOST = re.compile(r"https?://|--(extra-)?index-url|--find-links")
_LARGEST = 1_000_000


def findings(repo: Path, files: Iterable[Path]) -> Iterator[str]:
    """Lines of the repository's files that name a place of one machine."""
    own = [str(repo), str(Path.home())]
    for file in files:
        text = _text(file)
        if text is None:
            continue
        name = str(file.relative_to(repo))
        for number, line in enumerate(text.splitlines(), 1):
            problem = problem_of(name, line, own)
            if problem:
                yield f"{name}:{number}: {problem}: {line.strip()[:100]}"


def problem_of(name: str, line: str, own: Iterable[str]) -> str | None:
    """What is wrong with a line of a file, if something is.

    :param own: folders of this machine
    """
    for folder in own:
        if len(folder) > 2 and re.search(
            rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", line
        ):
            return "names a folder of this machine"
    if _HOMES.search(line):
        return "names a user's folder"
    if _LOCK_FILES.search(name) and _HOST.search(line):
        return "names a host in a lock file"
    return None


def _text(file: Path) -> str | None:
    try:
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            return None
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return None
