# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ...engine.restarts import get_refusals
from ...tools.states import OPEN_RUN_STATES
from .timeline_rounds import RoundReader

# What the ledger tells of a run beside what its record says.
RUN_EVENTS = ("paused", "stopped", "done", "failed", "restarted")


class MailActivityPlanRun(models.Model):
    """What the timeline shows of runs: all of it in one call."""

    _inherit = "mail.activity.plan.run"

    @api.readonly
    def get_timeline(self):
        """Tell how far runs are, and what was done, is open and comes; with the same
        number of queries for any number of runs and steps.

        ``actions`` names what the user can do with a run or a step now: the ones of a
        run are ``pause``, ``resume``, ``stop``, ``restart`` and the ones of a step
        ``done``, ``open``, ``skip``, ``snooze``. ``rounds`` tells of the time before
        each restart: how it ended, and what came of the steps.

        :returns: for each run a dict, open ones first, then the latest; JSON-able
        :raises AccessError: the user may not read the document of one of them
        :raises MissingError: one of them doesn't exist
        """
        self.check_access("read")
        writable = self - self._filter_document_forbidden("write")
        runs = self.sudo().sorted(lambda r: (r.state not in OPEN_RUN_STATES, -r.id))
        restartable = set((runs & writable.sudo())._filter_restartable()._ids)
        writable_ids = set(writable._ids)
        events_by_run, attempts_by_step = runs._get_timeline_rows()
        steps_by_run = runs._get_timeline_steps(writable_ids, attempts_by_step)
        restarted = runs.filtered(lambda run: "restarted" in events_by_run[run.id])
        rounds_by_run = RoundReader(restarted).read_rounds()
        return [
            {
                **run._get_timeline_values(events_by_run[run.id]),
                "actions": run._get_timeline_actions(
                    run.id in writable_ids, run.id in restartable
                ),
                "steps": steps_by_run[run.id],
                "rounds": rounds_by_run.get(run.id, []),
            }
            for run in runs
        ]

    def _get_timeline_values(self, events):
        """Hook: what the timeline says of a run itself.

        :param dict events: the ledger's last row of each event
        """
        self.ensure_one()
        state_row = events.get(self.state)
        labels = dict(self._fields["stop_reason"]._description_selection(self.env))
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "progress": self.progress,
            "progress_text": self.progress_text,
            "plan_date": self.plan_date,
            "date_start": self.date_start,
            "date_end": self.date_end,
            "date_paused": self.date_paused,
            "paused_until": self.paused_until,
            "pause_reason": self.state == "paused" and state_row.reason
            if state_row
            else False,
            "launched_by": self._get_timeline_user(self.user_id),
            "changed_by": self._get_timeline_user(state_row.user_id)
            if state_row
            else False,
            "stop_reason": labels.get(self.stop_reason, False),
            "stop_note": self.stop_note,
            "archive_note": self.archive_note,
        }

    def _get_timeline_actions(self, is_writable, is_restartable):
        self.ensure_one()
        actions = {"running": ["pause", "stop"], "paused": ["resume", "stop"]}
        return [
            *(actions.get(self.state, []) if is_writable else []),
            *(["restart"] if is_restartable else []),
        ]

    @api.model
    def _get_timeline_user(self, user):
        """:returns: id and name of a person; nobody where the engine did it by
        itself"""
        if not user or user._is_superuser():
            return False
        return {"id": user.id, "name": user.name}

    def _filter_restartable(self):
        """:returns: the runs that can begin again"""
        refusals = get_refusals(self)
        return self.filtered(lambda run: run not in refusals)

    def _get_timeline_rows(self):
        """Read the ledger.

        :returns: for each run its last row of each event; for each step the rows of the
            attempts before the present one, oldest first
        """
        rows = (
            self.env["mail.activity.log"]
            .sudo()
            .search_fetch(
                Domain("run_id", "in", self.ids)
                & (
                    Domain("run_line_id", "=", False)
                    & Domain("event", "in", RUN_EVENTS)
                    | Domain("run_line_id", "!=", False)
                    & Domain("event", "=", "scheduled")
                    & Domain("old_status", "=", "scheduled")
                    & Domain("new_status", "=", "scheduled")
                ),
                ["date", "event", "reason", "run_id", "run_line_id", "user_id"],
                order="id",
            )
        )
        events, attempts = defaultdict(dict), defaultdict(list)
        for row in rows:
            if row.run_line_id:
                attempts[row.run_line_id.id].append(row)
            else:
                events[row.run_id.id][row.event] = row
        return events, attempts

    def _get_timeline_steps(self, writable_ids, attempts_by_step):
        """:returns: for each run the list of its steps, in order"""
        steps = self.env["mail.activity.plan.run.line"].sudo()
        steps = steps.search([("run_id", "in", self.ids)], order="sequence, id")
        feedback = steps._get_timeline_feedback()
        result = defaultdict(list)
        for step in steps:
            result[step.run_id.id].append(
                {
                    **step._get_timeline_values(),
                    "feedback": feedback.get((step.id, step.attempt), False),
                    "attempts": step._get_timeline_attempts(
                        attempts_by_step[step.id], feedback
                    ),
                    "actions": step._get_timeline_actions(
                        step.run_id.id in writable_ids
                    ),
                }
            )
        return result
