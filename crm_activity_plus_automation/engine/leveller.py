# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""So that nobody has more visits on a day than the series allows."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

from odoo.addons.crm_activity_plus.engine.deadlines import StepDater
from odoo.addons.crm_activity_plus.engine.reasons import name_of
from odoo.addons.crm_activity_plus.tools.dates import add_history, get_timezone
from odoo.addons.crm_activity_plus.tools.reasons import Day, Reason
from odoo.addons.crm_activity_plus.tools.times import get_local_day

from ..tools.levelling import Load

# Two who plan for the same people at the same moment: the second one begins anew.
TURN = "crm_activity_plus_automation.daily_limit"


class Leveller:
    """Finds days with room for visits. It remembers how many there are, so that it must
    not live longer than one operation.

    :param plan: the plan, as whoever the series act for
    :param int limit: visits of a person on a day
    """

    def __init__(self, plan, limit):
        self.env = plan.env
        self.plan = plan
        self.load = Load(limit)
        self._dater = StepDater(
            self.env, plan.deadline_policy, plan.resource_calendar_id
        )
        self._loaded = set()
        #: record -> the day that is kept for it while its steps are dated anew
        self._reserved = {}

    def take_turn(self):
        """Nobody else fills the same days meanwhile; see ``engine.locks`` of the core
        addon."""
        self.env["mail.activity.cron.position"].sudo()._set(TURN, 0)

    def level(self, proposals, plan_dates, last_days, propose):
        """Move what is launched to days with room, all steps of a record together.

        :param proposals: what would be launched on records
        :param dict plan_dates: record -> what its steps are counted from
        :param dict last_days: record -> the last day that will do for its visit
        :param propose: called with other plan dates of some records, computes what
            would be launched on these
        :returns: what is launched instead; a record whose visit has no room is skipped
        """
        first = {proposal.res_id: proposal for proposal in proposals}
        plan_dates, settled, pending = dict(plan_dates), {}, proposals
        while pending:
            self._read_load(pending)
            moved = {}
            for proposal in pending:
                res_id, step = proposal.res_id, find_visit(proposal)
                day = step and self._reserve(res_id, step, last_days[res_id])
                if not step or day == step.date_deadline:
                    settled[res_id] = self._explain(proposal, first[res_id])
                elif day:
                    moved[res_id] = plan_dates[res_id] + (day - step.date_deadline)
                else:
                    reason = self._get_full_reason(step, last_days[res_id])
                    settled[res_id] = replace(proposal, skip_reason=reason, steps=())
            plan_dates |= moved
            pending = propose(moved) if moved else []
        return [settled[proposal.res_id] for proposal in proposals]

    def _reserve(self, res_id, step, last_day):
        """:returns: the day that is kept for a visit, or None where there is none"""
        user = self.env["res.users"].browse(step.user_id)
        if kept := self._reserved.pop(res_id, None):
            self.load.remove(*kept)
        day = self.load.find_day(
            user.id,
            step.date_deadline,
            last_day,
            lambda day: day != step.date_deadline and self._is_off(day, user, res_id),
        )
        if day:
            self.load.add(user.id, day)
            self._reserved[res_id] = (user.id, day)
        return day

    def _is_off(self, day, user, res_id):
        if self.plan.deadline_policy == "calendar":
            return False
        record = self.env[self.plan.res_model].browse(res_id)
        return bool(self._dater.why_off(day, user, self.plan._get_company(record)))

    def _explain(self, proposal, before):
        """:param before: what would be launched if there were room
        :returns: the proposal, with why its dates are other ones"""
        by_code = {step.code: step for step in before.steps}
        return replace(
            proposal,
            steps=tuple(
                self._explain_step(step, by_code.get(step.code, step))
                for step in proposal.steps
            ),
        )

    def _explain_step(self, step, before):
        if step.date_deadline == before.date_deadline:
            return step
        explanation = {
            "base": "daily_limit",
            "limit": self.load.limit,
            "date": step.date_deadline.isoformat(),
        }
        return replace(
            step, date_explanation=add_history(explanation, before.date_explanation)
        )

    def _get_full_reason(self, step, last_day):
        values = {
            "user": name_of(self.env["res.users"].sudo().browse(step.user_id)),
            "limit": self.load.limit,
            "last": Day(last_day.isoformat()),
        }
        return Reason("visit_no_room", values)

    def _read_load(self, proposals):
        """Count the recurring visits that people have already, whoever planned them."""
        steps = [step for step in map(find_visit, proposals) if step]
        user_ids = {step.user_id for step in steps} - self._loaded
        if not user_ids:
            return
        self._loaded |= user_ids
        first = min(step.date_deadline for step in steps) - timedelta(days=1)
        events = self.env["calendar.event"].sudo()
        events = events.search_fetch(
            [
                ("plan_recurrence_id", "!=", False),
                ("user_id", "in", list(user_ids)),
                ("start", ">=", datetime.combine(first, time.min)),
            ],
            ["start", "user_id"],
        )
        zones = {user: get_timezone(user.tz) for user in events.user_id}
        self.load.counts += Counter(
            (event.user_id.id, get_local_day(event.start, zones[event.user_id]))
            for event in events
        )


def find_visit(proposal):
    """:returns: the step of what is launched that books a meeting now, or None"""
    for step in () if proposal.skip_reason else proposal.steps:
        if step.action_type == "meeting" and step.state == "scheduled":
            return step
    return None
