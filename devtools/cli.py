"""The command line of ./dev."""

import signal
import sys
from collections.abc import Sequence

from devtools import process
from devtools.commands import COMMANDS
from devtools.console import say
from devtools.errors import DevError, Interrupted
from devtools.paths import Paths

HELP = """\
usage: ./dev COMMAND [arguments]

The developer's tool of CRM Activity Plus. It fetches and starts everything it needs:
Python packages, Odoo 19, PostgreSQL and the databases.

commands:
{commands}

environment:
  ODOO_HOME       a checkout or unpacked folder of Odoo 19 to use
  PGHOST, PGPORT, PGUSER, PGPASSWORD, or DATABASE_URL
                  a PostgreSQL server to use instead of a private one
  XDG_CACHE_HOME  where downloads are kept for all clones (~/.cache)

What is specific to this clone lies in .dev/: databases, files, logs.
'./dev COMMAND --help' tells more about run, test, lint and bench."""


def main(argv: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    process.setup()
    try:
        return dispatch(argv, Paths.default())
    except DevError as error:
        say(str(error))
        return 1
    except OSError as error:
        # A full disk, a folder that may not be written: nothing that a trace explains.
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
        print(help_text())
        return 0 if argv else 2
    command = COMMANDS.get(argv[0])
    if command is None:
        known = ", ".join(COMMANDS)
        raise DevError(f"unknown command {argv[0]!r}: choose one of {known}")
    arguments = list(argv[1:])
    if arguments[:1] in (["-h"], ["--help"]) and command.own_help:
        print(command.usage)
        return 0
    return command.main(paths, arguments)


def help_text() -> str:
    """The help with one line for each command."""
    lines = [f"  {name:<8}{command.summary}" for name, command in COMMANDS.items()]
    return HELP.format(commands="\n".join(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
