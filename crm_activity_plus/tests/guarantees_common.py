# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command, Date

from .common import CrmActivityPlusCommon

START = date(2026, 3, 20)  # a week before the clock changes in Brussels

steps = st.fixed_dictionaries(
    {
        "after": st.sets(st.integers(0, 7), max_size=3),
        "after_mode": st.sampled_from(["all", "any"]),
        "outcomes": st.sets(st.integers(0, 3), max_size=2),
        "delay_count": st.integers(0, 8),
        "delay_unit": st.sampled_from(["days", "weeks", "months"]),
        "delay_from": st.sampled_from(
            [
                "before_plan_date",
                "after_plan_date",
                "after_previous_done",
                "after_previous_deadline",
            ]
        ),
        "responsible_type": st.sampled_from(
            [
                "on_demand",
                "salesperson",
                "team_leader",
                "creator",
                "previous",
                "round_robin",
            ]
        ),
        "action_type": st.sampled_from(["activity"] * 5 + ["server_action", "meeting"]),
        "max_attempts": st.integers(0, 3),
    }
)

plans = st.fixed_dictionaries(
    {
        "steps": st.lists(steps, min_size=1, max_size=6),
        "policy": st.sampled_from(
            ["calendar", "working_days", "shift_forward", "shift_backward"]
        ),
        "holidays": st.sets(st.integers(-20, 40), max_size=8),
    }
)

operations = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "complete",
                "complete",
                "complete",
                "cancel",
                "unlink",
                "hold",
                "hold_until",
                "end_holds",
                "start",
                "pause",
                "resume",
                "stop",
                "skip",
                "restart",
                "won",
                "lost",
                "reopen",
                "reply",
                "merge",
                "cron",
                "cron",
                "launch",
                "tomorrow",
                "archive_user",
                "owner",
                "owner",
                "leader",
                "reschedule",
                "reschedule",
                "book",
                "stretch",
                "assign",
                "assign",
                "rename",
                "snooze",
                "rewrite_outcome",
                "edit",
            ]
        ),
        st.integers(0, 7),
        st.integers(0, 4),
    ),
    max_size=12,
)


# What changes a plan that is running, and runs that go on by it.
edits = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("add_step", "remove_step", "change_step"),
                *("apply_version", "apply_version", "apply_version"),
                *("complete", "complete", "cancel", "skip", "pause", "resume"),
                *("restart", "launch", "owner", "assign", "tomorrow", "cron"),
            ]
        ),
        st.integers(0, 7),
        st.integers(0, 4),
    ),
    max_size=14,
)


class GuaranteesCase(CrmActivityPlusCommon):
    """Random plans, and what people do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outcomes = cls.env["mail.activity.outcome"].create(
            [
                {"name": "G go"},
                {"name": "G other"},
                {"name": "G again", "effect": "retry", "max_attempts": 3},
                {"name": "G end", "effect": "stop"},
            ]
        )
        cls.week = cls.env["resource.calendar"].create(
            {"name": "Week", "company_id": cls.company_main.id, "tz": "Europe/Brussels"}
        )
        cls.company_main.resource_calendar_id = cls.week
        cls.action = cls.env["ir.actions.server"].create(
            {
                "name": "Touch",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        cls.deputy = cls._create_user("Dora Deputy", "sales_team.group_sale_salesman")
        # Whose days begin before and after those of the others.
        cls.far = cls.env["res.users"].union(
            cls._create_user(
                "Taro Tokyo", "sales_team.group_sale_salesman", tz="Asia/Tokyo"
            ),
            cls._create_user(
                "Lou Angeles",
                "sales_team.group_sale_salesman",
                tz="America/Los_Angeles",
            ),
        )

    def _make_plan(self, plan):
        names = [f"S{index}" for index in range(len(plan["steps"]))]
        record = self.env["mail.activity.plan"].create(
            {
                "name": "Random",
                "res_model": "crm.lead",
                "company_id": False,
                "deadline_policy": plan["policy"],
                "exit_on_reply": True,
                "template_ids": [
                    Command.create(
                        {
                            "summary": name,
                            "sequence": index,
                            "activity_type_id": self.type_todo.id,
                            "server_action_id": self.action.id,
                        }
                    )
                    for index, name in enumerate(names)
                ],
            }
        )
        for index, step in enumerate(plan["steps"]):
            values = self._prepare_step(record.template_ids[:index], step)
            record.template_ids[index].write(values)
        return record

    def _prepare_step(self, before, step):
        """:param before: the steps above it, for some of which it waits"""
        values = {
            name: step[name]
            for name in (
                "after_mode",
                "delay_count",
                "delay_unit",
                "delay_from",
                "responsible_type",
                "action_type",
                "max_attempts",
            )
        }
        after = [before[other].id for other in step["after"] if other < len(before)]
        if after:
            outcomes = [self.outcomes[which].id for which in step["outcomes"]]
            return values | {"after_ids": after, "after_outcome_ids": outcomes}
        if values["delay_from"].startswith("after_previous"):
            values["delay_from"] = "after_plan_date"
        if values["responsible_type"] == "previous":
            values["responsible_type"] = "on_demand"
        return values

    def _apply(self, name, index, which):
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{name}")(index, which)
        except UserError:
            self.env.invalidate_all()

    def _pick(self, records, index):
        return records[index % len(records)] if records else records

    def _pick_activity(self, index):
        activities = self.runs.line_ids.activity_id.filtered(
            lambda a: a.status not in ("done", "cancelled")
        )
        return self._pick(activities.sorted("id"), index)

    def _pick_changed(self, index):
        """:returns: any activity, also one that is closed or belongs to no plan"""
        activities = self.env["mail.activity"].with_context(active_test=False)
        own = activities.search([("run_id", "in", self.runs.ids)], order="id")
        return self._pick(own + self.alone.exists(), index)

    def _do_complete(self, index, which):
        outcome = self.outcomes[which] if which < len(self.outcomes) else None
        self._pick_activity(index).complete(outcome)

    def _do_cancel(self, index, which):
        self._pick_activity(index).action_cancel()

    def _do_unlink(self, index, which):
        self._pick_activity(index).unlink()

    def _do_hold(self, index, which):
        self._pick_activity(index).action_hold()

    def _do_hold_until(self, index, which):
        today = Date.context_today(self.env.user)
        self._pick_activity(index).action_hold(today + timedelta(days=1 + which))

    def _do_end_holds(self, index, which):
        activities = self.runs.line_ids.activity_id._filter_hold_over()
        activities._end_hold()
        self.assertFalse(activities._filter_hold_over())

    def _do_start(self, index, which):
        self._pick_activity(index).action_start()

    def _do_pause(self, index, which):
        self._pick(self.runs, index).action_pause()

    def _do_resume(self, index, which):
        self._pick(self.runs, index).action_resume()

    def _do_stop(self, index, which):
        self._pick(self.runs, index).action_stop()

    def _do_restart(self, index, which):
        self._pick(self.runs, index).action_restart()

    def _do_skip(self, index, which):
        self._pick(self.runs.line_ids._filter_open(), index).action_skip()

    def _do_won(self, index, which):
        self._pick(self.target, index).action_set_won()

    def _do_lost(self, index, which):
        self._pick(self.target, index).action_set_lost()

    def _do_reopen(self, index, which):
        self.target.action_unarchive()

    def _do_reply(self, index, which):
        self.target.message_post(
            body="Yes",
            message_type="email",
            author_id=self.partner.id,
            subtype_xmlid="mail.mt_comment",
        )

    def _do_merge(self, index, which):
        both = (self.target + self.twin).exists()
        if len(both) == 2:
            self.target = self.twin = both.merge_opportunity()

    def _do_cron(self, index, which):
        lines = self.env["mail.activity.plan.run.line"]
        for _twice in range(2):
            lines.search(lines._get_due_domain())._run_actions()
            before = self._snapshot()
        self.assertEqual(self._snapshot(), before, "doing it again changes nothing")

    def _do_launch(self, index, which):
        """Launched again, it is launched where it isn't under way."""
        records = (self.target + self.twin).exists()
        for _twice in range(2):
            result = self.random_plan.launch(records.ids)
            self.runs += self.runs.browse(result["run_ids"])
        self.assertFalse(result["run_ids"])

    def _do_tomorrow(self, index, which):
        self.clock.tick(timedelta(days=1 + which))

    def _do_archive_user(self, index, which):
        if self.deputy.active:
            self.deputy.action_archive()

    def _do_owner(self, index, which):
        """Also to somebody who was archived."""
        people = (self.user_colleague, self.user_owner, self.deputy)
        self.target.user_id = people[which % len(people)]

    def _do_leader(self, index, which):
        people = (self.user_colleague, self.user_manager)
        self.target.team_id.user_id = people[which % len(people)]

    def _do_reschedule(self, index, which):
        day = Date.context_today(self.env.user) + timedelta(days=which)
        self._pick_changed(index).date_deadline = day

    def _do_book(self, index, which):
        """In the evening, which is another day elsewhere."""
        day = Date.context_today(self.env.user) + timedelta(days=which)
        start = datetime(day.year, day.month, day.day, 21, 30)
        self._pick_changed(index).write({"date_start": start, "duration": which})

    def _do_stretch(self, index, which):
        self._pick_changed(index).duration = 12 * which

    def _do_assign(self, index, which):
        users = self.far + self.user_owner + self.user_manager + self.env["res.users"]
        self._pick_changed(index).user_id = self._pick(users, which)

    def _do_rename(self, index, which):
        types = self.type_call + self.type_todo
        self._pick_changed(index).write(
            {"summary": f"Name {which}", "activity_type_id": types[which % 2].id}
        )

    def _do_snooze(self, index, which):
        day = Date.context_today(self.env.user) + timedelta(days=which)
        lines = self.runs.line_ids.filtered(lambda line: line.state == "scheduled")
        self._pick(lines, index).action_snooze(day)

    def _do_rewrite_outcome(self, index, which):
        activity = self._pick_changed(index).with_user(self.user_manager)
        activity.outcome_id = self._pick(self.outcomes, which)

    def _do_edit(self, index, which):
        """Change the plan in some way, and have the runs go on by it."""
        edit = [self._do_add_step, self._do_remove_step, self._do_change_step]
        edit[index % 3](index, which)
        self._do_apply_version(index, 0)

    def _do_add_step(self, index, which):
        steps = self.random_plan.template_ids
        values = {
            "plan_id": self.random_plan.id,
            "activity_type_id": self.type_todo.id,
            "summary": f"New {index}",
            "sequence": 10 * which,
            "delay_count": which,
        }
        if index % 3:
            values |= {
                "after_ids": [Command.set(self._pick(steps, index).ids)],
                "after_mode": "any" if which % 2 else "all",
            }
        self.random_plan.template_ids.create(values)

    def _do_remove_step(self, index, which):
        self._pick(self.random_plan.template_ids, index).unlink()

    def _do_change_step(self, index, which):
        steps = self.random_plan.template_ids
        step = self._pick(steps, index)
        roles = ["salesperson", "team_leader", "on_demand", "round_robin", "creator"]
        step.write(
            {
                "delay_count": which,
                "responsible_type": roles[which],
                "delay_from": "after_plan_date",
                "after_ids": [Command.set(self._pick(steps, index + which).ids)],
            }
        )

    def _do_apply_version(self, index, which):
        """Twice, of which the second time changes nothing."""
        plan = self.random_plan.with_user(self.user_manager)
        result = plan.apply_version((self.runs[:which] if which else self.runs).ids)
        self.assertFalse(
            self.runs.browse(result["applied"]).filtered(lambda run: run._is_outdated())
        )
        before = self._snapshot()
        plan.apply_version(result["applied"])
        self.assertEqual(self._snapshot(), before)

    def _snapshot(self):
        self.env.invalidate_all()
        return (
            self.runs.mapped("state"),
            [(line.id, line.state, line.activity_id.id) for line in self.runs.line_ids],
            self.env["mail.activity.log"].search_count([]),
        )
