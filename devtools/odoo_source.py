"""Finding Odoo 19, or fetching it from Debian."""

import importlib.machinery
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools import apt, process
from devtools.console import Progress
from devtools.errors import DevError
from devtools.locks import file_lock
from devtools.paths import Paths

SERIES = "19.0"
_VERSION = re.compile(r"^version_info = \((\d+), (\d+)", re.MULTILINE)
_ODOO = apt.Package("odoo-19", "sid")
# Fonts and scripts that the package links to instead of holding them.
_LINKED = tuple(
    apt.Package(name, "trixie")
    for name in (
        "fonts-font-awesome",
        "fonts-inconsolata",
        "fonts-montserrat",
        "fonts-ocr-b",
        "fonts-roboto-unhinted",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
    )
)
# Listed in the assets of `mail`, and removed from Debian's package.
_REMOVED_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
_DIST_PACKAGES = "usr/lib/python3/dist-packages"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo source tree.

    :param root: the folder to put on Python's path; holds the package ``odoo``
    :param identity: tells this tree from another; part of the names of caches
    """

    root: Path
    identity: str

    @property
    def addons_paths(self) -> list[Path]:
        """The folders with Odoo's own addons.

        A distribution has all of them inside the package, a checkout most of them
        beside it. Debian's package has a second, useless copy of some beside it.
        """
        inside, beside = self.root / "odoo" / "addons", self.root / "addons"
        return [inside] if _holds_web(inside) else [beside, inside]

    def addon(self, name: str) -> Path:
        """The folder of one of Odoo's own addons."""
        for path in self.addons_paths:
            if (path / name / "__manifest__.py").is_file():
                return path / name
        raise DevError(f"Odoo at {self.root} has no addon {name}")


def locate(paths: Paths) -> OdooSource:
    """Find Odoo 19: ``ODOO_HOME``, an importable ``odoo``, or Debian's package."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _from_home(Path(home).expanduser())
    return _importable() or _from_debian(paths)


def series_of(root: Path) -> str | None:
    """The series of the Odoo that a folder holds, None if it holds none."""
    try:
        match = _VERSION.search((root / "odoo" / "release.py").read_text())
    except OSError:
        return None
    return f"{match[1]}.{match[2]}" if match else None


def _holds_web(path: Path) -> bool:
    return (path / "web" / "__manifest__.py").is_file()


def _from_home(home: Path) -> OdooSource:
    for root in (home, home / _DIST_PACKAGES):
        series = series_of(root)
        if series:
            break
    else:
        raise DevError(f"ODOO_HOME={home} holds no Odoo: there is no odoo/release.py")
    if series != SERIES:
        raise DevError(f"ODOO_HOME={home} holds Odoo {series}: {SERIES} is needed")
    return OdooSource(root.resolve(), f"home:{root.resolve()}")


def _importable() -> OdooSource | None:
    """An Odoo 19 that the Python running this tool could import."""
    spec = importlib.machinery.PathFinder.find_spec("odoo")
    for location in (spec and spec.submodule_search_locations) or ():
        root = Path(location).resolve().parent
        if series_of(root) == SERIES:
            return OdooSource(root, f"import:{root}")
    return None


def _from_debian(paths: Paths) -> OdooSource:
    found = _unpacked(paths)
    if found:
        return found
    waiting = "Another ./dev is fetching Odoo: waiting for it"
    with file_lock(paths.cache / "odoo.lock", waiting=waiting):
        return _unpacked(paths) or _fetch(paths)


def _unpacked(paths: Paths) -> OdooSource | None:
    """The version of Debian's Odoo that was unpacked last."""
    folders = (path for path in paths.cache.glob("odoo-19_*") if path.is_dir())
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        root = folder / _DIST_PACKAGES
        if series_of(root) == SERIES:
            return OdooSource(root, f"debian:{folder}")
    return None


def _fetch(paths: Paths) -> OdooSource:
    if not apt.is_available():
        raise DevError(
            "Odoo 19 can be fetched on Debian only: set ODOO_HOME to a folder with it"
        )
    private = apt.PrivateApt(paths.cache / "apt", sorted({_ODOO.suite, "trixie"}))
    private.update()
    debs = private.download([_ODOO, *_LINKED])
    version = debs[0].name.split("_")[1].replace("%3a", ":")
    for left_over in paths.cache.glob("unpacking-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix="unpacking-", dir=paths.cache))
    partial.chmod(0o755)
    progress = Progress(f"Unpacking Odoo {version}")
    for deb in debs:
        apt.unpack(deb, partial)
    _repair(partial / _DIST_PACKAGES)
    final = paths.cache / f"odoo-19_{version}"
    partial.touch()
    partial.rename(final)
    shutil.rmtree(private.folder, ignore_errors=True)
    progress.done()
    found = _unpacked(paths)
    if not found:
        raise DevError(
            f"Debian's package {_ODOO.name} {version} holds no Odoo {SERIES}"
        )
    return found


def _repair(root: Path) -> None:
    """Make up for what is missing in the unpacked package."""
    script = root / "odoo" / "addons" / _REMOVED_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Not part of Debian's package.\n")
    # Its list of requirements names Debian's packages, not PyPI's.
    for metadata in root.glob("odoo-*.egg-info"):
        shutil.rmtree(metadata)


def compile_sources(source: OdooSource, python: Path) -> None:
    """Compile what every start imports, so that the first start isn't slow."""
    process.capture(
        [str(python), "-m", "compileall", "-q", "-j", "0", str(source.root / "odoo")],
        check=False,
    )
