# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from copy import deepcopy

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .graph_common import GraphCase


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
