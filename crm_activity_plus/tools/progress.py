# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How far a run is, and how it ends. No ORM."""


def get_progress(states):
    """Tell how much of a run was done.

    Nobody has to do what was skipped, so that it doesn't count. What failed, or was
    cancelled, should have been done, and wasn't.

    :param states: the states of its steps
    :returns: percent; 0 where nothing was done, 100 where all was that wasn't skipped
    :rtype: float
    """
    wanted = [state for state in states if state != "skipped"]
    return round(100 * wanted.count("done") / len(wanted), 2) if wanted else 0


def get_end(states):
    """Tell how a run ends that has no open step left.

    :param states: the states of its steps
    :returns: its state: ``failed`` where nothing was done, and something failed; else
        ``done``
    :rtype: str
    """
    states = set(states)
    return "failed" if "failed" in states and "done" not in states else "done"
