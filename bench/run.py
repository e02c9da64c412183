# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Compare the engine with Odoo's own plans and activities.

The same work is done twice in one database: first with Odoo's crm alone, then with the
addon installed. Run it with ``./dev bench``; ``./dev bench --quick`` leaves out the
5,000 opportunities.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

DATABASE = "bench_crm_activity_plus"
HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="50 and 500 records only")
    parser.add_argument("--keep", action="store_true", help="keep the database")
    options = parser.parse_args()
    sizes = [50, 500] if options.quick else [50, 500, 5000]
    subprocess.run(["dropdb", "--if-exists", DATABASE], check=True)
    try:
        odoo("-d", DATABASE, "-i", "crm", "--without-demo", "--stop-after-init")
        core = measure("core.py", sizes)
        odoo("-d", DATABASE, "-i", "crm_activity_plus", "--stop-after-init")
        plus = measure("plus.py", sizes)
    finally:
        if not options.keep:
            subprocess.run(["dropdb", "--if-exists", DATABASE], check=False)
    report(core, plus)
    return 0


def odoo(*args, **kwargs):
    """Run Odoo's command line."""
    command = [*shlex.split(os.environ["ODOO_COMMAND"]), *args]
    return subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **kwargs,
    )


def measure(script, sizes):
    """Run a script in Odoo's shell.

    :returns: what it measured: name -> figures
    """
    result = HERE / f".{script}.json"
    module = script.removesuffix(".py")
    source = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"import {module}; {module}.main(env)\n"
    )
    command = [*shlex.split(os.environ["ODOO_COMMAND"]), *args]
    return subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **kwargs,
    )


def measure(script, sizes):
    """Run a script in Odoo's shell.

    :returns: what it measured: name -> figures
    """
    result = HERE / f".{script}.json"
    source = (HERE / "common.py").read_text() + (HERE / script).read_text()
    command = [*shlex.split(os.environ["ODOO_COMMAND"]), "shell", "-d", DATABASE]
    subprocess.run(
        [*command, "--no-http", "--log-level=error"],
        check=True,
        input=source,
        text=True,
        env={
            **os.environ,
            "BENCH_SIZES": json.dumps(sizes),
            "BENCH_RESULT": str(result),
        },
    )
    figures = json.loads(result.read_text())
    result.unlink()
    return figures


def report(core, plus):
    print(f"{'':34}{'seconds':>10}{'queries/rec.':>14}{'ms/record':>11}{'vs core':>9}")
    for name, figures in plus.items():
        for label, row in (("core", core.get(name)), ("plus", figures)):
            if not row:
                continue
            ratio = ""
            if label == "plus" and name in core:
                ratio = f"{core[name]['seconds'] / row['seconds']:.1f}x"
            print(
                f"{name + ' (' + label + ')':34}{row['seconds']:10.2f}"
                f"{row['queries'] / row['records']:14.2f}"
                f"{1000 * row['seconds'] / row['records']:11.2f}{ratio:>9}"
            )
        if "insert_seconds" in figures:
            print(
                f"{'':6}plain INSERT of the same rows: {figures['insert_seconds']:.2f} s, "
                f"ratio {figures['seconds'] / figures['insert_seconds']:.1f}"
            )
        if "memory_mb" in figures:
            print(f"{'':6}memory at its highest: {figures['memory_mb']:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
