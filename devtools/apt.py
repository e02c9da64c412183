"""Packages of Debian: downloading them without root, installing them as root."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from devtools import process
from devtools.console import DevError, progress

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_INDEX_URL = re.compile(r"^'(\S+?/debian)/dists/[^/]+/InRelease'", re.MULTILINE)


def install_as_root(package: str) -> bool:
    """Install a package on this machine if we may; tell whether that was done."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    with progress(f"Installing {package} with apt-get") as show:
        if process.capture(install, env=env, check=False, on_line=show).returncode:
            # Mostly: the machine has never fetched its package lists, or they are old.
            process.capture(["apt-get", "update"], env=env, on_line=show)
            process.capture(install, env=env, on_line=show, what="apt-get install")
    return True


def mirror() -> str:
    """The Debian mirror that this machine's own apt is set up with: from what it has
    downloaded or, where it never did, from what it would."""
    known = ["apt-get", "indextargets", "--format=$(SITE)", "Origin: Debian"]
    planned = ["apt-get", "update", "--print-uris"]
    sites = process.capture([*known, "Label: Debian"], check=False).stdout.split()
    found = [site for site in sites if "://" in site]
    found += [mirror_from_uris(process.capture(planned, check=False).stdout)]
    if not found[0]:
        raise DevError("apt knows no mirror of Debian: set ODOO_HOME, to Odoo's folder")
    return found[0]


def mirror_from_uris(uris: str) -> str | None:
    """Read a Debian mirror from what ``apt-get update --print-uris`` prints."""
    found = _INDEX_URL.search(uris)
    return found[1] if found else None


def download(folder: Path, packages: Sequence[str]) -> list[Path]:
    """Download packages of any suite, each given as ``name/suite``, without root: by
    an apt with lists and sources of its own, which the machine's never sees."""
    for name in ("etc/apt", "var/lib/apt", "var/cache/apt", "debs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
    source = f"deb {signed}{mirror()}"
    suites = {package.partition("/")[2] for package in packages}
    sources = "".join(f"{source} {suite} main\n" for suite in sorted(suites))
    (folder / "etc" / "apt" / "sources.list").write_text(sources)
    options = {
        "Dir": folder,
        "Dir::State::status": folder / "status",
        "Dir::Etc::trustedparts": "/etc/apt/trusted.gpg.d",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "",
    }
    apt_get = ["apt-get", *(f"-o{name}={value}" for name, value in options.items())]
    debs = folder / "debs"
    with progress(f"Downloading {packages[0]} and what it links to") as show:
        process.capture([*apt_get, "update"], on_line=show, what="apt-get update")
        command = [*apt_get, "download", *packages]
        process.capture(command, cwd=debs, on_line=show, what="apt-get download")
    return [max(debs.glob(f"{name.partition('/')[0]}_*.deb")) for name in packages]


def missing(program: str, package: str) -> DevError:
    """Tells an ordinary user in one line how to get a program."""
    return DevError(f"{program} is missing: run 'apt-get install {package}' as root")
