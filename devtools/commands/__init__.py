"""The commands of ./dev, one module each."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from devtools.paths import Paths


@dataclass(frozen=True)
class Command:
    """What the command line has to know of a command.

    :param own_help: whether ``--help`` is the command's own, not Odoo's
    """

    module: str
    summary: str
    own_help: bool = True

    @property
    def main(self) -> Callable[[Paths, list[str]], int]:
        return import_module(f"devtools.commands.{self.module}").main

    @property
    def usage(self) -> str:
        return (import_module(f"devtools.commands.{self.module}").__doc__ or "").strip()


COMMANDS = {
    "run": Command("run", "start Odoo with the suite and demo data, and say where"),
    "test": Command("test", "run the tests; --core, --oca: those of others"),
    "lint": Command("lint", "check the code's style; --fix: put right what can be"),
    "bench": Command("bench", "run the benchmarks"),
    "odoo": Command("odoo", "Odoo's own command line, configured", own_help=False),
    "shell": Command("shell", "a Python shell inside Odoo", own_help=False),
}
