# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a ledger says that things are now. No ORM: see docs/architecture.rst."""


class BrokenHistoryError(ValueError):
    """Rows of the ledger don't fit together."""


# What became of a step's activity, by the step's state.
ENDS = {
    "done": "done",
    "skipped": "cancelled",
    "cancelled": "cancelled",
    "failed": "cancelled",
}

# What a step's row tells of its activity alone: another activity begins without it.
ACTIVITY_ONLY = ("date_end", "date_start", "duration")


def replay(rows):
    """Replay rows of the ledger.

    :param list[dict] rows: in the order of their ids, with ``run_id``, ``run_line_id``
        and ``activity_ref`` (ids, or nothing), ``event``, ``old_status``,
        ``new_status`` and ``values``
    :returns: ``runs``, ``steps`` and ``activities``: id -> what is known of it:
        ``status``, and the values that it has
    :rtype: dict
    :raises BrokenHistoryError: a row doesn't begin where the one before ended
    """
    runs, steps, activities = {}, {}, {}
    for row in rows:
        if row["run_line_id"]:
            step = steps.setdefault(row["run_line_id"], {})
            if row["event"] == "scheduled":
                for name in ACTIVITY_ONLY:
                    step.pop(name, None)
            _follow(step, row)
            _follow_activity(step, activities, row)
        elif row["run_id"]:
            _follow(runs.setdefault(row["run_id"], {}), row)
        else:
            _follow(activities.setdefault(row["activity_ref"], {}), row)
    return {"runs": runs, "steps": steps, "activities": activities}


def _follow(known, row):
    before = known.get("status") or False
    if (row["old_status"] or False) != before:
        raise BrokenHistoryError(f"It was {before}, and then begins otherwise: {row}")
    _apply(known, row["values"], row["event"] in ("changed", "moved"))
    known["status"] = row["new_status"]


def _follow_activity(step, activities, row):
    """A step's row tells of its activity, too."""
    ref = row["activity_ref"]
    if row["event"] == "changed":
        if ref:
            _apply(_get_known(activities, ref), row["values"], is_change=True)
        return
    previous = step.get("activity_ref")
    if row["event"] == "scheduled" and row["old_status"] == "scheduled" and previous:
        # Another attempt at it.
        _get_known(activities, previous)["status"] = "done"
    if row["event"] == "scheduled" and ref:
        activities[ref] = {**(row["values"] or {}), "status": "new"}
        # Its own outcome is still to come.
        activities[ref] |= {"outcome": False, "outcome_id": False}
    elif ref and row["event"] in ENDS:
        _get_known(activities, ref)["status"] = ENDS[row["event"]]
    step["activity_ref"] = ref


def _get_known(activities, ref):
    if ref not in activities:
        raise BrokenHistoryError(f"Nothing tells of the beginning of activity {ref}")
    return activities[ref]


def _apply(known, values, is_change):
    for name, value in (values or {}).items():
        if isinstance(value, list) and len(value) == 2:
            old, value = value
            if name in known and (known[name] or False) != (old or False):
                raise BrokenHistoryError(f"{name} was {known[name]}, not {old}")
        elif is_change:
            raise BrokenHistoryError(f"{name} changed from nothing known: {value}")
        known[name] = value
