# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.fields import Date

from ..tools.graph import START, decide_turn
from .versions import VersionPlanner

# Told by themselves, or of no interest to anybody.
UNTOLD = (
    *("added_values", "chosen_by_id", "code", "date_deadline", "date_done"),
    *("date_explanation", "done_by_id", "is_user_chosen", "reason"),
    *("responsible_type", "sequence", "state", "template_id", "user_id"),
)


class VersionPreview:
    """Tells what moving runs to the present version of their plan would change.

    :param plan: the plan, as whoever asks
    """

    def __init__(self, plan):
        self.env = plan.env
        self.planner = VersionPlanner(plan)

    def tell(self, run):
        """:param run: a run that the user may move
        :returns: see ``preview_version`` of ``mail.activity.plan``
        :rtype: dict
        """
        run = run.sudo()
        told = {
            "run_id": run.id,
            "res_id": run.res_id,
            "display_name": run.res_name or run.name,
            "state": run.state,
            "from_version": run.plan_version,
            "reason": False,
            "steps": [],
        }
        try:
            change = self.planner.plan_change(run)
        except UserError as error:
            return told | {"reason": str(error)}
        return told | {"steps": self._tell_steps(change)}

    def _tell_steps(self, change):
        codes = {key: code for code, key in change.codes.items()}
        added = {step.code: step for step in change.added}
        changed = {**dict.fromkeys(change.links, {}), **change.changed}
        steps = [
            self._tell_added(step, codes[step.code], change) for step in change.added
        ]
        for key, values in changed.items():
            if key in added or key not in codes:
                continue
            if "state" in values:
                steps.append(self._tell_back(key, values, codes[key], change))
            elif told := self._tell_changed(key, values, codes[key], change):
                steps.append(told)
        place = {code: number for number, code in enumerate(change.codes)}
        steps.sort(key=lambda step: place[step["code"]])
        return [*steps, *map(self._tell_removed, change.removed)]

    def _make(self, code, name, change, **values):
        return {
            "code": code,
            "name": name,
            "change": change,
            "starts": False,
            "date_deadline": False,
            "user": False,
            "fields": [],
            **values,
        }

    def _tell_added(self, step, code, change):
        types = self.env["mail.activity.type"].browse(step.activity_type_id)
        return self._make(
            code,
            step.summary or types.name,
            "added",
            starts=self._starts(change, step.code, step),
            date_deadline=[False, Date.to_string(step.date_deadline)],
            user=[False, self._get_user_name(step.user_id)],
        )

    def _tell_back(self, line, values, code, change):
        """A step that an earlier version had removed."""
        day = values.get("date_deadline", line.date_deadline)
        user_id = values.get("user_id", line.user_id.id)
        return self._make(
            code,
            values.get("summary") or line.display_name,
            "added",
            starts=self._starts(change, line, values),
            date_deadline=[False, Date.to_string(day) if day else False],
            user=[False, self._get_user_name(user_id)],
        )

    def _tell_removed(self, line):
        return self._make(line.code, line.display_name, "removed")

    def _tell_changed(self, line, values, code, change):
        """:returns: what changes of a step, or None where nobody would see it"""
        if line.state != "waiting":
            return None
        day, user = False, False
        if "date_deadline" in values:
            days = (line.date_deadline, values["date_deadline"])
            day = [Date.to_string(one) if one else False for one in days]
        if "user_id" in values:
            user = [line.user_id.name or False, self._get_user_name(values["user_id"])]
        labels = [
            line._fields[name]._description_string(self.env)
            for name in values
            # The date says it.
            if name not in UNTOLD and not (day and name.startswith("delay_"))
        ]
        if "responsible_type" in values and not user:
            labels.append(
                line._fields["responsible_type"]._description_string(self.env)
            )
        if line in change.links:
            labels.append(line._fields["after_ids"]._description_string(self.env))
        if not (day or user or labels):
            return None
        return self._make(
            code,
            line.display_name,
            "changed",
            starts=self._starts(change, line, values),
            date_deadline=day,
            user=user,
            fields=labels,
        )

    def _get_user_name(self, user_id):
        return self.env["res.users"].sudo().browse(user_id or []).name or False

    def _starts(self, change, key, values):
        """:param key: a waiting step, or the code of a new one
        :param values: its new values, or the :class:`PlannedStep` that it will be
        :returns: whether its turn comes as soon as the run is moved"""
        if change.run.state != "running":
            return False
        others = change.links.get(key)
        if others is None:
            others = () if isinstance(key, str) else key.after_ids
        if isinstance(values, dict):
            mode = values.get("after_mode", key.after_mode)
            outcomes = values.get("after_outcome_ids")
            outcomes = outcomes[0][2] if outcomes else key.after_outcome_ids.ids
        else:
            mode = values.after_mode
            outcomes = values.copied.get("after_outcome_ids")
            outcomes = outcomes[0][2] if outcomes else []
        closed = [
            None
            if isinstance(other, str) or other._is_removed()
            else other._get_closed()
            for other in others
        ]
        return decide_turn(closed, mode, outcomes) == START
