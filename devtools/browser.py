"""The browser for Odoo's browser tests."""

import shutil

from devtools import apt
from devtools.errors import DevError

# The names that Odoo looks for, in its order.
_NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find() -> str | None:
    """The browser that Odoo's tests will use."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def ensure() -> None:
    """Have a browser, or end the command: Odoo would skip the tests silently."""
    if find() or (apt.install_as_root(["chromium"]) and find()):
        return
    raise DevError(
        apt.explain_missing("chromium (for browser tests)", "chromium")
        + ", or leave them out with './dev test --no-browser'"
    )
