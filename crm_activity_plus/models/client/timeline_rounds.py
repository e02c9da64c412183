# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What came of runs before they were restarted: the ledger alone knows."""

from odoo.fields import Domain

# Rows with the run alone that begin or end a round.
RUN_EVENTS = ("launched", "stopped", "done", "failed", "restarted")
STEP_ENDS = ("done", "skipped", "cancelled", "failed")


class RoundReader:
    """Reads the rounds of runs; with the same number of queries for any number of them.

    :param runs: the runs, as superuser, that were restarted
    """

    def __init__(self, runs):
        self.runs = runs
        self.env = runs.env
        self.rows = self._search_rows()
        self.activities = self._read_feedback()
        self.outcomes = self._read_outcomes()

    def read_rounds(self):
        """:returns: id of a run -> its rounds before the present one, latest first;
        JSON-able"""
        return {
            run_id: self._read_run(rows)
            for run_id, rows in self.rows.grouped(lambda row: row.run_id.id).items()
        }

    def _search_rows(self):
        of_run = Domain("run_line_id", "=", False) & Domain("event", "in", RUN_EVENTS)
        of_step = Domain("run_line_id", "!=", False) & Domain(
            "new_status", "in", STEP_ENDS
        )
        return self.env["mail.activity.log"].search_fetch(
            Domain("run_id", "in", self.runs.ids) & (of_run | of_step), order="id"
        )

    def _read_feedback(self):
        done = self.rows.filtered(lambda row: row.new_status == "done")
        ids = {*done.mapped("activity_ref")} - {0}
        activities = self.env["mail.activity"].browse(ids).exists()
        return {activity.id: activity.feedback or False for activity in activities}

    def _read_outcomes(self):
        """:returns: id -> name and kind of each outcome that the rows tell of"""
        ids = {(row.values or {}).get("outcome_id") for row in self.rows} - {None}
        outcomes = self.env["mail.activity.outcome"].browse(
            id_ for id_ in ids if id_ and isinstance(id_, int)
        )
        return {
            outcome.id: {"name": outcome.name, "kind": outcome.kind}
            for outcome in outcomes.exists()
        }

    def _read_run(self, rows):
        """:param rows: those of one run, oldest first"""
        rounds, started, ended, steps = [], False, None, {}
        for row in rows:
            if row.run_line_id:
                steps[row.run_line_id] = row
            elif row.event == "restarted":
                if not ended or _is_restart(ended):
                    ended = row
                rounds.append(self._describe(len(rounds) + 1, started, ended, steps))
                started, ended, steps = row.date, None, {}
            elif row.event == "launched":
                started = row.date
            else:
                ended = row
        return rounds[::-1]

    def _describe(self, number, started, ended, steps):
        """:param number: which round it is
        :param started: when it began
        :param ended: the row that says how it ended
        :param dict steps: step -> the row that says how it ended
        """
        return {
            "number": number,
            "date_start": started,
            "date_end": ended.date,
            "state": ended.event,
            "user": self.runs._get_timeline_user(ended.user_id),
            "reason": ended.reason,
            "steps": [
                self._describe_step(step, steps[step])
                for step in sorted(steps, key=lambda step: (step.sequence, step.id))
            ],
        }

    def _describe_step(self, step, row):
        values = row.values or {}
        outcome = self.outcomes.get(values.get("outcome_id"), False)
        return {
            "id": step.id,
            "name": step.display_name,
            "type": step.activity_type_id.name,
            "icon": step.icon,
            "state": row.new_status,
            "date_done": row.date,
            "done_by": self.runs._get_timeline_user(row.user_id),
            "outcome": row.new_status == "done" and outcome,
            "reason": not _is_restart(row) and row.reason,
            "attempt": values.get("attempt") or 1,
            "feedback": self.activities.get(row.activity_ref, False),
        }


def _is_restart(row):
    """:returns: whether the row says no more than that the run was restarted"""
    note = (row.reason_values or {}).get("note")
    return isinstance(note, dict) and note.get("code") == "restarted"
