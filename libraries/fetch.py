"""The libraries of the web client that lie in this repository.

    python3 -m libraries.fetch

fetches them from npm again, and looks whether they are what they are to be.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools.console import DevError, say

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Library:
    """A package of npm, of which some files are taken."""

    package: str
    version: str
    #: where it lies, from the repository's root
    folder: str
    #: name here -> path in the package, and its SHA-256
    files: dict[str, tuple[str, str]]


LIBRARIES = (
    Library(
        "@dagrejs/dagre",
        "3.1.3",
        "crm_activity_plus/static/lib/dagre",
        {
            "dagre.min.js": (
                "dist/dagre.min.js",
                "54a503e346f93ca0bb10abe7999587e037262935687aca45eb4e4b0f64bbb578",
            ),
            "dagre.min.js.LEGAL.txt": (
                "dist/dagre.min.js.LEGAL.txt",
                "9148bffb1e84382a8b6668eeb2b53c6a554341d714fba129856ea5eb350d35f3",
            ),
            "LICENSE": (
                "LICENSE",
                "6a349742a6cb219d5a2fc8d0844f6d89a6efc62e20c664450d884fc7ff2d6015",
            ),
        },
    ),
    Library(
        "@xyflow/system",
        "0.0.84",
        "crm_activity_plus/static/lib/xyflow",
        {
            "xyflow_system.js": (
                "dist/umd/index.js",
                "2baebd5c3f47efbe628e2b3940d3d8a0361f5bd17353017add1bfe746480ef29",
            ),
            "LICENSE": (
                "LICENSE",
                "023119ac20fb1c8c9930abe0bcd196989a1960388529a96fc43cebf96f07c9ff",
            ),
        },
    ),
)


def find_differences(library: Library, root: Path = ROOT) -> list[str]:
    """Say which files of a library aren't what they are to be."""
    folder = root / library.folder
    return [
        f"{library.folder}/{name}"
        for name, (_path, expected) in library.files.items()
        if not (folder / name).is_file()
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected
    ]


def fetch(library: Library, root: Path = ROOT) -> None:
    """Put the files of a library where they lie.

    :raises DevError: they aren't what they are to be
    """
    name = f"{library.package}@{library.version}"
    folder = root / library.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        command = ["npm", "pack", name, "--silent", "--pack-destination", place]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        [archive] = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for target, (path, _expected) in library.files.items():
                member = packed.extractfile(f"package/{path}")
                if member is None:
                    raise DevError(f"{name} has no file {path}")
                (folder / target).write_bytes(member.read())
    if different := find_differences(library, root):
        raise DevError(f"{name} is another one: {', '.join(different)}")
    say(f"{name} is in {library.folder}")


def main() -> int:
    try:
        for library in LIBRARIES:
            fetch(library)
    except (DevError, subprocess.CalledProcessError, OSError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
