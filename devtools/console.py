"""What the tool says, always on standard error: standard output belongs to Odoo."""

import sys
import time

_TERMINAL_INTERVAL = 0.2
_LOG_INTERVAL = 15.0


def say(message: str) -> None:
    """Print one line of the tool's own."""
    print(f"dev: {message}", file=sys.stderr, flush=True)


class Progress:
    """One line that changes on a terminal, a line now and then in a log."""

    def __init__(self, label: str):
        self.label = label
        self.terminal = sys.stderr.isatty()
        self.started = self.last = time.monotonic()
        say(f"{label} ...")

    def update(self, text: str) -> None:
        """Show how far the work got, not more often than a reader can follow."""
        now = time.monotonic()
        interval = _TERMINAL_INTERVAL if self.terminal else _LOG_INTERVAL
        if now - self.last < interval:
            return
        self.last = now
        if self.terminal:
            line = f"dev: {self.label}: {text}"[:110]
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            say(f"{self.label}: {text}")

    def done(self) -> None:
        """End the line with the time that the work took."""
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr)
        say(f"{self.label}: done in {time.monotonic() - self.started:.0f} s")
