# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Compare the engine with Odoo's own plans and activities.

The same work is done twice in one database: first with Odoo's crm alone, then with the
addon installed. Run it with ``./dev bench``; ``./dev bench --quick`` leaves out the
5,000 opportunities. ``./dev bench lists`` reads lists among 200,000 open activities
instead, ``./dev bench figures`` counts what came of 100,000 launches, ``./dev bench
followup`` follows up 50,000 customers, ``./dev bench recurrence`` plans the visits of a
year, ``./dev bench rules`` does to 10,000 leads what automation rules are triggered by,
``./dev bench calendars`` is a calendar program with 5,000 meetings, ``./dev bench
scale`` reads all there is among 1,000,000 activities. ``./dev bench clicks`` looks at
the clock in a browser, and ``./dev bench drawing`` at how smoothly plans are drawn
there. ``./dev bench cluster`` has several servers work on one database, and
``./dev cluster`` lets you do so.
"""

import argparse
import json
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import clusters
from clicks_actions import TARGET_MS

DATABASE = "bench_crm_activity_plus"
HERE = Path(__file__).parent
PLACES = [str(HERE), str(HERE.parent / "docs/screenshots")]
# What is measured without the suite, and with it.
MODULES = {
    "lists": ("lists", "lists"),
    "recurrence": ("recurrence_core", "recurrence"),
}
ADDONS = {"recurrence": "crm_activity_plus_automation"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "scenario",
        nargs="?",
        choices=[
            *("engine", "lists", "figures", "clicks", "drawing"),
            *("followup", "recurrence", "rules", "calendars", "scale"),
            *("screenshots", "cluster"),
        ],
    )
    parser.add_argument("--quick", action="store_true", help="50 and 500 records only")
    parser.add_argument("--serve", action="store_true", help="cluster: just run it")
    parser.add_argument("--port", type=int, default=8069, help="cluster: the first")
    parser.add_argument("--keep", action="store_true", help="keep the database")
    parser.add_argument("--reuse", action="store_true", help="take what was kept")
    parser.add_argument(
        "--only",
        default="",
        help="clicks, scale, screenshots: those with this in the name (scale: a,b)",
    )
    options = parser.parse_args()
    if run_alone := find_runner(options.scenario):
        return run_alone(options)
    sizes = [50, 500] if options.quick else [50, 500, 5000]
    modules = MODULES.get(options.scenario, ("core", "plus"))
    with own_database(options):
        install("crm")
        core = measure(modules[0], sizes)
        install(ADDONS.get(options.scenario, "crm_activity_plus"))
        # What the first one did was rolled back: its rows must not slow down the other.
        subprocess.run(["vacuumdb", "--quiet", "--analyze", DATABASE], check=True)
        plus = measure(modules[1], sizes)
    if options.scenario == "lists":
        report_lists(core, plus)
    else:
        report(core, plus)
    return 0


def find_runner(scenario):
    """:returns: what runs a scenario that isn't compared with core, or None"""
    followup, caldav = "crm_activity_plus_followup", "crm_activity_plus_caldav"
    return {
        "clicks": run_clicks,
        "cluster": run_cluster,
        "drawing": run_drawing,
        "screenshots": run_screenshots,
        "figures": run_figures,
        "scale": run_scale,
        "rules": partial(run_figures, addon=ADDONS["recurrence"], module="rules"),
        "followup": partial(run_figures, addon=followup, module="followup"),
        "calendars": partial(run_figures, addon=caldav, module="calendars"),
    }.get(scenario)


def run_figures(options, addon="crm_activity_plus", module="figures"):
    """There is nothing of Odoo's to compare with: it forgets plans."""
    with own_database(options):
        install(addon)
        report_lists({}, measure(module))
    return 0


def run_scale(options):
    """Years of work: what people open then, and how PostgreSQL finds it."""
    plans = HERE / ".plans.json"
    with own_database(options, options.reuse):
        if options.reuse:
            install("crm_activity_plus", "-u", "crm_activity_plus")
        else:
            install("crm_activity_plus")
            measure("scale_data")
            subprocess.run(["vacuumdb", "--quiet", "--analyze", DATABASE], check=True)
        figures = measure("scale", BENCH_ONLY=options.only, BENCH_PLANS=str(plans))
        grown = measure("growth")
    report({}, grown)
    report_lists({}, figures)
    report_plans(json.loads(plans.read_text()))
    plans.unlink()
    return 0


def run_clicks(options):
    with own_database(options, options.reuse):
        if not options.reuse:
            install("crm", "--with-demo")
            measure("clicks_data", BENCH_ACTIVITIES="10000")
        install("crm_activity_plus", "--with-demo", "-u", "crm_activity_plus")
        measure("clicks_data", BENCH_ONLY=options.only)
        with serving() as url:
            figures = measure("clicks", BENCH_URL=url, BENCH_ONLY=options.only)
    report_clicks(figures)
    return 0


def run_screenshots(options):
    """The same browser takes the pictures of the README, with the demo data."""
    with own_database(options, options.reuse):
        if not options.reuse:
            install("crm_activity_plus,crm_activity_plus_caldav", "--with-demo")
        with serving() as url:
            taken = measure("screenshots", BENCH_URL=url, BENCH_ONLY=options.only)
    print("\n".join(taken))
    return 0


def run_cluster(options):
    if options.serve:
        return clusters.serve(options.port)
    count = clusters.QUICK if options.quick else clusters.FULL
    with own_database(options):
        clusters.prepare(odoo, DATABASE, count)
        clusters.report(clusters.measure(DATABASE, count))
    return 0


def run_drawing(options):
    with own_database(options):
        install("crm_activity_plus")
        measure("drawing_data")
        with serving() as url:
            figures = measure("drawing", BENCH_URL=url)
    report_drawing(figures)
    return 0


@contextmanager
def own_database(options, is_reused=False):
    """A database that is dropped before the block and, unless it is kept, after it.

    :param bool is_reused: what was kept last time stays
    """
    if not is_reused:
        subprocess.run(["dropdb", "--if-exists", DATABASE], check=True)
    try:
        yield
    finally:
        if not options.keep:
            subprocess.run(["dropdb", "--if-exists", DATABASE], check=False)


@contextmanager
def serving():
    """A server that runs as long as the block does.

    :returns: its address
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [*shlex.split(os.environ["ODOO_COMMAND"]), "server", "-d", DATABASE]
    command += ["--http-port", str(port), "--max-cron-threads", "0"]
    server = subprocess.Popen([*command, "--log-level", "error"])
    try:
        for _attempt in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/web/health", timeout=5)
                break
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait()


def install(addon, *args):
    args = ["-i", addon, *args, "--stop-after-init", "--log-level=error"]
    odoo("-d", DATABASE, *args)


def odoo(*args, **kwargs):
    """Run Odoo's command line."""
    command = [*shlex.split(os.environ["ODOO_COMMAND"]), *args]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **kwargs)


def measure(module, sizes=(), **variables):
    """Run a module of this folder, or the one that takes pictures, in Odoo's shell.

    :param variables: of its environment
    :returns: what it measured: name -> figures
    """
    result = HERE / f".{module}.json"
    odoo(
        "shell",
        "-d",
        DATABASE,
        "--no-http",
        "--log-level=error",
        input=f"import sys; sys.path[:0] = {PLACES!r}\n"
        f"import {module}; {module}.main(env)\n",
        text=True,
        env={
            **os.environ,
            **variables,
            "BENCH_SIZES": json.dumps(sizes),
            "BENCH_RESULT": str(result),
        },
    )
    figures = json.loads(result.read_text())
    result.unlink()
    return figures


def report(core, plus):
    print(
        f"{'':40}{'seconds':>9}{'queries/rec.':>14}{'ms/rec.':>9}{'of Python':>11}"
        f"{'speed':>8}"
    )
    for name, figures in plus.items():
        if name in core:
            print_row(f"{name}, core", core[name], "")
            # Core may have been measured on a part.
            ratio = get_pace(core[name]) / get_pace(figures)
            print_row(f"{name}, plus", figures, f"{ratio:.1f} x")
            if core[name]["records"] != figures["records"]:
                print(f"    core: measured on {core[name]['records']} of them")
        else:
            print_row(name, figures, "")
        if "copy_seconds" in figures:
            copied = figures["copy_seconds"]
            ratio = figures["seconds"] / copied
            print(f"    the same rows by COPY: {copied:.2f} s, {ratio:.1f} x faster")
        print(f"    memory at its highest: {figures['memory_mb']:.0f} MB")


def get_pace(figures):
    return figures["seconds"] / figures["records"]


def report_lists(core, plus):
    print(f"{'':45}{'core':>12}{'plus':>12}{'speed':>9}{'queries':>9}")
    for name, figures in plus.items():
        seconds, other = figures["seconds"], core.get(name, {}).get("seconds")
        before = f"{1000 * other:9.0f} ms" if other else ""
        ratio = f"{other / seconds:.1f} x" if other else ""
        print(
            f"{name:45}{before:>12}{1000 * seconds:9.0f} ms{ratio:>9}"
            f"{figures['queries']:9}"
        )


def report_plans(plans):
    for plan in plans:
        compiled = f", {plan['jit_ms']} of them compiling" if plan["jit_ms"] else ""
        print(f"\n{plan['label']}: {plan['ms']} ms{compiled}, {plan['buffers']} blocks")
        print(plan["plan"])
    print("\nRead from the first row to the last:")
    for plan in plans:
        if plan["scans"]:
            print(f"  {plan['label']}: {', '.join(plan['scans'])}")


def report_clicks(figures):
    print(
        f"{'click to change on the screen':45}{'ms':>7}{'slowest':>9}{'requests':>10}"
    )
    for name, row in figures.items():
        mark = f"  above {TARGET_MS} ms" if row["ms"] > TARGET_MS else ""
        print(
            f"{name:45}{row['ms']:7.0f}{row['slowest_ms']:9.0f}"
            f"{row['requests']:10.0f}{mark}"
        )


def report_drawing(figures):
    print(f"{'':30}{'ms':>7}{'slowest':>9}{'frames/s':>10}{'style ms':>10}")
    for name, row in figures.items():
        numbers = (row.get(key) for key in ("ms", "slowest_ms", "fps", "style_ms"))
        cells = ("" if number is None else f"{number:.1f}" for number in numbers)
        print("{:30}{:>7}{:>9}{:>10}{:>10}".format(name, *cells))


def print_row(label, row, ratio):
    records = row["records"]
    print(
        f"{label:40}{row['seconds']:9.2f}{row['queries'] / records:14.2f}"
        f"{1000 * row['seconds'] / records:9.2f}"
        f"{1000 * row['cpu_seconds'] / records:11.2f}{ratio:>8}"
    )


if __name__ == "__main__":
    sys.exit(main())
