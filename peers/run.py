# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Programs of others against a server of ours, and against a stock Radicale beside it.

``./dev test --peers`` runs it, in an environment and on a database that it makes. It
fails when ours is worse than README.rst says."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import client
import features
import servers
import speed
import syncing

PARTS = {
    "features": features.check,
    "client": client.check,
    "sync": syncing.check,
    "speed": speed.check,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", help="one with the addon, that may be changed")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    parts = options.parts or [*PARTS]
    if unknown := {*parts} - {*PARTS}:
        parser.error(f"there is no {', '.join(unknown)}: choose of {', '.join(PARTS)}")
    problems = []
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        folder = Path(name)
        with_data = "speed" in parts
        with servers.serving(options.database, folder, with_data) as (ours, stock):
            for part in parts:
                started = time.monotonic()
                print(f"--- {part}", flush=True)
                found = PARTS[part](ours, stock, folder)
                print(f"{part}: {time.monotonic() - started:.0f} s", flush=True)
                problems += [f"{part}: {problem}" for problem in found]
    print("\n".join(problems) or "Nothing is worse than it should be.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
