# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.dates import find_deadline
from ..tools.proposal import (
    LEFT_OUT,
    PlannedStep,
    StepChoice,
    apply_choice,
    assign,
    date_steps,
    follow_previous,
)

DAY = date(2026, 3, 10)


def make_step(code, *after, **values):
    return PlannedStep(code, 1, after=after, **values)


def find(step, base_date, base):
    direction = "before" if step.delay_from == "before_plan_date" else "after"
    return find_deadline(
        base_date, step.delay_count, step.delay_unit, direction, base=base
    )


@tagged("crm_activity_plus")
class TestToolsProposal(BaseCase):
    """The rules of a launch, without a database."""

    def test_values_never_change(self):
        step = make_step("a")
        with self.assertRaises(FrozenInstanceError):
            step.user_id = 5

    def test_what_a_run_copies(self):
        values = {
            "code": "a",
            "activity_type_id": 7,
            "summary": "Call",
            "note": "<p>Please</p>",
        }
        step = PlannedStep.make(values, ["b"])
        self.assertEqual(step.after, ("b",))
        self.assertEqual(step.copied, {"note": "<p>Please</p>"})
        line = step.get_line_values()
        self.assertLessEqual(values.items(), line.items())
        self.assertEqual(line["state"], "waiting")
        self.assertFalse(line.keys() & {"after", "copied", "is_refused"})

    # Who does it

    def test_step_that_waits_for_nothing_is_scheduled(self):
        step = assign(make_step("a"), 5, False)
        self.assertEqual(
            (step.state, step.user_id, step.reason), ("scheduled", 5, False)
        )

    def test_step_that_nobody_can_do_fails(self):
        step = assign(make_step("a"), False, "Nobody is there.")
        self.assertEqual((step.state, step.reason), ("failed", "Nobody is there."))

    def test_step_for_nobody_is_scheduled(self):
        self.assertEqual(assign(make_step("a"), False, False).state, "scheduled")

    def test_step_that_waits_may_find_somebody_yet(self):
        step = assign(make_step("b", "a"), False, "Nobody is there.")
        self.assertEqual(step.state, "waiting")

    def test_warning_is_kept(self):
        step = assign(make_step("a"), 5, "On leave.")
        self.assertEqual((step.state, step.reason), ("scheduled", "On leave."))

    def test_previous_is_followed_whatever_the_order(self):
        steps = [
            make_step("c", "b", responsible_type="previous"),
            make_step("b", "a", responsible_type="previous"),
            make_step("a", user_id=5),
        ]
        followed = follow_previous(steps)
        self.assertEqual([step.code for step in followed], ["c", "b", "a"])
        self.assertEqual([step.user_id for step in followed], [5, 5, 5])

    def test_somebody_who_is_known_stays(self):
        steps = [
            make_step("a", user_id=5),
            make_step("b", "a", responsible_type="previous", user_id=7),
            make_step("c", "a", responsible_type="salesperson"),
        ]
        self.assertEqual([s.user_id for s in follow_previous(steps)], [5, 7, False])

    # What a person chose

    def test_nothing_chosen(self):
        step = assign(make_step("a"), 5, False)
        self.assertIs(apply_choice(step, None), step)
        self.assertEqual(apply_choice(step, StepChoice()), step)

    def test_chosen_date(self):
        step = apply_choice(make_step("a"), StepChoice(date_deadline=DAY))
        self.assertEqual(step.date_deadline, DAY)
        self.assertEqual(
            step.date_explanation, {"base": "chosen_at_launch", "date": "2026-03-10"}
        )

    def test_chosen_person_mends_a_step_without_one(self):
        failed = assign(
            make_step("a", responsible_type="crew"), False, "No crew.", True
        )
        step = apply_choice(failed, StepChoice(user_id=9))
        self.assertEqual(
            (step.state, step.user_id, step.reason), ("scheduled", 9, False)
        )
        self.assertEqual(step.responsible_type, "other")
        self.assertFalse(step.is_refused)

    def test_left_out(self):
        step = make_step("a", condition_domain="[('id', '=', 1)]", state="failed")
        step = apply_choice(step, StepChoice(skip=True, user_id=9))
        self.assertEqual((step.state, step.reason), ("skipped", LEFT_OUT))
        self.assertEqual(step.user_id, 9)
        self.assertFalse(step.condition_domain, "a restart leaves it out again")

    def test_condition_wins_over_a_person(self):
        step = make_step("a", state="skipped", reason="It doesn't meet its condition.")
        self.assertIs(apply_choice(step, StepChoice(user_id=9)), step)

    # Dates

    def test_dates_count_from_the_plan_date(self):
        steps = [
            make_step("a", delay_count=2, delay_from="before_plan_date"),
            make_step("b", "a", delay_count=3),
        ]
        dated = date_steps(steps, DAY, find)
        self.assertEqual(
            [step.date_deadline for step in dated],
            [date(2026, 3, 8), date(2026, 3, 13)],
        )
        self.assertEqual(dated[0].date_explanation["base"], "plan_date")

    def test_dates_count_from_the_last_of_the_steps_before(self):
        steps = [
            make_step(
                "d", "b", "c", delay_count=1, delay_from="after_previous_deadline"
            ),
            make_step("a", delay_count=1),
            make_step("b", "a", delay_count=2, delay_from="after_previous_done"),
            make_step("c", "a", delay_count=7, delay_from="after_previous_done"),
        ]
        dated = {step.code: step for step in date_steps(steps, DAY, find)}
        self.assertEqual(list(dated), ["d", "a", "b", "c"], "the order stays")
        self.assertEqual(dated["d"].date_deadline, DAY + timedelta(days=9))
        self.assertEqual(dated["d"].date_explanation["base"], "previous_deadline")
        self.assertEqual(dated["b"].date_explanation["base"], "previous_done")

    def test_others_count_from_a_chosen_date(self):
        chosen = replace(make_step("a", delay_count=1), date_deadline=date(2026, 4, 1))
        following = make_step("b", "a", delay_count=1, delay_from="after_previous_done")
        first, second = date_steps([chosen, following], DAY, find)
        self.assertEqual(first, chosen)
        self.assertEqual(second.date_deadline, date(2026, 4, 2))

    def test_circle(self):
        with self.assertRaises(ValueError):
            date_steps([make_step("a", "b"), make_step("b", "a")], DAY, find)
