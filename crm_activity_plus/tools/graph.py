# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The order of a plan's steps: cycles, and whose turn it is. No ORM.

Steps are known by any hashable key; ``after`` maps a step to the steps that it waits
for.
"""

from typing import NamedTuple

WAIT = "wait"
START = "start"
SKIP = "skip"


class Closed(NamedTuple):
    """How a step ended."""

    outcome: object = None
    # False for a step on a branch that was not taken: it closed without ever being
    # anybody's turn, so that what comes behind it has no turn either.
    taken: bool = True


def find_cycle(after):
    """Find steps that wait for each other in a circle.

    :param dict after: step -> the steps that it waits for
    :returns: the steps of one circle, each waiting for the one behind it in the list
        and the last for the first; an empty list where there is none
    :rtype: list
    """
    visited = set()
    for start in after:
        path, positions, stack = [], {}, [(start, None)]
        while stack:
            step, pending = stack.pop()
            if pending is None:
                if step in positions:
                    return path[positions[step] :]
                if step in visited:
                    continue
                positions[step] = len(path)
                path.append(step)
                pending = iter(after.get(step, ()))
            following = next(pending, None)
            if following is None:
                visited.add(step)
                positions.pop(path.pop())
            else:
                stack.append((step, pending))
                stack.append((following, None))
    return []


def sort_in_waves(after):
    """Sort steps so that each comes behind those that it waits for.

    :param dict after: step -> the steps that it waits for; without a cycle. Steps
        that are no key of it themselves are taken as done.
    :returns: the first wave waits for nothing, each other one for earlier waves only
    :rtype: list[list]
    """
    waves, sorted_steps = [], set()
    remaining = dict(after)
    while remaining:
        wave = [
            step
            for step, awaited in remaining.items()
            if all(other in sorted_steps or other not in after for other in awaited)
        ]
        if not wave:
            raise ValueError(f"The steps wait for each other: {find_cycle(after)}")
        waves.append(wave)
        sorted_steps.update(wave)
        for step in wave:
            del remaining[step]
    return waves


def decide_turn(awaited, mode="all", outcomes=()):
    """Decide whether it is a waiting step's turn.

    :param list awaited: for each step that this one waits for, its :class:`Closed`, or
        None while it is open
    :param str mode: ``all`` of them have to be closed, or ``any``
    :param outcomes: outcomes one of which has to have been chosen; empty: any will do
    :returns: ``WAIT``, ``START``, or ``SKIP`` for a branch that was not taken
    """
    if not awaited:
        return START
    closed = [step for step in awaited if step is not None]
    taken = [
        step
        for step in closed
        if step.taken and (not outcomes or step.outcome in outcomes)
    ]
    if len(closed) == len(awaited):
        return START if taken else SKIP
    if mode == "any" and taken:
        return START
    return WAIT
