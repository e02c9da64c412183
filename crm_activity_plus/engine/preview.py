# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter
from dataclasses import replace

from ..tools.states import OPEN_STEP_STATES
from ..tools.values import is_id
from .launch_warnings import WarningFinder, WarningTeller, get_label
from .reasons import tell_explanation, tell_fresh_reasons

# So many rows of the workload are sent to the pop-up, the fullest days first.
MAX_LOAD_ROWS = 200


class LaunchPreview:
    """What a launch would do, as people and programs are told.

    It costs the same number of queries whatever the number of records.

    :param Planner planner: computed it
    :param list[Proposal] proposals: what the launch would do on each record
    :param list selected_ids: for the pop-up, all records that a person selected
    :param set left_out: those of them that the person left out
    """

    def __init__(self, planner, proposals, selected_ids=(), left_out=frozenset()):
        self.env = planner.env
        self.plan = planner.plan
        self.templates = planner.templates
        self.warnings = self._find_warnings(proposals)
        #: a reason in a sentence -> the same in few words
        self._labels = {}
        proposals = self._tell_reasons(proposals)
        self.proposals = {p.res_id: p for p in proposals}
        self.accepted = [p for p in proposals if not p.skip_reason]
        self.selected_ids = selected_ids
        self.left_out = left_out
        self._launched_ids = {proposal.res_id for proposal in self.accepted}
        user_ids = {step.user_id for p in proposals for step in p.steps} - {False}
        users = self.env["res.users"].sudo().browse(user_ids)
        self._user_names = {user.id: user.name for user in users}

    def _find_warnings(self, proposals):
        """:returns: key -> what the pop-up says of a warning"""
        found, teller = (
            WarningFinder(self.plan).find(proposals),
            WarningTeller(self.plan),
        )
        return {warning.key: teller.format(warning) for warning in found}

    def _get_label(self, sentence):
        """:returns: a reason in few words: the warnings tell it in full; or False"""
        label = self._labels.get(sentence)
        return self.env._(label) if label else False

    def _tell_reasons(self, proposals):
        """:returns: the same, with the reasons in sentences"""
        steps = [step for proposal in proposals for step in proposal.steps]
        reasons = [one.skip_reason for one in proposals] + [s.reason for s in steps]
        if not any(reasons):
            return proposals
        sentences = tell_fresh_reasons(self.env, reasons)
        self._labels = dict(zip(sentences, map(get_label, reasons), strict=True))
        told = iter(sentences)
        skipped = [replace(one, skip_reason=next(told)) for one in proposals]
        return [
            replace(
                proposal,
                steps=tuple(replace(s, reason=next(told)) for s in proposal.steps),
            )
            for proposal in skipped
        ]

    def format(self):
        """:returns: see ``preview`` of ``mail.activity.plan``
        :rtype: dict"""
        names = self._get_names(self.proposals)
        return {
            "records": [
                {
                    "res_id": res_id,
                    "display_name": names.get(res_id, False),
                    "skip_reason": proposal.skip_reason,
                    "lines": []
                    if proposal.skip_reason
                    else self._format_steps(proposal.steps),
                }
                for res_id, proposal in self.proposals.items()
            ],
            "load": self._get_load(),
        }

    def format_page(self, offset, limit, only_skipped, daily_limit, warning=None):
        """Tell what the pop-up shows: what is the same on all records, a page of them,
        and how much work it makes for whom.

        :param bool only_skipped: only the records that it isn't launched on
        :param str warning: only the records of this one, by its key
        :param int daily_limit: activities that a person can do in a day; 0: no limit
        :returns: ``error``, ``selected_count``, ``is_background``, ``record_count``,
            ``left_out_count``, ``skipped_count``, ``warnings``, ``steps``,
            ``row_count``, ``records``, ``load``, ``load_count``, ``overload_count``
            and ``daily_limit``
        :rtype: dict
        """
        res_ids, is_background = self._get_looked_at()
        shown = res_ids
        if warning:
            shown = self.warnings.get(warning, {}).get("res_ids", [])
        elif only_skipped:
            shown = [res_id for res_id in res_ids if res_id not in self._launched_ids]
        load = self._mark_overloads(daily_limit)
        return {
            "error": False,
            "selected_count": len(self.selected_ids),
            "is_background": is_background,
            "record_count": len(res_ids),
            "left_out_count": len(res_ids) - len(self.proposals),
            "skipped_count": len(self.proposals) - len(self.accepted),
            "warnings": list(self.warnings.values()),
            "row_count": len(shown),
            "steps": self._format_shared_steps(),
            "records": self._format_rows(shown[offset : offset + limit]),
            "load": load[:MAX_LOAD_ROWS],
            "load_count": len(load),
            "overload_count": sum(row["is_overload"] for row in load),
            "daily_limit": daily_limit,
        }

    def _get_looked_at(self):
        """:returns: those of the selected records that come before the ones that were
        too many to look at, with those that were left out; and whether there are such
        """
        looked_at = 0
        for place, res_id in enumerate(self.selected_ids):
            if res_id in self.left_out:
                continue
            if looked_at == len(self.proposals):
                return self.selected_ids[:place], True
            looked_at += 1
        return self.selected_ids, False

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _format_steps(self, steps):
        names = {step.code: self._get_summary(step) for step in steps}
        return [self._format_step(step, names) for step in steps]

    def _format_step(self, step, names):
        """:param dict names: codes of the steps -> what they are called"""
        activity_type = self.env["mail.activity.type"].browse(step.activity_type_id)
        template = self.templates.get(step.code)
        is_left = step.state not in OPEN_STEP_STATES
        return {
            "code": step.code,
            "template_id": step.template_id,
            "activity_type_id": step.activity_type_id,
            "type_name": activity_type.name,
            "icon": activity_type.icon or "fa-tasks",
            "summary": names[step.code],
            "after": [name for code, name in names.items() if code in step.after],
            "after_any": step.after_mode == "any" and len(step.after) > 1,
            "after_outcomes": template.after_outcome_ids.mapped("name")
            if template
            else [],
            "date_deadline": step.date_deadline,
            "date_last": False,
            "explanation": tell_explanation(self.env, step.date_explanation),
            "user_id": step.user_id,
            "user_name": self._user_names.get(step.user_id, False),
            "user_count": 0,
            "state": step.state,
            "waits": step.state == "waiting",
            "reason": step.reason or False,
            "label": self._get_label(step.reason),
            "skip_reason": is_left and step.reason,
            "failed_count": 0,
            "is_automatic": step.action_type != "activity",
        }

    def _get_summary(self, step):
        activity_type = self.env["mail.activity.type"].browse(step.activity_type_id)
        return step.summary or activity_type.name

    def _format_shared_steps(self):
        """:returns: each step with the dates and persons it has on all records"""
        by_code = {}
        # Where nobody can begin, somebody can be chosen.
        for proposal in self.proposals.values():
            for step in proposal.steps:
                by_code.setdefault(step.code, []).append(step)
        names = {code: self._get_summary(steps[0]) for code, steps in by_code.items()}
        return [self._format_shared_step(steps, names) for steps in by_code.values()]

    def _format_shared_step(self, steps, names):
        first = steps[0]
        formatted = self._format_step(first, names)
        dates = {step.date_deadline for step in steps}
        user_ids = {step.user_id for step in steps}
        states = {step.state for step in steps}
        if len(dates) > 1:
            formatted |= {
                "date_deadline": min(dates),
                "date_last": max(dates),
                "explanation": False,
            }
        elif any(step.date_explanation != first.date_explanation for step in steps):
            formatted["explanation"] = False
        if len(user_ids) > 1:
            formatted |= {"user_id": False, "user_name": False}
            formatted["user_count"] = len(user_ids - {False})
        failed = sum(step.state == "failed" for step in steps)
        if len(states) > 1:
            formatted |= {"state": "varies", "reason": False, "label": False}
            formatted["failed_count"] = failed
        elif any(step.reason != first.reason for step in steps):
            # It tells of the first record alone.
            formatted |= {"reason": False, "failed_count": failed}
        return formatted

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    def _get_names(self, res_ids):
        """:returns: names of those of the records that the user may read"""
        records = self.env[self.plan.res_model].with_context(active_test=False)
        launched = self._launched_ids.intersection(res_ids)
        others = (res_id for res_id in res_ids if res_id not in launched)
        others = records.browse(filter(is_id, others)).exists()
        readable = records.browse(launched) | others._filtered_access("read")
        return {record.id: record.display_name for record in readable}

    def _format_rows(self, res_ids):
        names = self._get_names(res_ids)
        return [
            {
                "res_id": res_id,
                "display_name": names.get(res_id, False),
                **self._format_row(self.proposals.get(res_id)),
            }
            for res_id in res_ids
        ]

    def _format_row(self, proposal):
        """:param proposal: none for a record that is left out"""
        return {
            "is_left_out": not proposal,
            "skip_reason": proposal.skip_reason if proposal else False,
            "skip_label": bool(proposal) and self._get_label(proposal.skip_reason),
            "steps": self._format_steps(proposal.steps) if proposal else [],
        }

    # ------------------------------------------------------------
    # Workload
    # ------------------------------------------------------------

    def _get_load(self):
        """:returns: activities for each user and day: those of this launch, and the
        open ones that there are"""
        planned = Counter(
            (step.user_id, step.date_deadline)
            for proposal in self.accepted
            for step in proposal.steps
            if step.user_id and step.state in OPEN_STEP_STATES
        )
        existing = self._count_existing(planned) if planned else {}
        return [
            {
                "user_id": user_id,
                "user_name": self._user_names[user_id],
                "date": day,
                "planned": count,
                "existing": existing.get((user_id, day), 0),
            }
            for (user_id, day), count in sorted(planned.items())
        ]

    def _count_existing(self, planned):
        """:param planned: ids of users and days
        :returns: user id and day -> open activities; somebody's load counts, also where
            the activities themselves are not to be read
        """
        days = [day for _user_id, day in planned]
        groups = (
            self.env["mail.activity"]
            .sudo()
            ._read_group(
                [
                    ("user_id", "in", list({user_id for user_id, _day in planned})),
                    ("date_deadline", ">=", min(days)),
                    ("date_deadline", "<=", max(days)),
                ],
                ["user_id", "date_deadline:day"],
                ["__count"],
            )
        )
        return {(user.id, day): count for user, day, count in groups}

    def _mark_overloads(self, daily_limit):
        """:returns: who has how much to do on which day; the fullest days first where
        it is too much"""
        rows = []
        for row in self._get_load():
            total = row["planned"] + row["existing"]
            is_overload = 0 < daily_limit < total
            rows.append({**row, "total": total, "is_overload": is_overload})
        return sorted(
            rows,
            key=lambda row: (
                not row["is_overload"],
                -row["total"] if row["is_overload"] else 0,
                row["user_name"],
                row["date"],
            ),
        )
