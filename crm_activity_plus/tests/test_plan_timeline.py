# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..tools.proposal import PlannedStep
from ..tools.timeline import Place, place_steps
from .graph_common import GraphCase
from .properties import given

delays = st.fixed_dictionaries(
    {
        "after": st.sets(st.integers(0, 7), max_size=3),
        "after_mode": st.sampled_from(["all", "any"]),
        "delay_count": st.integers(-5, 9),
        "delay_unit": st.sampled_from(["days", "weeks", "months"]),
        "delay_from": st.sampled_from(
            ["before_plan_date", "after_plan_date", "after_previous_done"]
        ),
    }
)


@tagged("crm_activity_plus")
class TestToolsTimeline(BaseCase):
    def _place(self, *steps):
        made = [
            PlannedStep(code=str(number), activity_type_id=1, **values)
            for number, values in enumerate(steps)
        ]
        return [place_steps(made)[step.code] for step in made]

    def test_from_the_plan_date(self):
        self.assertEqual(
            self._place(
                {"delay_count": 2, "delay_from": "before_plan_date"},
                {},
                {"delay_count": 1, "delay_unit": "weeks"},
                {"delay_count": 1, "delay_unit": "months"},
            ),
            [Place(0, -2), Place(0, 0), Place(0, 7), Place(1, 0)],
        )

    def test_behind_another_one(self):
        after = {"after": ("0",), "delay_from": "after_previous_done"}
        self.assertEqual(
            self._place(
                {"delay_count": 3},
                {**after, "delay_count": 2},
                {"after": ("1",), "delay_count": 4},
            ),
            [Place(0, 3), Place(0, 5), Place(0, 5)],
        )

    def test_all_or_any(self):
        after = {"after": ("0", "1"), "delay_from": "after_previous_done"}
        self.assertEqual(
            self._place({}, {"delay_count": 4}, after, {**after, "after_mode": "any"}),
            [Place(0, 0), Place(0, 4), Place(0, 4), Place(0, 0)],
        )

    @given(st.lists(delays, max_size=8))
    def test_nothing_comes_before_what_it_waits_for(self, drawn):
        steps = [
            {
                **values,
                "after": tuple(str(o) for o in values["after"] if o < number),
            }
            for number, values in enumerate(drawn)
        ]
        places = self._place(*steps)
        for step, place in zip(steps, places, strict=True):
            before = [places[int(other)].count_days() for other in step["after"]]
            if before:
                choose = min if step["after_mode"] == "any" else max
                self.assertGreaterEqual(place.count_days(), choose(before))


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanTimeline(GraphCase):
    def _get_steps(self, **kwargs):
        told = self.chain.get_timeline(**kwargs)
        return {step["code"]: step for step in told["steps"]}

    def test_steps(self):
        steps = self._get_steps()
        self.assertEqual(list(steps), ["call", "join", "offer"])
        self.assertEqual([step["days"] for step in steps.values()], [1, 3, 3])
        self.assertEqual([step["depth"] for step in steps.values()], [0, 1, 1])
        offer = steps["offer"]
        self.assertEqual(offer["outcomes"], [{"name": "Keen", "kind": "neutral"}])
        self.assertEqual(offer["condition"], "[('priority', '=', '0')]")
        self.assertEqual((offer["is_automatic"], offer["after"]), (True, ["Call"]))
        self.assertIn("once “Call” is done", offer["when"])

    def test_what_is_not_saved(self):
        graph = self._make_graph("a", "b", links=[("a", "b")])
        self.assertEqual(list(self._get_steps(graph=graph)), ["a", "b"])
        chain = self.chain.with_user(self.user_owner)
        self.assertEqual(len(chain.get_timeline()["steps"]), 3)
        with self.assertRaises(AccessError):
            chain.get_timeline(graph=graph)

    def test_a_plan_without_steps(self):
        self.chain.template_ids.unlink()
        self.assertEqual(self.chain.get_timeline()["steps"], [])
