# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from copy import deepcopy
from time import monotonic

from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.graph_format import StepFormat
from .concurrency import ConcurrencyCase
from .garbage import GARBAGE
from .graph_common import GraphCase
from .properties import given


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraphGarbage(GraphCase):
    """Whatever is sent, the answer is a problem or a sentence."""

    def _try(self, graph):
        """It is refused where it has an error, and applied otherwise."""
        savepoint = self.env.cr.savepoint()
        try:
            try:
                problems = self.chain.check_graph(graph)
                is_good = all(p["level"] == "warning" for p in problems)
                json.dumps(problems)
            except UserError as error:
                self.assertTrue(str(error))
                is_good = False
            try:
                self.chain.apply_graph(graph)
                self.env.flush_all()
                is_applied = True
            except UserError as error:
                self.assertTrue(str(error))
                is_applied = False
            self.assertEqual(is_good, is_applied, graph)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()

    @mute_logger("odoo.sql_db")
    def test_of_every_kind(self):
        step = self._step(self.type_call, "Call", code="call")
        self.chain = self._create_plan("Small", step).with_user(self.user_manager)
        graph = self._get_graph()
        # One of each type.
        fields = StepFormat(self.env).fields.items()
        keys = {(f.type, f.comodel_name, f.required): key for key, f in fields}
        keys = ["code", *keys.values()]
        for value in GARBAGE:
            for name in ("version", "steps", "links", "problems", "else"):
                self._try({**graph, name: value})
            self._try({**graph, "steps": [value]})
            self._try({**graph, "links": [value]})
            for name in ("from", "to", "outcomes", "else"):
                link = {"from": "call", "to": "call", name: value}
                self._try({**graph, "links": [link]})
            for code in (None, value):
                self._try({**graph, "links": [{"from": "a", "outcomes": [code]}]})
            for name in keys:
                step = {"code": "call", "type": "call", name: value}
                self._try({**graph, "steps": [step]})

    def test_too_much(self):
        steps = [{"code": f"s{n}", "type": "call"} for n in range(10_000)]
        graph = {"version": 1, "steps": steps, "links": []}
        for method in ("check_graph", "apply_graph"):
            with self.assertRaisesRegex(UserError, "at most 1000"):
                getattr(self.chain, method)(graph)

    def test_500_steps(self):
        count = 500
        graph = self._make_graph(
            *({"code": f"s{n}", "summary": f"Step {n}"} for n in range(count)),
            links=[
                (f"s{n}", f"s{n + delta}")
                for delta in (1, 2, 3)
                for n in range(count - delta)
            ],
        )
        start = monotonic()
        told = self.chain.apply_graph(graph)
        self.env.flush_all()
        self.assertFalse(told["problems"])
        for step in told["steps"]:
            step["delay_count"] = 3
        self.chain.preview(self.lead.ids, graph=told)
        self.chain.apply_graph(told)
        self.assertLess(monotonic() - start, 60)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["call", "todo", "meeting", "gone"]),
                st.sampled_from(["activity", "activity", "email", "meeting"]),
                st.sampled_from(["after_plan_date", "after_previous_done"]),
                st.sampled_from(["on_demand", "previous", "other"]),
                st.booleans(),
            ),
            max_size=5,
        ),
        st.lists(
            st.tuples(
                st.integers(0, 5),
                st.integers(0, 5),
                st.lists(
                    st.sampled_from(["g_keen", "g_retry", "g_lost"]),
                    max_size=2,
                ),
            ),
            max_size=6,
        ),
        st.booleans(),
        max_examples=25,
    )
    def test_checked_means_applied(self, steps, links, is_forward):
        names = ["call", "join", "offer", "fourth", "fifth", "sixth"]
        graph = self._get_graph()
        graph["steps"] = [
            {
                "code": code,
                "type": type_,
                "kind": kind,
                "delay_from": delay,
                "responsible_type": role,
                "mail_template_id": self.mail.id if has_mail else False,
                "responsible_id": self.user_owner.id if role == "other" else False,
            }
            for code, (type_, kind, delay, role, has_mail) in zip(
                names, steps, strict=False
            )
            if type_ != "gone" or code == "call"
        ]
        graph["links"] = [
            {"from": names[source], "to": names[target], "outcomes": outcomes}
            for source, target, outcomes in links
            if not is_forward or source < target < len(steps)
        ]
        self._try(graph)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraphConcurrency(ConcurrencyCase):
    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_at_once(self):
        """Both got the same graph; whoever comes second is told."""

        def apply(name):
            def change(env):
                plan = env["mail.activity.plan"].browse(self.plan_id)
                changed = deepcopy(graph)
                changed["steps"][0]["summary"] = name
                try:
                    plan.apply_graph(changed)
                except UserError as error:
                    return str(error)
                return False

            return change

        with self._transaction() as env:
            graph = env["mail.activity.plan"].browse(self.plan_id).get_graph()
        results = self._run_together(apply("One"), apply("Other"))
        [told] = filter(None, results)
        self.assertIn("Somebody else changed the plan", told)
        with self._transaction() as env:
            plan = env["mail.activity.plan"].browse(self.plan_id)
            winner = "One" if not results[0] else "Other"
            self.assertEqual(plan.template_ids.summary, winner)
            self.assertEqual(plan.version, graph["version"] + 1)
