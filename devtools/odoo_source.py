"""Finding Odoo 19, or fetching it from Debian."""

import importlib.machinery
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools import apt, process
from devtools.console import DevError, progress
from devtools.paths import Paths
from devtools.process import file_lock

SERIES = "19.0"
_VERSION = re.compile(r"^version_info = \((\d+), (\d+)", re.MULTILINE)
# The package, and the fonts and scripts that it links to instead of holding them.
_LINKED = "font-awesome inconsolata montserrat ocr-b roboto-unhinted".split()
_PACKAGES = ["odoo-19/sid", *(f"fonts-{name}/trixie" for name in _LINKED)]
_PACKAGES += [f"libjs-{n}/trixie" for n in ("jquery", "jquery-form", "underscore")]
# Listed in the assets of `mail`, and removed from Debian's package.
_REMOVED_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
_DIST_PACKAGES = "usr/lib/python3/dist-packages"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo source tree, to be put on Python's path."""

    root: Path
    #: tells it from another; part of the names of caches
    identity: str

    @property
    def addons_paths(self) -> list[Path]:
        """The folders with Odoo's own addons: most of a checkout's are beside the
        package; what a distribution has there, too, is of no use."""
        inside, beside = self.root / "odoo" / "addons", self.root / "addons"
        is_whole = (inside / "web" / "__manifest__.py").is_file()
        return [inside] if is_whole else [beside, inside]

    def addon(self, name: str) -> Path:
        """The folder of one of Odoo's own addons."""
        for path in self.addons_paths:
            if (path / name / "__manifest__.py").is_file():
                return path / name
        raise DevError(f"Odoo at {self.root} has no addon {name}")


def locate(paths: Paths) -> OdooSource:
    """Find Odoo 19: ``ODOO_HOME``, an importable ``odoo``, or Debian's package."""
    if home := os.environ.get("ODOO_HOME"):
        return _from_home(Path(home).expanduser().resolve())
    spec = importlib.machinery.PathFinder.find_spec("odoo")
    for location in (spec and spec.submodule_search_locations) or ():
        root = Path(location).resolve().parent
        if series_of(root) == SERIES:
            return OdooSource(root, f"import:{root}")
    with file_lock(paths.cache / "odoo.lock", waiting="is fetching Odoo"):
        return _unpacked(paths.cache) or _fetch(paths.cache)


def series_of(root: Path) -> str | None:
    """The series of the Odoo that a folder holds, None if it holds none."""
    release = root / "odoo" / "release.py"
    match = _VERSION.search(release.read_text()) if release.is_file() else None
    return f"{match[1]}.{match[2]}" if match else None


def _from_home(home: Path) -> OdooSource:
    for root in (home, home / _DIST_PACKAGES):
        series = series_of(root)
        if series == SERIES:
            return OdooSource(root, f"home:{root}")
        if series:
            raise DevError(f"ODOO_HOME={home} holds Odoo {series}: {SERIES} is needed")
    raise DevError(f"ODOO_HOME={home} holds no Odoo: there is no odoo/release.py")


def _unpacked(cache: Path) -> OdooSource | None:
    """The version of Debian's Odoo that was unpacked last."""
    folders = [path for path in cache.glob("odoo-19_*") if path.is_dir()]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        if series_of(folder / _DIST_PACKAGES) == SERIES:
            return OdooSource(folder / _DIST_PACKAGES, f"debian:{folder}")
    return None


def _fetch(cache: Path) -> OdooSource:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise DevError("Odoo 19 is fetched on Debian only: set ODOO_HOME to a folder")
    debs = apt.download(cache / "apt", _PACKAGES)
    version = debs[0].name.split("_")[1].replace("%3a", ":")
    for left_over in cache.glob("unpacking-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix="unpacking-", dir=cache))
    partial.chmod(0o755)
    with progress(f"Unpacking Odoo {version}"):
        for deb in debs:
            process.capture(["dpkg-deb", "-x", str(deb), str(partial)])
        _repair(partial / _DIST_PACKAGES)
        partial.touch()
        partial.rename(cache / f"odoo-19_{version}")
        shutil.rmtree(cache / "apt", ignore_errors=True)
    if found := _unpacked(cache):
        return found
    raise DevError(f"Debian's package odoo-19 {version} holds no Odoo {SERIES}")


def _repair(root: Path) -> None:
    """Make up for what is missing in the unpacked package."""
    script = root / "odoo" / "addons" / _REMOVED_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Not part of Debian's package.\n")
    # Its list of requirements names Debian's packages, not PyPI's.
    for metadata in root.glob("odoo-*.egg-info"):
        shutil.rmtree(metadata)
