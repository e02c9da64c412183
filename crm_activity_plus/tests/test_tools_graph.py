# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from itertools import permutations

from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.graph import (
    SKIP,
    START,
    WAIT,
    Closed,
    decide_turn,
    find_cycle,
    find_unreached,
    sort_in_waves,
)
from .properties import given

STEPS = range(6)

graphs = st.fixed_dictionaries(
    {step: st.lists(st.sampled_from(STEPS), unique=True, max_size=3) for step in STEPS}
)
# Steps wait for smaller ones only.
acyclic_graphs = st.fixed_dictionaries(
    {
        step: st.lists(st.sampled_from(range(step)), unique=True)
        if step
        else st.just([])
        for step in STEPS
    }
)
closed_steps = st.builds(Closed, st.sampled_from("ab") | st.none(), st.booleans())
awaited_steps = st.lists(st.none() | closed_steps, max_size=4)
modes = st.sampled_from(["all", "any"])
outcomes = st.sets(st.sampled_from("ab"))


def can_be_ordered(after):
    """The slow way: is there any order in which each step finds the others done?"""
    return any(
        all(
            order.index(other) < order.index(step)
            for step, awaited in after.items()
            for other in awaited
        )
        for order in permutations(after)
    )


@tagged("crm_activity_plus")
class TestToolsGraph(BaseCase):
    def test_step_that_waits_for_itself_is_a_cycle(self):
        self.assertEqual(find_cycle({"a": ["a"]}), ["a"])

    def test_cycle_is_told_without_the_way_into_it(self):
        cycle = find_cycle({"in": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]})
        self.assertEqual(cycle, ["a", "b", "c"])

    def test_diamond_is_no_cycle(self):
        self.assertEqual(
            find_cycle({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}), []
        )

    def test_long_chain_needs_no_recursion(self):
        chain = {step: [step + 1] for step in range(5000)}
        self.assertEqual(find_cycle(chain), [])

    @given(graphs)
    def test_find_cycle_finds_exactly_the_cyclic_graphs(self, after):
        self.assertEqual(bool(find_cycle(after)), not can_be_ordered(after))

    @given(graphs)
    def test_each_step_of_a_cycle_waits_for_the_next(self, after):
        cycle = find_cycle(after)
        for step, following in zip(cycle, cycle[1:] + cycle[:1], strict=True):
            self.assertIn(following, after[step])
        self.assertEqual(len(set(cycle)), len(cycle))

    @given(graphs)
    def test_sort_in_waves_refuses_exactly_the_cyclic_graphs(self, after):
        if find_cycle(after):
            with self.assertRaises(ValueError):
                sort_in_waves(after)
        else:
            sort_in_waves(after)

    @given(acyclic_graphs)
    def test_each_step_is_in_one_wave(self, after):
        waves = sort_in_waves(after)
        self.assertEqual(sorted(step for wave in waves for step in wave), sorted(after))

    @given(acyclic_graphs)
    def test_a_step_is_one_wave_behind_the_last_it_waits_for(self, after):
        waves = sort_in_waves(after)
        number = {step: index for index, wave in enumerate(waves) for step in wave}
        for step, awaited in after.items():
            expected = max((number[other] + 1 for other in awaited), default=0)
            self.assertEqual(number[step], expected)

    def test_waves_take_unknown_steps_as_done(self):
        self.assertEqual(sort_in_waves({"a": ["gone"], "b": ["a"]}), [["a"], ["b"]])


@tagged("crm_activity_plus")
class TestToolsTurn(BaseCase):
    def test_step_that_waits_for_nothing_starts(self):
        self.assertEqual(decide_turn([]), START)

    def test_all_waits_for_the_last(self):
        self.assertEqual(decide_turn([Closed(), None]), WAIT)
        self.assertEqual(decide_turn([Closed(), Closed()]), START)

    def test_any_starts_after_the_first(self):
        self.assertEqual(decide_turn([Closed(), None], "any"), START)

    def test_any_waits_for_the_chosen_outcome(self):
        awaited = [Closed("bad"), None]
        self.assertEqual(decide_turn(awaited, "any", {"good"}), WAIT)

    @given(acyclic_graphs)
    def test_without_circles_all_is_reached(self, after):
        self.assertEqual(find_unreached(after, lambda *_steps: True), [])

    @given(graphs)
    def test_what_comes_after_a_circle_is_not_reached(self, after):
        unreached = find_unreached(after, lambda *_steps: True)
        self.assertLessEqual(set(find_cycle(after)), set(unreached))
        self.assertEqual(bool(find_cycle(after)), bool(unreached))

    def test_what_no_step_leads_to_is_not_reached(self):
        after = {"a": [], "b": ["a"], "c": ["b"], "d": ["a", "c"]}
        unreached = find_unreached(after, lambda _one, other: other != "b")
        self.assertEqual(unreached, ["b", "c"])

    def test_chosen_outcome_starts(self):
        self.assertEqual(decide_turn([Closed("good")], outcomes={"good"}), START)

    def test_other_outcome_skips(self):
        self.assertEqual(decide_turn([Closed("bad")], outcomes={"good"}), SKIP)

    def test_behind_a_branch_not_taken_nothing_starts(self):
        self.assertEqual(decide_turn([Closed(taken=False)]), SKIP)

    @given(awaited_steps, modes, outcomes)
    def test_nothing_is_decided_for_good_while_it_can_change(
        self, awaited, mode, outcomes
    ):
        """Once it is a step's turn, what is closed later doesn't take it back."""
        turn = decide_turn(awaited, mode, outcomes)
        if turn == WAIT:
            return
        for last in (Closed(), Closed("a"), Closed("b", taken=False)):
            later = [step or last for step in awaited]
            self.assertEqual(decide_turn(later, mode, outcomes), turn)

    @given(awaited_steps, modes, outcomes)
    def test_no_step_waits_for_ever(self, awaited, mode, outcomes):
        """When all is closed, the step starts or is skipped."""
        closed = [step or Closed() for step in awaited]
        self.assertNotEqual(decide_turn(closed, mode, outcomes), WAIT)

    @given(awaited_steps, outcomes)
    def test_all_doesnt_start_before_all_are_closed(self, awaited, outcomes):
        if None in awaited:
            self.assertEqual(decide_turn(awaited, "all", outcomes), WAIT)
