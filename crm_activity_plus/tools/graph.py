# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The order of a plan's steps: cycles, and whose turn it is. No ORM.

Steps are known by any hashable key; ``after`` maps a step to the steps that it waits
for.
"""

from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
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
        and the last for the first, beginning with the one that comes first in
        ``after``; an empty list where there is no circle
    :rtype: list
    """
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        # Each is awaited by the next one, and the first is the last.
        circle = error.args[1][:0:-1]
        first = circle.index(next(step for step in after if step in circle))
        return circle[first:] + circle[:first]
    return []


def sort_in_waves(after):
    """Sort steps so that each comes behind those that it waits for.

    :param dict after: step -> the steps that it waits for; without a cycle. Steps
        that are no key of it themselves are taken as done.
    :returns: the first wave waits for nothing, each other one for earlier waves only;
        inside a wave, the steps are in their order in ``after``
    :rtype: list[list]
    :raises graphlib.CycleError: a ``ValueError``; the steps wait for each other
    """
    place = {step: number for number, step in enumerate(after)}
    sorter = TopologicalSorter(
        {
            step: [other for other in awaited if other in after]
            for step, awaited in after.items()
        }
    )
    sorter.prepare()
    waves = []
    while sorter.is_active():
        wave = sorted(sorter.get_ready(), key=place.get)
        waves.append(wave)
        sorter.done(*wave)
    return waves


def find_unreached(after, can_lead):
    """Find steps whose turn never comes.

    :param dict after: step -> the steps that it waits for, maybe in a circle
    :param can_lead: called with a step and one that waits for it: whether the first can
        end so that the second one is taken
    :returns: the steps, in their order in ``after``
    :rtype: list
    """
    reached = set()
    sorter = TopologicalSorter(after)
    with suppress(CycleError):
        sorter.prepare()
    # It gives all that neither is in a circle nor comes after one.
    while sorter.is_active():
        ready = sorter.get_ready()
        reached.update(
            step
            for step in ready
            if not after.get(step)
            or any(other in reached and can_lead(other, step) for other in after[step])
        )
        sorter.done(*ready)
    return [step for step in after if step not in reached]


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
