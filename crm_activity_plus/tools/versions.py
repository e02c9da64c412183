# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How the steps of a run become those of the plan's present version. No ORM."""

from .graph import find_cycle


def match_steps(present, wanted):
    """Find out which step of a run is which of the plan's.

    A step of a plan may have got another code since, or it was deleted and made anew
    with the same one.

    :param present: of each step of the run its id, its code, and the id of the plan's
        step that it comes from
    :param wanted: of each step of the plan its code, and its own id; maybe False
    :returns: code -> id of the run's step, for those that there are
    :rtype: dict
    """
    by_origin = {origin: id_ for id_, _code, origin in present if origin}
    found = {
        code: by_origin[origin]
        for code, origin in wanted
        if origin and origin in by_origin
    }
    taken = set(found.values())
    by_code = {code: id_ for id_, code, _origin in present if id_ not in taken}
    for code, _origin in wanted:
        if code not in found and code in by_code:
            found[code] = by_code[code]
    return found


def join_links(kept, wanted):
    """Have the steps of a run wait for others as the plan says now.

    Steps that have begun or are closed wait for nothing any more. What they came after
    is kept, unless it would be in a circle with what others wait for from now on: that
    would be in the way of beginning the run again.

    :param dict kept: step that has begun or is closed -> the steps that it came after
    :param dict wanted: waiting step -> the steps that it waits for; without a circle
    :returns: both together
    :rtype: dict
    """
    after = {step: list(others) for step, others in {**kept, **wanted}.items()}
    while cycle := find_cycle(after):
        for step, other in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            if step in kept:
                after[step].remove(other)
                break
        else:
            raise ValueError(f"The plan's own steps are in a circle: {cycle}")
    return after
