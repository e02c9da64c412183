# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from .graph_common import GraphCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraphProblems(GraphCase):
    """What is wrong is said by step, and refused where it can't be saved."""

    def test_stale(self):
        graph = self._get_graph()
        self.chain.template_ids[0].summary = "Somebody else's"
        self.assertRefused(graph, (False, "stale"))
        with self.assertRaisesRegex(UserError, "Somebody else changed .* Reload"):
            self.chain.apply_graph(graph)
        del graph["version"]
        self.assertRefused(graph, (False, "stale"))

    def test_codes(self):
        graph = self._make_graph("a", "a", "No code", {"code": False}, {"code": [1]})
        problems = [(False, "code")] * 3 + [("a", "code_taken")]
        self.assertRefused(graph, *problems)

    def test_words(self):
        self.assertRefused(
            self._make_graph(
                {"code": "a", "type": "nothing"},
                {"code": "b", "kind": "magic"},
                {"code": "c", "type": False},
                {"code": "d", "colour": "red"},
                {"code": "e", "delay_unit": "aeons"},
                {"code": "f", "after_mode": False},
                {"code": "g", "responsible_id": 2**30},
                {"code": "h", "attendee_ids": [2**30]},
                {"code": "i", "summary": "a\0b"},
            ),
            ("a", "type_unknown"),
            ("b", "kind_unknown"),
            ("c", "type_missing"),
            ("d", "key_unknown"),
            *((code, "value") for code in "efghi"),
        )
        graph = {"version": self.chain.version, "steps": [{"code": "z"}], "links": []}
        self.assertRefused(graph, ("z", "type_missing"))

    def test_what_a_kind_needs(self):
        foreign = self.env["mail.template"].create(
            {"name": "X", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        self.assertRefused(
            self._make_graph(
                {"code": "a", "kind": "email"},
                {"code": "b", "kind": "email", "mail_template_id": foreign.id},
                {"code": "c", "kind": "server_action"},
                {"code": "d", "kind": "meeting", "duration": 0},
                {"code": "e", "responsible_type": "other"},
                {"code": "f", "time_of_day": 24},
            ),
            ("a", "action"),
            ("b", "action"),
            ("c", "action"),
            ("d", "action"),
            ("e", "responsible"),
            ("f", "action"),
        )

    def test_kinds(self):
        kinds = self.env["mail.activity.plan.template"]._get_step_kinds()
        self.assertLessEqual(
            {"activity", "email", "meeting", "server_action"}, set(kinds)
        )
        self.assertEqual(kinds["email"]["fields"], ["mail_template_id"])
        self.assertEqual(kinds["server_action"]["fields"], ["server_action_id"])
        for kind in kinds.values():
            self.assertTrue(kind["label"] and kind["icon"])

    def test_links(self):
        graph = self._make_graph(
            "a",
            "b",
            "c",
            links=[("a", "a"), ("b", "x"), ("y", "b"), ("a", "c"), ("a", "c")],
        )
        self.assertRefused(
            graph,
            (False, "link_unknown"),
            ("a", "link_self"),
            ("b", "link_unknown"),
            ("c", "link_twice"),
        )

    def test_cycle_is_told_with_its_path(self):
        graph = self._make_graph(
            *({"code": code, "summary": code.upper()} for code in "abcde"),
            links=[("c", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("e", "d")],
        )
        self.assertRefused(graph, ("a", "cycle"))
        [problem] = [p for p in self.chain.check_graph(graph) if p["code"] == "cycle"]
        self.assertIn("B → C → A → B", problem["message"])
        graph["links"].pop()
        # Nothing leads to what comes after the circle alone.
        self.assertIn(("d", "unreached"), self._get_codes(graph, "warning"))

    def test_outcomes(self):
        graph = self._make_graph(
            "a",
            {"code": "b", "type": "todo"},
            "c",
            links=[("b", "c", "g_keen")],
        )
        self.assertRefused(graph, ("c", "outcome_impossible"))
        graph["links"][0]["outcomes"] = ["nothing", 5]
        self.assertRefused(graph, ("c", "outcome_unknown"), ("c", "outcome_unknown"))
        # A to-do can't have it: the link may leave it out, but not say “any”.
        graph = self._make_graph(
            "a",
            {"code": "b", "type": "todo"},
            "c",
            links=[("a", "c", "g_keen", "g_retry"), ("b", "c", "g_retry")],
        )
        self.assertFalse(self._get_codes(graph))
        told = self.chain.apply_graph(graph)
        for link in told["links"]:
            self.assertCountEqual(link["outcomes"], ["g_keen", "g_retry"])
        graph["version"] = told["version"]
        graph["links"][1]["outcomes"] = []
        self.assertRefused(graph, ("c", "outcomes_differ"))
        graph["links"][1]["outcomes"] = ["g_keen"]
        self.assertRefused(graph, ("c", "outcomes_differ"))

    def test_archived_outcome(self):
        self.keen.active = False
        graph = self._make_graph("a", "b", links=[("a", "b", "g_keen")])
        self.assertRefused(graph, ("b", "outcome_impossible"))

    def test_warnings(self):
        graph = self._make_graph(
            "a",
            "late",
            "never",
            "behind",
            {"code": "mail", "kind": "email", "mail_template_id": self.mail.id},
            "after_mail",
            links=[
                ("a", "late", "g_retry"),
                ("a", "never", "g_lost"),
                ("never", "behind"),
                ("mail", "after_mail", "g_keen"),
            ],
        )
        self.assertFalse(self._get_codes(graph))
        self.assertEqual(
            self._get_codes(graph, "warning"),
            [
                ("late", "after_last_attempt"),
                ("never", "unreached"),
                ("behind", "unreached"),
                ("after_mail", "unreached"),
            ],
        )
        told = self.chain.apply_graph(graph)
        self.assertEqual(told["problems"], self.chain.check_graph(told))
        self.assertEqual(len(told["problems"]), 4)
        self.retry.max_attempts = 0
        graph["version"] = told["version"]
        self.assertIn(("late", "unreached"), self._get_codes(graph, "warning"))

    def test_previous_step_is_linked(self):
        graph = self._make_graph("a", {"code": "b", "responsible_type": "previous"})
        self.assertRefused(graph, ("b", "previous_missing"))

    def test_unusable_types_stay_with_a_warning(self):
        """What the graph doesn't change keeps nobody from changing something else."""
        gone = self._create_type("Gone")
        self.chain.template_ids[2].activity_type_id = gone
        graph = self._get_graph()
        gone.unlink()
        self.assertTrue(gone.deleted)
        self.assertEqual(self._get_codes(graph, "warning"), [("offer", "type")])
        self._step_of(graph, "call")["summary"] = "Hello"
        graph["version"] = self.chain.apply_graph(graph)["version"]
        self._step_of(graph, "join")["type"] = gone.code
        self.assertEqual({("join", "type")}, set(self._get_codes(graph)))

    def test_all_problems_are_told_at_once(self):
        graph = self._make_graph(*({"code": f"s{n}", "type": "x"} for n in range(9)))
        self.assertEqual(len(self.chain.check_graph(graph)), 9)
        with self.assertRaisesRegex(UserError, "There are 4 more errors"):
            self.chain.apply_graph(graph)
