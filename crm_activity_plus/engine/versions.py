# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How runs move to the present version of their plan: what would change in the steps
that haven't begun. Nothing is written here: see ``version_mover``."""

from dataclasses import dataclass, replace

from odoo.api import SUPERUSER_ID
from odoo.fields import Command

from ..tools.codes import make_code
from ..tools.proposal import date_steps, follow_previous
from ..tools.versions import join_links, match_steps
from .assignment import StepAssigner
from .deadlines import StepDater
from .environment import by_engine
from .rotation import Rotation

#: why a step is skipped that the plan no longer has
REMOVED = "step_removed"

# What is decided about a step in a run, beside what it copies of the plan.
DECIDED = ("code", "date_deadline", "date_explanation", "reason", "state", "user_id")
# Said by a plan's step only where there are any.
LINKED = ("after_outcome_ids", "attendee_ids")


@dataclass(frozen=True, slots=True)
class RunChange:
    """What changes in a run."""

    run: object
    #: new steps, as :class:`~..tools.proposal.PlannedStep`; with their codes in the run
    added: tuple = ()
    #: waiting step -> its new values; those of one that comes back have a ``state``
    changed: dict = None
    #: waiting steps that the plan no longer has
    removed: object = None
    #: step, or the code of a new one -> the steps, or codes, that it waits for; only of
    #: those where that changes
    links: dict = None
    #: the steps that the run would have, by their codes in the plan; for whoever reads
    #: what would change
    codes: dict = None


class VersionPlanner:
    """Computes what moving runs to the present version of their plan changes. It
    writes nothing.

    It remembers what it found, so that it must not live longer than one operation.

    :param plan: the plan
    """

    def __init__(self, plan):
        self.plan = by_engine(plan)
        self.env = self.plan.env
        self._templates = {step.code: step for step in self.plan.template_ids}
        self._assigner = StepAssigner(Rotation(self.env), self._templates)
        self._steps_by_lang, self._daters = {}, {}

    def plan_change(self, run):
        """:param run: an open run of the plan
        :rtype: RunChange
        :raises UserError: a step has no date
        """
        run = run.with_env(self.env)
        steps = self._get_steps(run)
        lines = self._match(run, steps)
        waiting = {code: line for code, line in lines.items() if _is_waiting(line)}
        planned = self._plan_steps(run, steps, lines)
        codes = self._find_codes(run, steps, lines)
        changed = {
            line: values
            for code, line in waiting.items()
            if (values := self._compare(line, planned[code], codes[code]))
        }
        known = run.line_ids.browse().union(*lines.values())
        removed = (run.line_ids - known).filtered(lambda line: line.state == "waiting")
        return RunChange(
            run,
            added=tuple(
                replace(planned[step.code], code=codes[step.code], state="waiting")
                for step in steps
                if step.code not in lines
            ),
            changed=changed,
            removed=removed,
            links=self._find_links(run, steps, lines, codes, removed),
            codes={code: lines.get(code, codes[code]) for code in planned},
        )

    def _get_steps(self, run):
        """:returns: the steps of the plan, in the language that the run has"""
        lang = run.user_id.lang
        if lang not in self._steps_by_lang:
            self._steps_by_lang[lang] = self.plan.with_context(lang=lang)._get_steps()
        return self._steps_by_lang[lang]

    @staticmethod
    def _match(run, steps):
        """:returns: code of a step of the plan -> the run's, see ``match_steps``"""
        found = match_steps(
            [(line.id, line.code, line.template_id.id) for line in run.line_ids],
            [(step.code, step.template_id) for step in steps],
        )
        # What is read of one of them is read of all.
        lines = {line.id: line for line in run.line_ids}
        return {code: lines[id_] for code, id_ in found.items()}

    def _find_codes(self, run, steps, lines):
        """:returns: code of a step in the plan -> in the run, where each has another
        one"""
        taken = set(run.line_ids.mapped("code"))
        codes = {}
        for step in steps:
            line = lines.get(step.code)
            if line and (line.code == step.code or step.code in taken):
                codes[step.code] = line.code
            elif line:
                codes[step.code] = step.code
            else:
                codes[step.code] = make_code(step.code, taken)
            taken.add(codes[step.code])
        return codes

    # ------------------------------------------------------------
    # What a step says
    # ------------------------------------------------------------

    def _compare(self, line, step, code):
        """:returns: what a waiting step has to say, and doesn't yet"""
        values = step.get_line_values()
        for name in LINKED:
            values.setdefault(name, [Command.set([])])
        values = {name: values[name] for name in values if name not in DECIDED}
        if line.is_reassigned or line.is_user_chosen:
            del values["responsible_type"]
            del values["is_user_chosen"]
        else:
            values["user_id"] = step.user_id
        changed = {
            name: value
            for name, value in values.items()
            if not _is_same(line, name, value)
        }
        if line.date_deadline != step.date_deadline:
            changed |= {
                "date_deadline": step.date_deadline,
                "date_explanation": step.date_explanation,
            }
        if line.code != code:
            changed["code"] = code
        if line.state != "waiting":
            changed |= {
                "state": "waiting",
                "reason": False,
                "date_done": False,
                "done_by_id": False,
            }
        return changed

    def _plan_steps(self, run, steps, lines):
        """:returns: code -> the step as it would be: those that have begun or are
        closed as they are, the others with who probably does them, and when
        """
        record = run.env[run.res_model].browse(run.res_id)
        record = record.with_user(run.user_id or SUPERUSER_ID).sudo()
        planned = []
        for step in steps:
            line = lines.get(step.code)
            if line and not _is_waiting(line):
                step = replace(
                    step,
                    user_id=line.user_id.id,
                    date_deadline=line.date_deadline or run.plan_date,
                )
            else:
                step = self._assign(step, line, run, record)
            planned.append(step)
        dated = date_steps(
            follow_previous(planned),
            run.plan_date,
            lambda step, base_date, base: self._get_dater(run).find(
                step,
                base_date,
                base,
                run.user_id.browse(step.user_id),
                run._get_working_company(),
            ),
        )
        return {step.code: step for step in dated}

    def _assign(self, step, line, run, record):
        """:param line: the step of the run, or None for a new one"""
        if line and (line.is_reassigned or line.is_user_chosen):
            step = replace(step, user_id=line.user_id.id)
        else:
            found = self._assigner.find(step, record, run.responsible_id, waits=True)
            step = replace(step, user_id=found.user.id)
        if line and (chosen := line._get_chosen_date()):
            step = replace(
                step, date_deadline=chosen, date_explanation=line.date_explanation
            )
        return step

    def _get_dater(self, run):
        key = (run.deadline_policy, run.resource_calendar_id)
        if key not in self._daters:
            self._daters[key] = StepDater(self.env, *key, self._templates)
        return self._daters[key]

    # ------------------------------------------------------------
    # What waits for what
    # ------------------------------------------------------------

    def _find_links(self, run, steps, lines, codes, removed):
        """:returns: see :attr:`RunChange.links`"""
        keys = {step.code: lines.get(step.code, codes[step.code]) for step in steps}
        wanted = {
            keys[step.code]: [keys[code] for code in step.after]
            for step in steps
            if step.code not in lines or _is_waiting(lines[step.code])
        }
        kept = {
            line: list(line.after_ids - removed)
            for line in run.line_ids
            if line not in wanted and line not in removed
        }
        return {
            key: others
            for key, others in join_links(kept, wanted).items()
            if isinstance(key, str) or set(others) != set(key.after_ids)
        }


def _is_waiting(line):
    """:returns: whether a step hasn't begun; one that an earlier version of the plan
    had removed may come back"""
    return line.state == "waiting" or (
        line.state == "skipped" and line.reason_code == REMOVED
    )


def _is_same(line, name, value):
    """:returns: whether a step of a run says that already"""
    field, own = line._fields[name], line[name]
    match field.type:
        case "many2one":
            return own.id == (value or False)
        case "many2many":
            return set(own.ids) == {id_ for _c, _i, ids in value for id_ in ids}
    return (own or False) == (value or False)
