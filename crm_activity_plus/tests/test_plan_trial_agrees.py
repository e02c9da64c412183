# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import datetime, timedelta

import hypothesis
from freezegun import freeze_time
from hypothesis import strategies as st

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.choices import ChoiceReader
from ..engine.planner import Planner
from ..engine.rehearsal import Rehearsal
from .guarantees_common import START, GuaranteesCase, plans
from .properties import given

# Beside what is random in any plan.
CONDITIONS = (False, "[('type', '=', 'opportunity')]", "[('type', '=', 'lead')]")
KINDS = ("activity", "email", "email_without")

extras = st.lists(
    st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(KINDS)),
    min_size=6,
    max_size=6,
)

# Which of the steps, what of its actions, which outcome, and how many days later.
walks = st.lists(
    st.tuples(*(st.integers(0, most) for most in (7, 3, 4, 3))),
    min_size=2,
    max_size=12,
)
# Most plans of one step are alike.
plans = plans.filter(lambda plan: len(plan["steps"]) > 2)


@contextmanager
def undone(env):
    """Nothing of what is done meanwhile stays."""
    savepoint = env.cr.savepoint(flush=False)
    try:
        yield
    finally:
        env.cr.clear()
        savepoint.rollback()
        savepoint.close(rollback=False)
        env.invalidate_all(flush=False)
        env.registry.clear_cache()


@tagged("post_install", "-at_install")
class TestPlanTrialAgrees(GuaranteesCase):
    """Whoever tries a plan sees what comes of a launch, when people do the same on the
    same days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lead_model = cls.env["ir.model"]._get_id("crm.lead")
        cls.mail, cls.unsendable = cls.env["mail.template"].create(
            [
                {
                    "name": "Letter",
                    "model_id": lead_model,
                    "partner_to": f"{{{{ {to} }}}}",
                }
                for to in ("object.partner_id.id", "False")
            ]
        )
        cls.partner.email = "deco@test.example.com"

    @given(
        plans,
        extras,
        walks,
        max_examples=30,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def test_same_as_a_launch(self, plan, more, walk):
        with freeze_time(f"{START} 09:00:00") as self.clock, undone(self.env):
            self.extras = iter(more)
            for day in plan["holidays"]:
                self._add_holiday(START + timedelta(days=day))
            self.tried = self._make_plan(plan).with_user(self.user_manager)
            self.target = self._create_lead("Random", partner_id=self.partner.id)
            choices, moments = self._walk(walk)
            told = self.tried.simulate(
                self.target.id, responsible_id=self.deputy.id, choices=choices
            )
            run = self._do_the_same(choices, moments)
            self.assertSame(told, run)

    def _add_holiday(self, day):
        start = datetime(day.year, day.month, day.day)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.week.id,
                "date_from": start - timedelta(hours=2),
                "date_to": start + timedelta(hours=23),
            }
        )

    def _prepare_step(self, before, step):
        values = super()._prepare_step(before, step)
        condition, kind = next(self.extras)
        if condition:
            values["condition_domain"] = condition
        if values["action_type"] == "activity" and kind.startswith("email"):
            mail = self.mail if kind == "email" else self.unsendable
            values |= {"action_type": "email", "mail_template_id": mail.id}
        return values

    # ------------------------------------------------------------
    # In memory
    # ------------------------------------------------------------

    def _walk(self, walk):
        """:returns: what could be chosen, and when each choice was made"""
        planner = Planner(self.tried._as_launched())
        request = planner.reader.parse(self.target.ids, None, self.deputy.id)
        [proposal] = planner.propose(request)
        if proposal.skip_reason:
            return [], []
        rehearsal = Rehearsal(planner, proposal, request)
        rehearsal.start()
        choices, moments = [], []
        for place, action, which, days in walk:
            choice = self._pick_choice(rehearsal, place, action, which, days)
            if not choice:
                break
            try:
                rehearsal.choose(*ChoiceReader(self.tried.env).parse([choice]))
            except UserError:
                # A step that does itself has ended the plan before.
                break
            choices.append(choice)
            moments.append(rehearsal._now)
        return choices, moments

    def _pick_choice(self, rehearsal, place, action, which, days):
        rules = rehearsal.rules
        lines = [one for one in rehearsal.lines.values() if rules.get_actions(one)]
        if not lines:
            return None
        line = self._pick(lines, place)
        action = self._pick(rules.get_actions(line), action)
        choice = {"step": line.code, "action": action}
        if days:
            today = line._get_day_of(rehearsal._now + timedelta(seconds=1))
            choice["date"] = (today + timedelta(days=days)).isoformat()
        if action == "done" and line.action_type == "activity" and which < 4:
            choice["outcome"] = self.outcomes[which].code
        return choice

    # ------------------------------------------------------------
    # In the database
    # ------------------------------------------------------------

    def _do_the_same(self, choices, moments):
        result = self.tried.launch(self.target.ids, responsible_id=self.deputy.id)
        run = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        for choice, moment in zip(choices, moments, strict=True):
            line = run.line_ids.filtered(lambda one, c=choice: one.code == c["step"])
            self._do_due(run, moment, line)
            self.clock.move_to(moment)
            self._choose(line, choice)
        return run

    def _do_due(self, run, moment, chosen):
        while due := run.line_ids.filtered(
            lambda line: line.state == "scheduled"
            and line.date_due
            and line.date_due <= moment
            and line != chosen
            and run.state == "running"
        ).sorted("date_due")[:1]:
            self.clock.move_to(max(datetime.now() + timedelta(seconds=1), due.date_due))
            due.with_user(SUPERUSER_ID)._try_action()

    def _choose(self, line, choice):
        line = line.with_user(self.user_manager)
        match choice["action"]:
            case "skip":
                line.action_skip()
            case "cancel":
                line.activity_id.action_cancel()
            case "fail":
                line.sudo()._finish_action(failed=True)
            case _ if line.action_type == "activity":
                line.activity_id.complete(choice.get("outcome"))
            case _:
                line.sudo()._try_action()

    # ------------------------------------------------------------
    # Compared
    # ------------------------------------------------------------

    def assertSame(self, told, run):
        self.assertEqual(told["state"] or False, run.state)
        self.assertEqual(
            bool(told["skip_reason"]), not run, "nothing is launched on it either"
        )
        self.assertEqual(
            [self._describe_told(step) for step in told["steps"]],
            [self._describe_line(line) for line in run.line_ids],
        )

    def _describe_told(self, step):
        return (
            *(step["code"], step["state"], step["date_deadline"], step["user_id"]),
            *(step["explanation"], step["outcome"], step["attempt"]),
            *(step["reason"], step["date_done"]),
        )

    def _describe_line(self, line):
        line = line.with_user(self.user_manager)
        return (
            *(line.code, line.state, line.date_deadline, line.user_id.id),
            *(line.date_explanation, line.outcome_id.name, line.attempt),
            *(line.reason, line.is_closed and line._get_day_done()),
        )
