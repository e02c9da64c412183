# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# So many rows of the workload are sent, the fullest days first.
MAX_LOAD_ROWS = 200


class LaunchPreview:
    """What a launch would do, as the pop-up shows it: what is the same on all records,
    a page of records, and how much work it makes for whom.

    It costs the same number of queries whatever the number of records.

    :param plan: the plan
    :param list res_ids: the records, in their order
    :param list proposals: what the launch would do on each of them that is not left out
    :param int daily_limit: activities that a person can do in a day; 0: no limit
    """

    def __init__(self, plan, res_ids, proposals, daily_limit):
        self.env = plan.env
        self.plan = plan
        self.res_ids = res_ids
        self.proposals = {p.record.id: p for p in proposals}
        self.accepted = [p for p in proposals if not p.skip_reason]
        self.daily_limit = daily_limit
        self._names = {}

    def format(self, offset, limit, only_skipped):
        """:returns: everything the pop-up shows, with a page of the records"""
        res_ids = self.res_ids
        if only_skipped:
            launched = {p.record.id for p in self.accepted}
            res_ids = [res_id for res_id in res_ids if res_id not in launched]
        load = self._format_load()
        return {
            "record_count": len(self.res_ids),
            "left_out_count": len(self.res_ids) - len(self.proposals),
            "skipped_count": len(self.proposals) - len(self.accepted),
            "row_count": len(res_ids),
            "steps": self._format_shared_steps(),
            "records": self._format_records(res_ids[offset : offset + limit]),
            "load": load[:MAX_LOAD_ROWS],
            "load_count": len(load),
            "overload_count": sum(row["is_overload"] for row in load),
            "daily_limit": self.daily_limit,
        }

    # Steps

    def _format_shared_steps(self):
        """:returns: each step with the dates and persons it has on all records"""
        by_code = {}
        for proposal in self.accepted:
            for step in proposal.steps:
                by_code.setdefault(step["code"], []).append(step)
        return [self._format_shared_step(steps) for steps in by_code.values()]

    def _format_shared_step(self, steps):
        first = steps[0]
        formatted = self._format_step(first, self.accepted[0].steps)
        dates = {step["date_deadline"] for step in steps}
        user_ids = {step["user_id"] for step in steps}
        states = {step["state"] for step in steps}
        if len(dates) > 1:
            formatted |= {
                "date_deadline": min(dates),
                "date_last": max(dates),
                "explanation": False,
            }
        elif any(
            step["date_explanation"] != first["date_explanation"] for step in steps
        ):
            formatted["explanation"] = False
        if len(user_ids) > 1:
            formatted |= {"user_id": False, "user_name": False}
            formatted["user_count"] = len(user_ids - {False})
        if len(states) > 1:
            failed = sum(step["state"] == "failed" for step in steps)
            formatted |= {"state": "varies", "reason": False, "failed_count": failed}
        return formatted

    def _format_step(self, step, steps):
        activity_type = self.env["mail.activity.type"].browse(step["activity_type_id"])
        return {
            "code": step["code"],
            "type_name": activity_type.name,
            "icon": activity_type.icon or "fa-tasks",
            "summary": self._get_summary(step),
            "after": [
                self._get_summary(other)
                for other in steps
                if other["code"] in step["after"]
            ],
            "after_any": step.get("after_mode") == "any" and len(step["after"]) > 1,
            "after_outcomes": step["template"].after_outcome_ids.mapped("name"),
            "date_deadline": step["date_deadline"],
            "date_last": False,
            "explanation": step["date_explanation"],
            "user_id": step["user_id"],
            "user_name": self._get_user_name(step["user_id"]),
            "user_count": 0,
            "state": step["state"],
            "reason": step["reason"] or False,
            "failed_count": 0,
            "is_automatic": step["action_type"] != "activity",
        }

    def _get_summary(self, step):
        activity_type = self.env["mail.activity.type"].browse(step["activity_type_id"])
        return step["summary"] or activity_type.name

    def _get_user_name(self, user_id):
        if user_id and not self._names:
            # All of them at once.
            user_ids = {s["user_id"] for p in self.accepted for s in p.steps}
            users = self.env["res.users"].sudo().browse(user_ids - {False})
            self._names = {user.id: user.name for user in users}
        return self._names.get(user_id, False)

    # Records

    def _format_records(self, res_ids):
        records = self.env[self.plan.res_model].with_context(active_test=False)
        existing = records.browse(res_ids).exists()
        names = {r.id: r.display_name for r in existing._filtered_access("read")}
        return [
            {
                "res_id": res_id,
                "display_name": names.get(res_id, False),
                **self._format_proposal(self.proposals.get(res_id)),
            }
            for res_id in res_ids
        ]

    def _format_proposal(self, proposal):
        """:param proposal: none for a record that is left out"""
        steps = proposal.steps if proposal else []
        return {
            "is_left_out": not proposal,
            "skip_reason": proposal.skip_reason if proposal else False,
            "steps": [self._format_step(step, steps) for step in steps],
        }

    # Workload

    def _format_load(self):
        """:returns: who has how much to do on which day; the fullest days first where
        it is too much"""
        rows = []
        for row in self.plan._get_load(self.accepted):
            total = row["planned"] + row["existing"]
            is_overload = 0 < self.daily_limit < total
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
