# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .moves import Moves


class Foresight(Moves):
    """What would follow in a run if one of its steps were closed.

    It moves copies of the steps that are never saved: new records whose origin they
    are. The run itself stays as it is. :meth:`forget` has to be called at the end, so
    that the next look begins anew.

    :param run: the run
    """

    def __init__(self, run):
        super().__init__(run)
        copies = [line.new(origin=line) for line in self.runs.line_ids]
        #: the copies
        self.lines = self.runs.line_ids.browse().concat(*copies)
        #: those of them that were scheduled meanwhile, in order
        self.scheduled = self.lines.browse()

    def close_copy(self, line, outcome):
        """Have a step done, and the run go on.

        :param line: a step of the run
        :param outcome: a ``mail.activity.outcome``, or none
        """
        copy = self.lines.filtered(lambda other: other._origin == line)
        self.close(copy, "done", outcome_id=outcome.id)
        self.advance()

    def forget(self):
        self.lines.invalidate_recordset(flush=False)

    def _get_steps_to_look_at(self, runs):
        return self.lines

    def _on_begun(self, lines, old_state, reason=False):
        self.scheduled += lines

    def _on_ended(self, runs, state, values, reason=False):
        """It is looked at, and not changed."""
