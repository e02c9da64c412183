"""What the tool says, on standard error, and how it says that it ends early."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class DevError(Exception):
    """Something the user can act on: printed as one line, exit code 1."""


class Interrupted(BaseException):
    """A signal asked for the end; no ``Exception``, so that no handler swallows it."""

    def __init__(self, signum: int):
        super().__init__(signum)
        self.signum = signum


def say(message: str) -> None:
    """Print one line of the tool's own."""
    print(f"dev: {message}", file=sys.stderr, flush=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[str], None]]:
    """Tell of work that takes a while: how far it got, by what the block is given, not
    more often than a reader can follow; and how long it took, unless it failed."""
    terminal = sys.stderr.isatty()
    interval = 0.2 if terminal else 15
    started = last = time.monotonic()

    def show(text: str) -> None:
        nonlocal last
        if time.monotonic() - last > interval:
            last = time.monotonic()
            line = f"dev: {label}: {text}"[:110]
            line = f"\r{line}\x1b[K" if terminal else f"{line}\n"
            print(line, end="", file=sys.stderr, flush=True)

    say(f"{label} ...")
    yield show
    if terminal:
        print("\r\x1b[K", end="", file=sys.stderr)
    say(f"{label}: done in {time.monotonic() - started:.0f} s")
