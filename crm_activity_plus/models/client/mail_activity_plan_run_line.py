# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...engine.foresight import Foresight
from ...tools.states import CLOSED_STATUSES, OPEN_RUN_STATES


class MailActivityPlanRunLine(models.Model):
    """What the client shows of steps: in the timeline, and what closing one would
    start."""

    _inherit = "mail.activity.plan.run.line"

    # ------------------------------------------------------------
    # Timeline
    # ------------------------------------------------------------

    def _get_timeline_feedback(self):
        """:returns: what people wrote when they did a step: by step and attempt. Where
        the plan was restarted, attempts of the same number were made before, too."""
        activities = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [("run_line_id", "in", self.ids), ("status", "=", "done")],
                ["attempt", "feedback", "run_line_id"],
                order="id DESC",
            )
        )
        by_line = activities.grouped("run_line_id")
        result = {}
        for line in self:
            latest_first, number = by_line.get(line, ()), line.attempt
            if latest_first and latest_first[0] != line.activity_id:
                # The present attempt isn't made yet.
                number -= 1
            for activity in latest_first:
                if number < 1 or activity.attempt != number:
                    break
                result[line.id, number] = activity.feedback or False
                number -= 1
        return result

    def _get_timeline_attempts(self, rows, feedback):
        """:param rows: the ledger's rows about the step being tried again
        :param dict feedback: see :meth:`_get_timeline_feedback`
        :returns: the attempts before the present one, oldest first
        """
        self.ensure_one()
        tried = self.attempt - 1
        # Older rows tell of the time before the plan was restarted.
        rows = rows[-tried:] if tried else []
        return [
            {
                "number": number,
                "date": row.date,
                "user": self.run_id._get_timeline_user(row.user_id),
                "outcome": row.reason,
                "feedback": feedback.get((self.id, number), False),
            }
            for number, row in enumerate(rows, self.attempt - len(rows))
        ]

    def _get_timeline_values(self):
        """Hook: what the timeline says of a step."""
        self.ensure_one()
        run = self.run_id
        activity = self.activity_id
        is_open = bool(activity) and activity.status not in CLOSED_STATUSES
        return {
            "id": self.id,
            "name": self.display_name,
            "type": self.activity_type_id.name,
            "icon": self.icon,
            "action_type": self.action_type,
            "state": self.state,
            "user": run._get_timeline_user(self.user_id),
            "date_deadline": self.date_deadline,
            "date_due": self.date_due,
            "date_explanation": self.date_explanation or False,
            "date_done": self.date_done,
            "done_by": run._get_timeline_user(self.done_by_id),
            "outcome": {"name": self.outcome_id.name, "kind": self.outcome_id.kind}
            if self.outcome_id and self.is_closed
            else False,
            "reason": self.reason,
            "attempt": self.attempt,
            "max_attempts": self.max_attempts,
            "after": [other.display_name for other in self.after_ids],
            "after_mode": self.after_mode,
            "after_outcomes": self.after_outcome_ids.mapped("name"),
            "activity_id": is_open and activity.id,
            "status": is_open and activity.status,
            "on_hold_until": is_open and activity.on_hold_until,
            "held_by_pause": self._is_held_by_pause(),
            "plan_paused_until": run.paused_until,
        }

    def _is_held_by_pause(self):
        """:returns: whether the step, whose turn has come, waits for its plan to be
        resumed; an automatic one does without an activity"""
        if self.state != "scheduled" or self.run_id.state != "paused":
            return False
        return not self.activity_id or self.activity_id.held_by_pause

    def _get_timeline_actions(self, is_writable):
        self.ensure_one()
        if (
            not is_writable
            or self.is_closed
            or self.run_id.state not in OPEN_RUN_STATES
        ):
            return []
        actions = ["skip"]
        if self.state == "scheduled":
            actions.append("snooze")
        if self.activity_id and self.activity_id.status not in CLOSED_STATUSES:
            actions += ["open", "done"]
        return actions

    # ------------------------------------------------------------
    # What closing a step would start
    #
    # The engine itself is asked, on copies of the steps that are never saved: new
    # records whose origin they are. So the answer is what the engine would do, by
    # construction.
    # ------------------------------------------------------------

    def _preview_close(self, outcome):
        """Tell what would happen if the step's activity were done with an outcome.

        :returns: what would be scheduled, see ``mail.activity.preview_complete``, and
            what else there is to know, in a sentence or False
        """
        self.ensure_one()
        run = self.run_id
        if outcome._allows_another(self.attempt, self.max_attempts):
            day = self._find_retry_deadline(outcome, run._get_dater()).date
            user = self.activity_id._find_able(self.user_id)
            return [self._describe_step("retry", day, user)], False
        if outcome.effect == "stop":
            return [], self.env._("The plan “%(plan)s” ends.", plan=run.name)
        if self._get_exit_after(outcome) == "won":
            return [], self.env._(
                "The plan “%(plan)s” ends: the lead is won.", plan=run.name
            )
        if run.state == "paused":
            return [], self.env._(
                "The plan “%(plan)s” is paused. It continues when it is resumed.",
                plan=run.name,
            )
        foresight = Foresight(run)
        try:
            foresight.close_copy(self, outcome)
            steps = [
                line._describe_step("step", line.date_deadline, line.user_id)
                for line in foresight.scheduled
            ]
            return steps, not steps and foresight.lines._preview_end()
        finally:
            # The next preview begins anew.
            foresight.forget()

    def _preview_end(self):
        """:returns: what the plan waits for, where nothing follows at once"""
        run = self[0].run_id
        under_way = self.filtered(lambda line: line.state == "scheduled")
        if under_way:
            return self.env._(
                "The plan “%(plan)s” continues with: %(steps)s.",
                plan=run.name,
                steps=", ".join(under_way.mapped("display_name")),
            )
        return self.env._("The plan “%(plan)s” is finished then.", plan=run.name)

    def _describe_step(self, kind, day, user):
        self.ensure_one()
        return {
            "kind": kind,
            "type": self.activity_type_id.name,
            "name": self.display_name,
            "date_deadline": fields.Date.to_string(day),
            "user_id": user.id,
            "user_name": user.name,
            "action_type": self.action_type,
        }
