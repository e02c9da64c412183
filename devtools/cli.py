"""The command line of ./dev."""

import signal
from collections.abc import Sequence
from importlib import import_module

from devtools import process
from devtools.console import DevError, Interrupted, say
from devtools.paths import Paths

# Each is a module in devtools/commands, but for the aliases.
COMMANDS = {
    "run": "start Odoo with the suite and demo data, and say where",
    "test": "run the tests; --core, --oca: those of others",
    "lint": "check the code's style; --fix: put right what can be",
    "bench": "run the benchmarks",
    "odoo": "Odoo's own command line, configured",
    "shell": "a Python shell inside Odoo",
    "screenshots": "take the pictures of the README",
    "cluster": "run two servers with job runners on the database of ./dev run",
}
# Those that are an argument of another one, maybe with an option.
ALIASES = dict(cluster="bench --serve", screenshots="bench", shell="odoo --no-http")
HELP = """\
usage: ./dev COMMAND [arguments]

The developer's tool of CRM Activity Plus. It fetches and starts everything it needs.

commands:
{commands}

environment:
  ODOO_HOME       a checkout or unpacked folder of Odoo 19 to use
  PGHOST, PGPORT, PGUSER, PGPASSWORD, or DATABASE_URL
                  a PostgreSQL server to use instead of a private one
  XDG_CACHE_HOME  where downloads are kept for all clones (~/.cache)

What is specific to this clone lies in .dev/. './dev COMMAND --help' tells more."""


def main(argv: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    process.setup()
    try:
        return dispatch(argv, Paths.default())
    except (DevError, OSError) as error:
        # A full disk, say: nothing that a trace explains.
        say(str(error))
        return 1
    except Interrupted as interrupted:
        say(f"stopped by {signal.Signals(interrupted.signum).name}")
        return 128 + interrupted.signum
    finally:
        with process.signals_ignored():
            process.end_stragglers()


def dispatch(argv: Sequence[str], paths: Paths) -> int:
    """Find the command and hand it its arguments."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        lines = [f"  {name:<13}{summary}" for name, summary in COMMANDS.items()]
        print(HELP.format(commands="\n".join(lines)))
        return 0 if argv else 2
    name, *arguments = argv
    if name not in COMMANDS:
        raise DevError(f"unknown command {name!r}: choose one of {', '.join(COMMANDS)}")
    module, *options = ALIASES.get(name, name).split()
    command = import_module(f"devtools.commands.{module}")
    if arguments[:1] in (["-h"], ["--help"]) and module != "odoo":
        print(command.__doc__)
        return 0
    first = [name, *options] if name in ALIASES else []
    return command.main(paths, [*first, *arguments])
