"""Starting programs, and leaving none behind.

The tool makes itself the "subreaper" of everything below it: a program whose own
parent died becomes a child of the tool, and can be ended at the end.
"""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from devtools.errors import DevError, Interrupted

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_GRACE = 10.0
_libc = ctypes.CDLL(None, use_errno=True)

Command = Sequence[str | os.PathLike[str]]


class _State:
    """What the signal handler has to know."""

    child: subprocess.Popen[Any] | None = None
    deferring = False
    pending: int | None = None
    ignoring = False
    protected: set[int] = set()


def setup() -> None:
    """Take over signals and orphans; called once, at the start."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _on_signal)


def _on_signal(signum: int, _frame: object) -> None:
    if _State.ignoring:
        return
    if _State.child is not None:
        _State.pending = signum
        _forward(_State.child, signum)
    elif _State.deferring:
        _State.pending = signum
    else:
        raise Interrupted(signum)


def _forward(child: subprocess.Popen[Any], signum: int) -> None:
    """Pass a signal on, unless the terminal has sent it to the child, too.

    Odoo ends at once, without cleaning up, on a second Ctrl-C.
    """
    if signum == signal.SIGINT and _in_foreground():
        return
    child.send_signal(signal.SIGINT if signum == signal.SIGINT else signal.SIGTERM)


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Let a short piece of work finish before a signal takes effect."""
    before = _State.deferring
    _State.deferring = True
    try:
        yield
    finally:
        _State.deferring = before
    if not before:
        _raise_pending()


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Clean up in peace: the user has asked for the end once already."""
    before = _State.ignoring
    _State.ignoring = True
    try:
        yield
    finally:
        _State.ignoring = before


def _raise_pending() -> None:
    if _State.pending is not None:
        signum, _State.pending = _State.pending, None
        raise Interrupted(signum)


def protect(pid: int) -> None:
    """Keep a process (PostgreSQL, which others may use) out of the cleaning."""
    _State.protected.add(pid)


def forget(pid: int) -> None:
    """Stop protecting a process that has ended, and let the kernel remove it."""
    _State.protected.discard(pid)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def run(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    started: Callable[[subprocess.Popen[Any]], None] | None = None,
) -> int:
    """Run a program in the foreground and return its exit code.

    :param started: called with the process once it runs
    :raises Interrupted: after the program's end, if a signal asked for it
    """
    with signals_deferred():
        child = subprocess.Popen(
            list(command),
            env=env,
            cwd=cwd,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
        _State.child = child
        try:
            if started:
                started(child)
            code = _wait(child)
        finally:
            _State.child = None
            with signals_ignored():
                end_stragglers()
    return code if code >= 0 else 128 - code


def _wait(child: subprocess.Popen[Any]) -> int:
    """Wait for a program, and grow more insistent once a signal has come."""
    asked_at: float | None = None
    steps = [child.terminate, child.kill]
    while True:
        try:
            return child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            pass
        now = time.monotonic()
        if _State.pending is None:
            continue
        if asked_at is None:
            asked_at = now
        elif now - asked_at > _GRACE and steps:
            steps.pop(0)()
            asked_at = now


def capture(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    on_line: Callable[[str], None] | None = None,
    every_second: Callable[[], None] | None = None,
    what: str = "",
    check: bool = True,
    **popen: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a helper program out of sight and return its output.

    :param on_line: called with each line as it comes
    :param every_second: called while the program runs, for those that say little
    :param what: what the program does, for the error message
    """
    child = subprocess.Popen(
        list(command),
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=_die_with_parent,  # noqa: PLW1509
        **popen,
    )
    lines: list[str] = []
    ended = threading.Event()
    if every_second:
        # Started after the program: a fork beside a thread may copy a held lock.
        threading.Thread(target=_tick, args=(ended, every_second), daemon=True).start()
    try:
        if stdin is not None and child.stdin:
            child.stdin.write(stdin)
            child.stdin.close()
        for line in child.stdout or ():
            lines.append(line)
            if on_line:
                on_line(line.rstrip("\n"))
        code = child.wait()
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        ended.set()
        if child.stdout:
            child.stdout.close()
    output = "".join(lines)
    if check and code:
        name = what or os.path.basename(str(command[0]))
        raise DevError(f"{name} failed: {last_words(output)}")
    return subprocess.CompletedProcess(list(command), code, output, "")


def _tick(ended: threading.Event, work: Callable[[], None]) -> None:
    while not ended.wait(1):
        work()


def call_detached(command: Command, *, output: IO[str], **popen: Any) -> int:
    """Run a program that leaves a server behind, and return its exit code.

    The output goes to a file: the server keeps it open, and a pipe would never end.
    """
    return subprocess.call(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        **popen,
    )


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
    asked: set[int] = set()
    while remaining := _descendants():
        late = time.monotonic() > deadline
        for pid in remaining:
            if late or pid not in asked:
                asked.add(pid)
                _kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        _reap()
        time.sleep(0.05)


def _kill(pid: int, signum: int) -> None:
    try:
        os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        pass


def _reap() -> None:
    for pid in _children_of(os.getpid(), _process_table()):
        if pid not in _State.protected:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def _descendants() -> list[int]:
    """All living processes below this one, less the protected and their own."""
    table = _process_table()
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        for pid in _children_of(todo.pop(), table):
            if pid in _State.protected:
                continue
            todo.append(pid)
            found.append(pid)
    return found


def _children_of(parent: int, table: dict[int, int]) -> list[int]:
    return [pid for pid, above in table.items() if above == parent]


def _process_table() -> dict[int, int]:
    """The parent of each process of this machine."""
    table = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path("/proc", name, "stat").read_text(errors="replace")
            except OSError:
                continue
            table[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return table
