# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields

from ..tools.savepoint import undone
from .reasons import tell_fresh_reason

# So many emails are rendered in one answer; those first whose turn it is.
MAX_EMAILS = 20


class TrialReport:
    """How far a plan that is tried has come, as people and programs are told.

    :param Rehearsal rehearsal: how far it is
    :param dict templates: code -> the plan's step
    """

    def __init__(self, rehearsal, templates):
        self.env = rehearsal.env
        self.rehearsal = rehearsal
        self.run = rehearsal.run
        self._templates = templates
        self._kinds = self.env["mail.activity.plan.template"]._get_step_kinds()
        self._next = rehearsal.find_next() if self.run.state == "running" else None
        self._outcomes = {}
        self._problems = {}

    def format(self):
        """:returns: see ``simulate`` of ``mail.activity.plan``; without the record
        :rtype: dict"""
        lines = list(self._get_lines())
        told = {
            "plan_date": self.run.plan_date,
            "date": self.rehearsal.get_today(),
            "state": self.run.state,
            "end_reason": self._tell_end(),
            "next": self._next.code if self._next else False,
            "steps": [self._format_step(line) for line in lines],
            "changes": [
                {
                    "code": line.code,
                    "state": state,
                    "outcome": outcome.name,
                    "date": fields.Date.context_today(self.run, moment),
                }
                for line, state, outcome, moment in self.rehearsal.changes
            ],
        }
        # At the end: nothing of the run is left in memory after it.
        emails = self._render_emails()
        for step, line in zip(told["steps"], lines, strict=True):
            step["email"] = emails.get(line, False)
        return told

    def _get_lines(self):
        return self.rehearsal.lines.values()

    def _tell_end(self):
        """:returns: why the run was stopped, in a sentence, or False"""
        if self.run.state != "stopped":
            return False
        reasons = dict(self.run._fields["stop_reason"]._description_selection(self.env))
        reason = reasons.get(self.run.stop_reason, self.run.stop_reason)
        return f"{reason}. {self.run.stop_note}" if self.run.stop_note else reason

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _format_step(self, line):
        return {
            **self._format_definition(line),
            "state": line.state,
            "reason": line.reason or False,
            "problem": self._tell_problem(line),
            "attempt": line.attempt,
            "date_deadline": line.date_deadline or False,
            "explanation": line.date_explanation or False,
            "time": self._get_time(line),
            "user_id": line.user_id.id,
            "user_name": line.user_id.name,
            "outcome": line.outcome_id.name,
            "date_done": line.is_closed and line._get_day_done(),
            "actions": self.rehearsal.rules.get_actions(line),
            "outcomes": self._format_outcomes(line),
        }

    def _format_definition(self, line):
        """:returns: what the plan says of a step"""
        template = self._templates.get(line.code)
        kind = self._kinds.get(line.action_type, {"label": line.action_type})
        return {
            "code": line.code,
            "template_id": line.template_id.id,
            "activity_type_id": line.activity_type_id.id,
            "type_name": line.activity_type_id.name,
            "icon": line.icon or "fa-tasks",
            "summary": line.display_name,
            "action_type": line.action_type,
            "kind": kind["label"],
            "is_automatic": line.action_type != "activity",
            "max_attempts": line.max_attempts,
            "when": template.when_text if template else False,
            "after": [other.code for other in line.after_ids],
            "after_any": line.after_mode == "any" and len(line.after_ids) > 1,
            "after_outcomes": line.after_outcome_ids.mapped("name"),
        }

    @staticmethod
    def _get_time(line):
        """:returns: at which hour a step does itself, or False"""
        return line.date_due and line.action_type != "activity" and line.time_of_day

    def _format_outcomes(self, line):
        outcomes = self.rehearsal.rules.get_outcomes(line)
        return [
            {
                **self._format_outcome(outcome),
                "asks_date": outcome._asks_date(),
                "is_retried": outcome._allows_another(line.attempt, line.max_attempts),
            }
            for outcome in outcomes
        ]

    def _format_outcome(self, outcome):
        if outcome not in self._outcomes:
            self._outcomes[outcome] = {
                "code": outcome.code,
                "name": outcome.name,
                "kind": outcome.kind,
                "effect": outcome.effect,
                "effects": self._tell_effects(outcome),
            }
        return self._outcomes[outcome]

    def _tell_effects(self, outcome):
        """:returns: what an outcome does beside the plan, in a few words each"""
        steps = self.env["mail.activity.plan.run.line"]
        effects = outcome._get_effects_on_records(self.run.res_model, steps, steps)
        return [tell_fresh_reason(self.env, what) for what, *_rest in effects]

    # ------------------------------------------------------------
    # What steps do by themselves
    # ------------------------------------------------------------

    def _tell_problem(self, line):
        """:returns: why a scheduled step can't do itself, in a sentence, or False"""
        if line.action_type == "activity" or line.state != "scheduled":
            return False
        key = line._get_doing_key()
        if key not in self._problems:
            problem = self.rehearsal.find_problem(line)
            self._problems[key] = tell_fresh_reason(self.env, problem or False)
        return self._problems[key]

    def _render_emails(self):
        """Render what is sent next, what was sent last, and the rest as far as there is
        time. A template may write what its links need, such as tokens: it is undone.

        :returns: step -> its email, or False
        :rtype: dict"""
        changed = {line for line, *_rest in self.rehearsal.changes}
        lines = [line for line in self._get_lines() if self._has_email(line)]
        lines.sort(key=lambda line: (line != self._next, line not in changed))
        emails, rendered = {}, {}
        if not lines:
            return emails
        with undone(self.env.cr):
            for line in lines:
                key = (line.mail_template_id, line.user_id)
                if key not in rendered and len(rendered) < MAX_EMAILS:
                    rendered[key] = self._render_email(line)
                emails[line] = rendered.get(key, False)
        return emails

    def _has_email(self, line):
        return (
            line.action_type == "email"
            and line.state in ("scheduled", "done")
            and line.mail_template_id.model == line.res_model
        )

    def _render_email(self, line):
        """:returns: see ``_render_email`` of the step; False where that is a problem,
        which the step tells"""
        email = {}
        self.rehearsal.attempt(
            lambda: email.update(line._render_email(*line._get_records()))
        )
        return email or False
