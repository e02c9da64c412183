# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import SUPERUSER_ID, api, fields, models

from ...engine.added_fields import revive
from ...engine.deadlines import StepDater
from ...engine.reasons import name_of, reason_error
from ...engine.rotation import Rotation
from ...tools.dates import Deadline, add_history, get_first_explanation, get_timezone
from ...tools.graph import SKIP, START, Closed, decide_turn
from ...tools.reasons import Label, Reason
from ...tools.steps import PREVIOUS_STEP_DELAYS


class MailActivityPlanRunLine(models.Model):
    """When a step's turn comes, who does it then, and for which day."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    # ------------------------------------------------------------
    # Whose turn it is
    # ------------------------------------------------------------

    def _split_by_turn(self):
        """:returns: the waiting steps whose turn has come, and those on a branch that
        was not taken"""
        starting = dead = self.browse()
        for line in self.filtered(lambda line: line.state == "waiting"):
            turn = decide_turn(
                [other._get_closed() for other in line.after_ids],
                line.after_mode,
                line.after_outcome_ids.ids,
            )
            if turn == START:
                starting += line
            elif turn == SKIP:
                dead += line
        return starting, dead

    def _get_closed(self):
        """:returns: how the step ended, for ``decide_turn``, or None while it is
        open"""
        self.ensure_one()
        if not self.is_closed:
            return None
        return Closed(self.outcome_id.id, self.branch_taken)

    def _meets_condition(self):
        self.ensure_one()
        if not self.condition_domain:
            return True
        run = self.run_id
        return bool(
            run.plan_id._filter_records(
                self._get_record(),
                self.condition_domain,
                self.display_name,
                run.user_id,
            )
        )

    def _prepare_schedule_values(self, dater, assigner):
        """Hook: the values of a step whose turn has come.

        :param dater: see :class:`StepDater`
        :param assigner: see :class:`StepAssigner`
        :raises UserError: it can't be done
        """
        found = self._find_responsible(assigner)
        if found.reason and not found.user:
            raise reason_error(self.env, found.reason)
        values = {"user_id": found.user.id, "reason": found.reason}
        if not self._get_chosen_date():
            base_date, base = self._get_base()
            deadline = dater.find(
                self, base_date, base, found.user, self.run_id._get_working_company()
            )
            values |= {
                "date_deadline": deadline.date,
                "date_explanation": deadline.explanation,
            }
        return values

    def _get_previous(self):
        """:returns: the steps that were closed before this one; the last is the last"""
        self.ensure_one()
        previous = self.after_ids.filtered(
            lambda line: line.is_closed and line.branch_taken
        )
        return previous.sorted("date_done")

    # ------------------------------------------------------------
    # Who does it
    # ------------------------------------------------------------

    def _load_turns(self):
        """Look up the turns that the steps need in the round robin, at once.

        :returns: whose turn it is in the teams
        """
        rotation = Rotation(self.env)
        in_turn = self.filtered(lambda line: line.responsible_type == "round_robin")
        for res_model, lines in in_turn.grouped("res_model").items():
            records = self.env[res_model].browse(lines.mapped("res_id"))
            rotation.load(records.exists())
        return rotation

    def _find_responsible(self, assigner):
        """:returns: who does the step; see :class:`Assignment`"""
        self.ensure_one()
        run = self.run_id
        # A role may fall back on the user who launches the plan.
        record = self._get_record().with_user(run.user_id or SUPERUSER_ID).sudo()
        previous = self._get_previous()
        # Where it was nobody's, it is whoever did it all the same.
        doer = previous.filtered("user_id")[-1:].user_id or previous[-1:].done_by_id
        return assigner.find(self, record, run.responsible_id, doer)

    def _get_missing_responsible_reason(self):
        """:returns: why nobody does the step"""
        self.ensure_one()
        role = Label(
            "mail.activity.plan.template", "responsible_type", self.responsible_type
        )
        if self.user_id:
            values = {"user": name_of(self.user_id), "role": role}
            return Reason("user_unavailable", values)
        return Reason("nobody_available", {"role": role})

    def _get_template_values(self):
        """:returns: what the plan said about the step at the launch; JSON-able"""
        self.ensure_one()
        values = {
            **(self.added_values or {}),
            "activity_type_id": self.activity_type_id.id,
            "delay_count": self.delay_count,
            "delay_from": self.delay_from,
            "delay_unit": self.delay_unit,
            "plan_id": self.run_id.plan_id.id,
            "responsible_type": self.responsible_type,
            "sequence": self.sequence,
            "summary": self.summary,
        }
        if self.responsible_type == "other":
            values["responsible_id"] = self.user_id.id
        return values

    def _make_template(self):
        """:returns: a step of the plan, in memory, that says what it said at the
        launch: for Odoo's own hooks, which other addons extend"""
        templates = self.env["mail.activity.plan.template"]
        [values] = revive(templates, [self._get_template_values()])
        return templates.new(values)

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    def _get_chosen_date(self):
        """:returns: the date that somebody chose for the step at the launch, or None; a
        pause may have moved it since"""
        self.ensure_one()
        explanation = get_first_explanation(self.date_explanation)
        if explanation.get("base") == "chosen_at_launch":
            return fields.Date.to_date(explanation["date"])
        return None

    def _get_base(self):
        """:returns: the date that the step's delay counts from, and what it is"""
        previous = self._get_previous()
        if not previous or self.delay_from not in PREVIOUS_STEP_DELAYS:
            return self.run_id.plan_date, "plan_date"
        done = max(line._get_day_done() for line in previous)
        if self.delay_from == "after_previous_done":
            return done, "previous_done"
        deadlines = [line.date_deadline for line in previous if line.date_deadline]
        return max(deadlines, default=done), "previous_deadline"

    def _get_day_done(self):
        """:returns: the day on which the step was closed, where its responsible is"""
        return self._get_day_of(self.date_done)

    def _get_day_of(self, moment):
        """:returns: which day it is then, where the step's responsible is"""
        tz = self.user_id.tz or self.env.user.tz
        return fields.Date.context_today(self.with_context(tz=tz), moment)

    def _get_moment(self):
        """:returns: the step's date at its responsible's time of day; in UTC"""
        self.ensure_one()
        timezone = get_timezone(self.user_id.sudo().tz)
        local = datetime.combine(self.date_deadline, time.min) + timedelta(
            minutes=round(self.time_of_day * 60)
        )
        return timezone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _reschedule(self, deadlines, base):
        """Give open steps other dates.

        :param dict deadlines: step -> :class:`~...tools.dates.Deadline`
        :param str base: why, for the explanations
        """
        lines = self.browse().union(*deadlines)
        explanations = {
            line: line._explain_change(base, deadline.date, deadline.explanation)
            for line, deadline in deadlines.items()
        }
        alone, by_day = {}, defaultdict(self.browse)
        for line, deadline in deadlines.items():
            day, activity = deadline.date, line._get_open_activity()
            if activity and activity.date_deadline != day:
                by_day[day] += line
            else:
                alone[line] = {
                    "date_deadline": day,
                    "date_explanation": explanations[line],
                }
        self._write_each(alone)
        for day, same in by_day.items():
            # The steps follow, and the ledger tells both in one row.
            same.activity_id._reschedule(
                day, {line.id: explanations[line] for line in same}
            )
        due = lines.filtered(lambda line: line.date_due and line.state == "scheduled")
        for line in due:
            line.date_due = line._get_date_due()
        due._trigger_due()

    def _explain_change(self, base, day, explanation=None):
        """:param str base: why the step gets another date
        :param date day: the new date
        :param dict explanation: more about it
        :returns: its ``date_explanation`` then
        """
        self.ensure_one()
        return add_history(
            {
                **(explanation or {}),
                "base": base,
                "date": day.isoformat(),
                "user_id": self.env.uid,
            },
            self.date_explanation,
        )

    def _come_back(self, day):
        """Date an open step whose hold is over.

        :param date day: when it ended; the step is due then or, under a policy that
            knows days off, on the first working day from then on
        """
        self.ensure_one()
        run = self.run_id
        policy = "calendar" if run.deadline_policy == "calendar" else "shift_forward"
        dater = StepDater(self.env, policy, run.resource_calendar_id)
        deadline = dater.shift(
            day,
            0,
            "days",
            "after",
            self.user_id,
            run._get_working_company(),
            "hold",
        )
        self._reschedule({self: deadline}, "hold")

    # ------------------------------------------------------------
    # Once more
    # ------------------------------------------------------------

    def _prepare_retry_values(self, outcome, deadline):
        """Hook: the values of another attempt at a step.

        :param outcome: that of the last one, which asks for it
        :param deadline: see :meth:`_find_retry_deadline`
        """
        self.ensure_one()
        activity = self.activity_id
        user = activity._find_able(self.user_id) if activity else self.user_id
        return {
            # It begins anew, which the ledger is told.
            "state": "scheduled",
            "attempt": self.attempt + 1,
            "outcome_id": outcome.id,
            "date_deadline": deadline.date,
            "date_explanation": deadline.explanation,
            "date_started": False,
            "try_count": 0,
            "user_id": user.id,
        }

    def _find_retry_deadline(self, outcome, dater, agreed=False, now=None):
        """:param date agreed: the date that was agreed for it, if any
        :param datetime now: when the last attempt has ended; default: now
        :returns: when the step is tried again after an outcome, and why then"""
        self.ensure_one()
        if agreed:
            return Deadline(agreed, {"base": "agreed", "date": agreed.isoformat()})
        return dater.shift(
            fields.Date.context_today(self.with_context(tz=self.user_id.tz), now),
            outcome.retry_delay_count,
            outcome.retry_delay_unit,
            "after",
            self.user_id,
            self.run_id._get_working_company(),
            "retry",
        )

    def _reset(self, delays):
        """Begin again: all steps wait, but for those that were left out at the launch.

        :param dict delays: for each run, how long ago its launch was
        """
        steps = self - self._find_left_out()
        old_states = {line: line.state for line in steps}
        chosen = {}
        for line in steps:
            if day := line._get_chosen_date():
                run = line.run_id
                day = run._get_dater().move(day, delays[run])
                chosen[line] = {
                    "date_deadline": day,
                    "date_explanation": {
                        "base": "chosen_at_launch",
                        "date": day.isoformat(),
                    },
                }
        steps.write(
            {
                "activity_id": False,
                "attempt": 1,
                "branch_taken": True,
                "calendar_event_id": False,
                "date_done": False,
                "date_due": False,
                "date_started": False,
                "done_by_id": False,
                "is_reassigned": False,
                "outcome_id": False,
                "reason": False,
                "state": "waiting",
                "try_count": 0,
            }
        )
        self._write_each(chosen, is_told=True)
        steps._log(old_states)

    def _find_left_out(self):
        """:returns: the steps that nobody wanted at the launch, and those that the
        plan no longer has; others were skipped because of their condition, which is
        looked at again"""
        rows = self.env["mail.activity.log"].search(
            [
                ("run_line_id", "in", self.ids),
                ("event", "=", "skipped"),
                ("old_status", "=", False),
            ]
        )
        unwanted = rows.run_line_id.filtered(lambda line: not line.condition_domain)
        return unwanted | self.filtered(lambda line: line._is_removed())
