"""Packages of Debian: downloading them without root, installing them as root."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools import process
from devtools.console import Progress
from devtools.errors import DevError

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_INDEX_URL = re.compile(r"^'(?P<mirror>\S+?)/dists/(?P<suite>[^/]+)/InRelease'")


@dataclass(frozen=True)
class Package:
    """A package, and the release of Debian it is taken from."""

    name: str
    suite: str

    def __str__(self) -> str:
        return f"{self.name}/{self.suite}"


def is_available() -> bool:
    """Whether this machine has Debian's package tools."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def install_as_root(packages: Sequence[str]) -> bool:
    """Install packages on this machine if we may; tell whether that was done."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    progress = Progress(f"Installing {', '.join(packages)} with apt-get")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]

    def attempt() -> subprocess.CompletedProcess[str]:
        return process.capture(install, env=env, check=False, on_line=progress.update)

    if attempt().returncode:
        # Mostly: the machine has never fetched its package lists, or they are old.
        process.capture(
            ["apt-get", "update"],
            env=env,
            on_line=progress.update,
            what="apt-get update",
        )
        result = attempt()
        if result.returncode:
            reason = process.last_words(result.stdout)
            raise DevError(f"apt-get install {' '.join(packages)} failed: {reason}")
    progress.done()
    return True


def mirror() -> str:
    """The Debian mirror that this machine's own apt is set up with.

    ``indextargets`` knows what was downloaded; on a machine that never ran
    ``apt-get update`` the addresses of the downloads to come tell the same.
    """
    listed = process.capture(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(SITE)"],
        check=False,
    ).stdout
    for line in listed.splitlines():
        words = line.split()
        if words[:2] == ["Debian", "Debian"] and len(words) == 3:
            return words[2]
    planned = process.capture(["apt-get", "update", "--print-uris"], check=False).stdout
    found = mirror_from_uris(planned)
    if not found:
        raise DevError(
            "apt has no Debian mirror to take odoo-19 from: "
            "set ODOO_HOME to a folder with Odoo 19"
        )
    return found


def mirror_from_uris(uris: str) -> str | None:
    """Read a Debian mirror from what ``apt-get update --print-uris`` prints."""
    for line in uris.splitlines():
        match = _INDEX_URL.match(line)
        if match and match["mirror"].rstrip("/").endswith("/debian"):
            return match["mirror"]
    return None


class PrivateApt:
    """An apt with lists and sources of its own, beside the machine's.

    It can take packages from any suite of Debian without root, and the machine's
    own apt never sees those suites.
    """

    def __init__(self, folder: Path, suites: Sequence[str]):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "state", "debs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
        source = mirror()
        (folder / "sources.list").write_text(
            "".join(f"deb {signed}{source} {suite} main\n" for suite in suites)
        )

    @property
    def _options(self) -> list[str]:
        folder = self.folder
        options = {
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": folder / "state",
            "Dir::State::Lists": folder / "lists",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Sandbox::User": "",
        }
        return [
            part for key, value in options.items() for part in ("-o", f"{key}={value}")
        ]

    def update(self) -> None:
        """Fetch the lists of packages."""
        progress = Progress("Fetching Debian's package lists")
        process.capture(
            ["apt-get", *self._options, "update"],
            what="apt-get update",
            on_line=progress.update,
        )
        progress.done()

    def download(self, packages: Sequence[Package]) -> list[Path]:
        """Download packages and return their files."""
        debs = self.folder / "debs"
        others = f" and {len(packages) - 1} others" if packages[1:] else ""
        progress = Progress(f"Downloading Debian's {packages[0].name}{others}")

        def measure() -> None:
            size = sum(file.stat().st_size for file in debs.iterdir())
            progress.update(f"{size / 1e6:.0f} MB")

        process.capture(
            ["apt-get", *self._options, "download", *map(str, packages)],
            cwd=debs,
            what="apt-get download",
            every_second=measure,
        )
        progress.done()
        return [self._file(debs, package.name) for package in packages]

    @staticmethod
    def _file(folder: Path, name: str) -> Path:
        found = sorted(folder.glob(f"{name}_*.deb"))
        if not found:
            raise DevError(f"apt-get did not download {name}: try again")
        return found[-1]


def unpack(deb: Path, folder: Path) -> None:
    """Unpack a package's files, without installing it."""
    process.capture(["dpkg-deb", "-x", str(deb), str(folder)], what="dpkg-deb")


def explain_missing(program: str, package: str) -> str:
    """One line that tells an ordinary user how to get a program."""
    return f"{program} is missing: run 'apt-get install {package}' as root"
