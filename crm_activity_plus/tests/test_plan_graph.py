# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from copy import deepcopy
from time import monotonic

from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.graph_format import StepFormat
from .common import CrmActivityPlusCommon
from .concurrency import ConcurrencyCase
from .garbage import GARBAGE
from .properties import given


class GraphCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keen, cls.retry, cls.lost = cls.env["mail.activity.outcome"].create(
            [
                {
                    "name": "Keen",
                    "code": "g_keen",
                    "activity_type_ids": cls.type_call.ids,
                },
                {"name": "No one", "code": "g_retry", "effect": "retry"},
                {"name": "Lost", "code": "g_lost", "effect": "stop"},
            ]
        )
        cls.mail = cls.env["mail.template"].create(
            {"name": "Offer", "model_id": cls.env["ir.model"]._get_id("crm.lead")}
        )
        chain = cls._create_plan(
            "Chain",
            cls._step(cls.type_call, "Call", 1, code="call"),
            cls._step(
                cls.type_todo,
                "Join",
                2,
                "after_previous_done",
                code="join",
                after_codes="call, offer",
                after_mode="any",
            ),
            cls._step(
                cls.type_email,
                "Offer",
                3,
                code="offer",
                after_codes="call",
                after_outcome_ids=[Command.set(cls.keen.ids)],
                action_type="email",
                mail_template_id=cls.mail.id,
                condition_domain="[('priority', '=', '0')]",
                attendee_ids=[Command.set(cls.partner.ids)],
            ),
        )
        cls.chain = chain.with_user(cls.user_manager)

    def _get_graph(self, plan=None):
        """:returns: a plan's graph, as it comes over RPC"""
        return json.loads(json.dumps((plan or self.chain).get_graph()))

    def _step_of(self, graph, code):
        return next(step for step in graph["steps"] if step["code"] == code)

    def _make_graph(self, *steps, links=()):
        return {
            "version": self.chain.version,
            "steps": [
                {"type": "call", **(step if isinstance(step, dict) else {"code": step})}
                for step in steps
            ],
            "links": [
                {"from": source, "to": target, "outcomes": list(outcomes)}
                for source, target, *outcomes in links
            ],
        }

    def _get_codes(self, graph, level="error"):
        """:returns: step and code of each problem"""
        return [
            (problem["step"], problem["code"])
            for problem in self.chain.check_graph(graph)
            if problem["level"] == level
        ]

    def assertRefused(self, graph, *problems):
        """It has these errors, and can't be saved."""
        self.assertEqual(self._get_codes(graph), list(problems))
        before = self._get_graph()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.chain.apply_graph(graph)
        self.assertEqual(self._get_graph(), before)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraph(GraphCase):
    """A plan is told, checked and written as a graph of its steps."""

    def test_what_it_tells(self):
        graph = self._get_graph()
        self.assertEqual(graph["version"], self.chain.version)
        self.assertEqual([s["code"] for s in graph["steps"]], ["call", "join", "offer"])
        offer = self._step_of(graph, "offer")
        self.assertEqual(
            {key: offer[key] for key in ("type", "kind", "summary", "delay_count")},
            {"type": "email", "kind": "email", "summary": "Offer", "delay_count": 3},
        )
        self.assertEqual(offer["mail_template_id"], self.mail.id)
        self.assertEqual(offer["attendee_ids"], self.partner.ids)
        self.assertEqual(self._step_of(graph, "join")["after_mode"], "any")
        self.assertCountEqual(
            graph["links"],
            [
                {"from": "call", "to": "join", "outcomes": []},
                {"from": "offer", "to": "join", "outcomes": []},
                {"from": "call", "to": "offer", "outcomes": ["g_keen"]},
            ],
        )
        self.assertEqual(graph["problems"], [])

    def test_round_trip_changes_nothing(self):
        for plan in (self.chain, self.plan.with_user(self.user_manager)):
            graph = self._get_graph(plan)
            self.assertEqual(plan.apply_graph(graph), self._get_graph(plan))
            self.assertEqual(self._get_graph(plan), graph)

    def test_round_trip_of_every_plan(self):
        """Those that Odoo and other addons bring."""
        for plan in self.env["mail.activity.plan"].search([]):
            graph = self._get_graph(plan)
            self.assertFalse(graph["problems"], plan.name)
            self.assertEqual(plan.apply_graph(graph), graph, plan.name)

    def test_a_graph_is_a_whole_plan(self):
        """What one plan tells, another one can be."""
        graph = self._get_graph()
        other = self._create_plan("Other").with_user(self.user_manager)
        told = other.apply_graph({**graph, "version": other.version})
        self.assertEqual(told["steps"], graph["steps"])
        self.assertCountEqual(told["links"], graph["links"])
        self.assertEqual(other.template_ids.chosen_by_id, self.user_manager)

    def test_steps_are_added_changed_and_deleted(self):
        ids = {step.code: step.id for step in self.chain.template_ids}
        version = self.chain.version
        graph = self._get_graph()
        offer = self._step_of(graph, "offer")
        offer |= {"kind": "activity", "summary": "Hello", "attendee_ids": []}
        new = {"code": "new", "type": "todo", "delay_count": 4}
        graph["steps"] = [new, offer, self._step_of(graph, "join")]
        graph["links"] = [{"from": "new", "to": "join"}, {"from": "offer", "to": "new"}]
        told = self.chain.apply_graph(graph)
        self.assertGreater(told["version"], version)
        self.assertEqual(told, self.chain.get_graph())
        steps = self.chain.template_ids
        self.assertEqual(steps.mapped("code"), ["new", "offer", "join"])
        self.assertEqual(steps[1:].ids, [ids["offer"], ids["join"]])
        self.assertEqual(steps[0].delay_count, 4)
        self.assertEqual(steps[1].summary, "Hello")
        self.assertFalse(steps[1].attendee_ids)
        self.assertFalse(steps[1].after_ids)
        self.assertFalse(steps[1].after_outcome_ids)
        self.assertEqual(steps[0].after_ids, steps[1])
        self.assertEqual(steps[2].after_ids, steps[0])
        self.assertFalse(
            self.env["mail.activity.plan.template"].browse(ids["call"]).exists()
        )

    def test_what_is_not_said_stays(self):
        graph = self._get_graph()
        graph["steps"] = [{"code": step["code"]} for step in graph["steps"]]
        told = self.chain.apply_graph(graph)
        self.assertEqual(told["version"], graph["version"])
        self.assertEqual(self.chain.template_ids[0].summary, "Call")

    def test_another_type_keeps_what_the_graph_says(self):
        """Odoo makes note and summary from the type, unless they are written."""
        self.type_call.default_note = "<p>Call!</p>"
        graph = self._get_graph()
        self._step_of(graph, "join")["type"] = "call"
        self.chain.apply_graph(graph)
        self.assertEqual(self._get_graph()["steps"], graph["steps"])

    def test_order(self):
        graph = self._get_graph()
        graph["steps"].reverse()
        told = self.chain.apply_graph(graph)
        self.assertEqual([s["code"] for s in told["steps"]], ["offer", "join", "call"])

    def test_what_is_launched_stays(self):
        run = self._launch(plan=self.chain, user=self.user_manager)
        graph = self._get_graph()
        graph |= {"steps": graph["steps"][:1], "links": []}
        self.chain.apply_graph(graph)
        self.assertEqual(run.line_ids.mapped("code"), ["call", "join", "offer"])

    def test_fields_of_other_addons(self):
        template = self.env["mail.activity.plan.template"]
        names = template._get_added_fields()
        graph = self._get_graph()
        for step in graph["steps"]:
            self.assertLessEqual(
                {n for n in names if template._fields[n].type != "one2many"}, set(step)
            )


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


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraphRights(GraphCase):
    def test_who_may(self):
        graph = self._get_graph()
        reader = self.chain.with_user(self.user_owner)
        self.assertEqual(reader.get_graph(), self.chain.get_graph())
        for call in (
            lambda: reader.check_graph(graph),
            lambda: reader.apply_graph(graph),
            lambda: reader.preview(self.lead.ids, graph=graph),
        ):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.chain.with_user(self.user_portal).get_graph()

    def test_conditions(self):
        """A graph is no way to look at what is kept from whoever sends it."""
        hidden = "[('message_ids.mail_ids.email_to', '=', 'x')]"
        for condition in (hidden, "[('no_such', '=', 1)]", "user.id", "[("):
            graph = self._get_graph()
            self._step_of(graph, "join")["condition_domain"] = condition
            self.assertRefused(graph, ("join", "condition"))
            with self.assertRaises(UserError):
                self.chain.preview(self.lead.ids, graph=graph)

    def test_actions(self):
        """Whoever may not run an action can't let a step run it."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Code",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "pass",
                "group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            }
        )
        graph = self._get_graph()
        join = self._step_of(graph, "join")
        join |= {"kind": "server_action", "server_action_id": action.id}
        self.assertRefused(graph, ("join", "rights"))
        told = self.chain.with_user(self.user_system).apply_graph(graph)
        # What somebody else chose stays, until it is used otherwise.
        told["steps"][0]["summary"] = "Hello"
        told = self.chain.apply_graph(told)
        self._step_of(told, "join")["delay_count"] = 9
        self.assertRefused(told, ("join", "rights"))

    def test_only_looked_at(self):
        graph = self._make_graph("a", "b", links=[("a", "b")])
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT looking")
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        graphs = [self._get_graph(), graph, self._make_graph("a", links=[("a", "a")])]
        for one in graphs:
            self.chain.check_graph(one)
        self.chain.preview(self.lead.ids, graph=graph)
        self.env.flush_all()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT looking")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanGraphPreview(GraphCase):
    """What isn't saved is previewed by the same planner."""

    def _preview(self, **kwargs):
        preview = self.chain.preview(self.lead.ids, plan_date="2026-03-10", **kwargs)
        for record in preview["records"]:
            for line in record["lines"]:
                del line["template_id"]
        return preview

    def test_the_same_as_saved(self):
        graph = self._get_graph()
        self.assertEqual(self._preview(graph=graph), self._preview())
        before = self._preview()
        self._step_of(graph, "offer")["delay_count"] = 30
        graph["steps"].append(
            {
                "code": "last",
                "type": "todo",
                "delay_count": 1,
                "delay_unit": "weeks",
                "delay_from": "after_previous_done",
                "responsible_type": "previous",
            }
        )
        graph["links"].append({"from": "offer", "to": "last", "outcomes": []})
        previewed = self._preview(graph=graph)
        self.assertEqual(self._preview(), before)
        self.chain.apply_graph(graph)
        self.assertEqual(self._preview(), previewed)
        lines = previewed["records"][0]["lines"]
        self.assertEqual(
            [line["code"] for line in lines], ["call", "join", "offer", "last"]
        )

    def test_twice_in_a_transaction(self):
        """What was looked at before isn't remembered."""
        graph = self._get_graph()
        first = self._preview(graph=graph)
        changed = deepcopy(graph)
        changed["steps"] = changed["steps"][:1]
        changed["steps"][0]["summary"] = "Other"
        changed["links"] = []
        [line] = self._preview(graph=changed)["records"][0]["lines"]
        self.assertEqual(line["summary"], "Other")
        self.assertEqual(self._preview(graph=graph), first)

    def test_refused(self):
        graph = self._get_graph()
        graph["version"] -= 1
        self.assertTrue(self._preview(graph=graph))
        graph["steps"][0]["type"] = "nothing"
        with self.assertRaisesRegex(UserError, "no activity type"):
            self._preview(graph=graph)
        with self.assertRaisesRegex(UserError, "has no steps"):
            self._preview(graph={"steps": [], "links": []})


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
