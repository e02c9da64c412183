# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""When the ledger is told that steps begin."""

from .columns import read_columns


class Beginnings:
    """Steps that begin. The ledger is told of each once: as soon as it has its
    activity, before anybody hears of that one. An automation rule may close it at once,
    or end its run, and what it does is to be told afterwards.

    :param lines: the steps
    :param old_state: their state before
    :param reason: why they begin
    """

    def __init__(self, lines, old_state, reason=False):
        self._lines = lines
        self._old_state = old_state
        self._reason = reason

    def tell(self, lines):
        """Tell of steps that have their activities by now, and of those that don't wait
        for one."""
        ready = set(lines._ids)
        ready.update(
            row_id
            for row_id, row in zip(
                self._lines._ids,
                read_columns(self._lines, ["state", "action_type"]),
                strict=True,
            )
            if (row["state"], row["action_type"]) != ("scheduled", "activity")
        )
        self._tell(self._lines.filtered(lambda line: line.id in ready))

    def tell_rest(self):
        """Tell of all that is left."""
        self._tell(self._lines)

    def _tell(self, lines):
        self._lines -= lines
        if lines:
            lines._log(dict.fromkeys(lines, self._old_state), self._reason)
