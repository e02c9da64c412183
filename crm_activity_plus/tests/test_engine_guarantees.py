# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime, timedelta

import hypothesis
from freezegun import freeze_time
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon
from .properties import given

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
            ]
        ),
        st.integers(0, 7),
        st.integers(0, 4),
    ),
    max_size=12,
)


@tagged("post_install", "-at_install")
class TestEngineGuarantees(CrmActivityPlusCommon):
    """What the engine promises, on random plans and whatever people do."""

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

    @given(
        plans,
        operations,
        max_examples=40,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def test_guarantees(self, plan, steps):
        with freeze_time(f"{START} 09:00:00") as self.clock:
            savepoint = self.env.cr.savepoint(flush=False)
            try:
                self._check(plan, steps)
            finally:
                self.env.cr.flush()
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()
                self.env.registry.clear_cache()

    def _check(self, plan, steps):
        self.holidays = {START + timedelta(days=index) for index in plan["holidays"]}
        for day in self.holidays:
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.week.id,
                    "date_from": datetime(day.year, day.month, day.day)
                    - timedelta(hours=2),
                    "date_to": datetime(day.year, day.month, day.day, 23, 30),
                }
            )
        self.policy = plan["policy"]
        self.random_plan = self._make_plan(plan)
        self.target = self._create_lead("Random", partner_id=self.partner.id)
        self.twin = self._create_lead("Twin", partner_id=self.partner.id)
        result = self.random_plan.with_user(self.user_manager).launch(
            (self.target + self.twin).ids, responsible_id=self.deputy.id
        )
        self.runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        self.assertEqual(len(self.runs), 2)
        # Beside the plan's.
        self.alone = self._schedule(self.target) + self._schedule(self.twin)
        self._check_guarantees()
        for name, index, which in steps:
            self._apply(name, index, which)
            self._check_guarantees()

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
        for index, (template, step) in enumerate(
            zip(record.template_ids, plan["steps"], strict=True)
        ):
            after = record.template_ids.browse(
                [
                    record.template_ids[other].id
                    for other in step["after"]
                    if other < index
                ]
            )
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
            if after:
                outcomes = [self.outcomes[which].id for which in step["outcomes"]]
                values |= {"after_ids": after.ids, "after_outcome_ids": outcomes}
            else:
                if values["delay_from"].startswith("after_previous"):
                    values["delay_from"] = "after_plan_date"
                if values["responsible_type"] == "previous":
                    values["responsible_type"] = "on_demand"
            template.write(values)
        return record

    # What people do. An error that is told to them changes nothing.

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

    def _snapshot(self):
        self.env.invalidate_all()
        return (
            self.runs.mapped("state"),
            [(line.id, line.state, line.activity_id.id) for line in self.runs.line_ids],
            self.env["mail.activity.log"].search_count([]),
        )

    # What has to hold, whatever they did.

    def _check_guarantees(self):
        self.env.flush_all()
        self.env.invalidate_all()
        Activity = self.env["mail.activity"].with_context(active_test=False)
        for run in self.runs:
            activities = Activity.search([("run_id", "=", run.id)])
            unclosed = activities.filtered(
                lambda a: a.status not in ("done", "cancelled")
            )
            # 1
            self.assertEqual(len(unclosed), len(unclosed.run_line_id))
            self.assertEqual(unclosed, unclosed.run_line_id.activity_id & unclosed)
            # 2
            if run.state in ("done", "stopped"):
                self.assertFalse(unclosed)
                self.assertFalse(run.line_ids._filter_open())
                self.assertTrue(run.date_end)
            else:
                self.assertTrue(run.line_ids._filter_open())
            if run.state == "paused":
                self.assertFalse(unclosed.filtered("active"))
            for line in run.line_ids:
                self._check_line(line, unclosed)
        self._check_once()
        # 7
        self.assertLedgerTellsState(self.runs)
        self.assertLedgerTellsActivities(self.alone.exists())

    def _check_line(self, line, unclosed):
        run = line.run_id
        if line.action_type == "activity":
            open_activity = unclosed.filtered(lambda a: a.run_line_id == line)
            self.assertEqual(bool(open_activity), line.state == "scheduled")
        if line.state == "scheduled":
            # 3
            self.assertTrue(self._may_be_scheduled(line), line.code)
            self.assertTrue(line.user_id or line.reason or not self.deputy.active)
            if line._follows_role():
                record = line._get_record()
                role = line.responsible_type
                self.assertEqual(line.user_id, run._find_stand_in(record, [role]))
            # 4
            by_hand = line.date_explanation["base"] == "rescheduled"
            if self.policy != "calendar" and not by_hand:
                self.assertNotIn(
                    line.date_deadline.weekday(), (5, 6), line.date_explanation
                )
                self.assertNotIn(line.date_deadline, self.holidays)
            self.assertEqual(
                line.date_explanation["date"], line.date_deadline.isoformat()
            )
        if line.state == "waiting" and run.state == "running":
            self.assertTrue(self._may_wait(line), f"{line.code} waits for nothing")
        # 10, and skipped steps say why
        if line.state in ("failed", "skipped"):
            self.assertTrue(line.reason)

    def _may_be_scheduled(self, line):
        closed = line.after_ids.filtered("is_closed")
        if not line.after_ids:
            return True
        chosen = closed.filtered(
            lambda other: not line.after_outcome_ids
            or other.outcome_id in line.after_outcome_ids
        )
        if line.after_mode == "all" and closed != line.after_ids:
            return False
        return bool(chosen)

    def _may_wait(self, line):
        return bool(line.after_ids.filtered(lambda other: not other.is_closed))

    def _check_once(self):
        """5: one run of a plan at a time on each record."""
        under_way = self.runs.filtered(lambda run: run.state in run._open_states)
        keys = [(run.res_model, run.res_id) for run in under_way]
        self.assertEqual(len(keys), len(set(keys)))
