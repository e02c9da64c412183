"""Starting programs, leaving none behind, and locks between them.

The tool makes itself the "subreaper" of everything below it: a program whose own parent
died becomes a child of the tool, and is ended at the end; but not PostgreSQL, which
others may be using.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from devtools.console import DevError, Interrupted, say

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_GRACE = 10.0
_libc = ctypes.CDLL(None)
# Whether signals are, since the command is coming to its end already.
_ignored = False


def setup() -> None:
    """Take over signals and orphans; called once, at the start."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _on_signal)


def _on_signal(signum: int, _frame: object) -> None:
    global _ignored
    if not _ignored:
        _ignored = True
        raise Interrupted(signum)


@contextlib.contextmanager
def signals_ignored() -> Iterator[None]:
    """Let a short piece of work finish, whatever signal comes."""
    global _ignored
    before, _ignored = _ignored, True
    try:
        yield
    finally:
        _ignored = before


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def run(
    command: Sequence[str],
    started: Callable[[subprocess.Popen[Any]], None] = lambda child: None,
    **popen: Any,
) -> int:
    """Run a program in the foreground and return its exit code.

    :raises Interrupted: after the program's end, if a signal asked for it
    """
    child = None
    try:
        # A signal may come as soon as the program runs, before this returns.
        child = subprocess.Popen(command, preexec_fn=_die_with_parent, **popen)
        started(child)
        code = child.wait()
    except Interrupted as interrupted:
        if child:
            _end(child, interrupted.signum)
        raise
    finally:
        with signals_ignored():
            end_stragglers()
    return code if code >= 0 else 128 - code


def _end(child: subprocess.Popen[Any], signum: int) -> None:
    """Pass a signal on, and grow more insistent; but not Ctrl-C, which the terminal has
    sent to the child, too: on a second one, Odoo ends without cleaning up."""
    if signum != signal.SIGINT or not sys.stdin.isatty():
        child.send_signal(signum)
    for insist in (child.terminate, child.kill):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
        insist()


def capture(
    command: Sequence[str],
    *,
    stdin: str = "",
    on_line: Callable[[str], None] = lambda line: None,
    what: str = "",
    check: bool = True,
    **popen: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a helper program out of sight and return its output.

    :param what: what to call the program in the error message
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=_die_with_parent,
        **popen,
    ) as child:
        lines = []
        try:
            with contextlib.suppress(BrokenPipeError), child.stdin:
                child.stdin.write(stdin)
            for line in child.stdout:
                lines.append(line)
                on_line(line.rstrip("\n"))
        except BaseException:
            child.kill()
            raise
    output = "".join(lines)
    if check and child.returncode:
        name = what or os.path.basename(command[0])
        raise DevError(f"{name} failed: {last_words(output)}")
    return subprocess.CompletedProcess(command, child.returncode, output)


def last_words(output: str) -> str:
    """The line of a failed program's output that most likely says why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        if line.lower().startswith(("e:", "error", "fatal", "initdb: error")):
            return line
    return lines[-1] if lines else "it said nothing"


def end_stragglers(patience: float = 5.0) -> None:
    """End all that is still running below this process, politely at first."""
    deadline = time.monotonic() + patience
    while remaining := _descendants():
        signum = signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signum)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.1)


def _descendants() -> list[int]:
    """All processes below this one, but for PostgreSQL and what is below that."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = Path("/proc", name, "stat").read_text(errors="replace")
            start, _bracket, rest = stat.rpartition(")")
            if "(postgres" not in start:
                children.setdefault(int(rest.split()[1]), []).append(int(name))
    found = [os.getpid()]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def try_lock(descriptor: int, shared: bool = False) -> bool:
    """Lock a file if nobody is in the way; the kernel frees it, however we end."""
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def file_lock(path: Path, shared: bool = False, waiting: str = "") -> Iterator[int]:
    """Hold a lock on a file, which is never deleted: two could hold "the" lock then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        if not try_lock(file.fileno(), shared):
            if waiting:
                say(f"Another ./dev {waiting}: waiting for it")
            fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield file.fileno()
