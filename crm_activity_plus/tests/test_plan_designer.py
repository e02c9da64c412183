# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .garbage import GARBAGE
from .graph_common import GraphCase


class DesignerCase(GraphCase):
    def _get_designer(self, plan=None, *args):
        plan = self.chain if plan is None else plan
        return json.loads(json.dumps(plan.get_designer(*args)))

    def _get_type(self, told, code):
        return next((row for row in told["types"] if row["code"] == code), None)

    def _read_form(self, plan=None):
        """:returns: what the form gets"""
        [values] = (plan or self.chain).web_read({"graph": {}, "template_ids": {}})
        return json.loads(json.dumps(values))

    def _draw(self, plan=None):
        """:returns: a plan's graph with another step in it"""
        graph = self._read_form(plan)["graph"]
        graph["steps"].append({"code": "visit", "type": "meeting", "kind": "activity"})
        graph["links"].append({"from": "call", "to": "visit", "outcomes": []})
        return graph


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanDesignerData(DesignerCase):
    """What a drawing is made of."""

    def test_new_type_is_in_the_palette(self):
        self.env["mail.activity.type"].create(
            {"name": "Site Visit", "icon": "fa-map-marker", "decoration_type": "danger"}
        )
        told = self._get_type(self._get_designer(), "site_visit")
        self.assertEqual(
            {key: told[key] for key in ("name", "icon", "decoration", "is_offered")},
            {
                "name": "Site Visit",
                "icon": "fa-map-marker",
                "decoration": "danger",
                "is_offered": True,
            },
        )

    def test_types_of_other_records_are_not(self):
        partner = self.env["ir.model"]._get("res.partner")
        self.env["mail.activity.type"].create(
            [
                {"name": "Old Way", "code": "old_way", "res_model": "res.partner"},
                {
                    "name": "Limited",
                    "code": "limited",
                    "applies_to_ids": [Command.set(partner.ids)],
                },
            ]
        )
        for code in ("old_way", "limited"):
            self.assertFalse(self._get_type(self._get_designer(), code))
            told = self._get_designer(self.chain, "res.partner")
            self.assertTrue(self._get_type(told, code)["is_offered"])

    def test_deleted_type_of_a_step_is_drawn_but_not_offered(self):
        self.type_call.sudo().active = False
        told = self._get_type(self._get_designer(), "call")
        self.assertEqual((told["name"], told["is_offered"]), ("Call", False))
        self.type_letter = self.env.ref("crm_activity_plus.mail_activity_type_letter")
        self.type_letter.active = False
        self.assertFalse(self._get_type(self._get_designer(), "letter"))

    def test_kinds_and_outcomes(self):
        told = self._get_designer()
        kinds = {row["kind"]: row for row in told["kinds"]}
        described = self.env["mail.activity.plan.template"]._get_step_kinds()
        self.assertEqual(list(kinds), list(described))
        self.assertEqual(kinds["email"]["fields"], ["mail_template_id"])
        outcomes = {row["code"]: row for row in told["outcomes"]}
        self.assertEqual(
            outcomes["g_keen"],
            {
                "code": "g_keen",
                "name": "Keen",
                "kind": self.keen.kind,
                "effect": "continue",
                "types": ["call"],
                "is_offered": True,
            },
        )
        self.keen.active = False
        outcomes = {row["code"]: row for row in self._get_designer()["outcomes"]}
        self.assertFalse(outcomes["g_keen"]["is_offered"])

    def test_before_a_plan_is_saved(self):
        plans = self.env["mail.activity.plan"].with_user(self.user_manager)
        told = self._get_designer(plans, "crm.lead")
        self.assertTrue(self._get_type(told, "call"))
        self.assertEqual(told["problems"], [])
        self.assertEqual(told["defaults"]["delay_unit"], "days")

    def test_rights(self):
        reader = self.chain.with_user(self.user_owner)
        self.assertTrue(reader.get_designer()["types"])
        for user in (self.user_portal, self.user_public):
            with self.assertRaises(AccessError):
                self.chain.with_user(user).get_designer()

    def test_garbage(self):
        with self.assertRaises(UserError):
            (self.chain | self.plan).get_designer()
        for value in GARBAGE:
            try:
                self._get_designer(self.chain, value)
            except UserError as error:
                self.assertTrue(str(error))

    def test_queries_do_not_grow(self):
        """With the number of steps: neither what is told, nor what is asked while
        people draw."""
        self.chain.get_designer()
        told, checked = [], []
        for count in (5, 40):
            steps = [self._step(self.type_call, f"Call {n}", n) for n in range(count)]
            plan = self._create_plan("Many", *steps).with_user(self.user_manager)
            graph = self._get_graph(plan)
            graph["links"] = [
                {"from": one["code"], "to": other["code"], "outcomes": ["g_keen"]}
                for one, other in zip(graph["steps"], graph["steps"][1:], strict=False)
            ]
            told.append(self._count_queries(plan.get_designer))
            checked.append(self._count_queries(partial(plan.check_graph, graph)))
        self.assertLessEqual(told[1], told[0] + 2)
        self.assertLessEqual(checked[1], checked[0] + 2)

    def _count_queries(self, work):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        return self.cr.sql_log_count - before


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanDesignerSave(DesignerCase):
    """What is drawn is saved with the form."""

    def test_form_gets_the_graph(self):
        told = self._get_graph()
        self.assertEqual(told.pop("problems"), [])
        self.assertEqual(self._read_form()["graph"], told)

    def test_saved_with_the_rest_of_the_form(self):
        [values] = self.chain.web_save(
            {"name": "Renamed", "graph": self._draw()},
            {"name": {}, "graph": {}, "template_ids": {}},
        )
        self.assertEqual(self.chain.name, "Renamed")
        self.assertEqual(
            self.chain.template_ids.mapped("code"), ["call", "join", "offer", "visit"]
        )
        visit = self.chain.template_ids[-1]
        self.assertEqual(visit.after_ids.code, "call")
        self.assertEqual(values["template_ids"], self.chain.template_ids.ids)
        self.assertEqual(values["graph"], self._read_form()["graph"])
        self.assertEqual(values["graph"]["version"], self.chain.version)

    def test_stale_drawing_saves_nothing(self):
        graph = self._draw()
        self.chain.template_ids[0].summary = "Somebody else's"
        with self.assertRaisesRegex(UserError, "Somebody else changed the plan"):
            self.chain.web_save({"name": "Renamed", "graph": graph}, {"name": {}})

    def test_wrong_drawing_saves_nothing(self):
        graph = self._draw()
        graph["links"].append({"from": "visit", "to": "call", "outcomes": []})
        with self.assertRaisesRegex(UserError, "in a circle"):
            self.chain.web_save({"graph": graph}, {})

    def test_type_deleted_meanwhile(self):
        visit = self.env["mail.activity.type"].create({"name": "Visit", "code": "vis"})
        graph = self._draw()
        graph["steps"][-1]["type"] = "vis"
        self.assertEqual(self._get_codes(graph), [])
        visit.unlink()
        self.assertEqual(self._get_codes(graph), [("visit", "type_unknown")])
        with self.assertRaisesRegex(UserError, "Choose another one"):
            self.chain.web_save({"graph": graph}, {})

    def test_plan_drawn_before_it_is_saved(self):
        plans = self.env["mail.activity.plan"].with_user(self.user_manager)
        values = plans.onchange({}, [], {"name": {}, "graph": {}, "res_model": {}})
        self.assertFalse(values["value"].get("graph"))
        graph = {
            "version": 0,
            "steps": [{"code": "a", "type": "call"}, {"code": "b", "type": "email"}],
            "links": [{"from": "a", "to": "b", "outcomes": []}],
        }
        [told] = plans.web_save(
            {
                "name": "New",
                "res_model": "crm.lead",
                "graph": graph,
                "template_ids": [],
            },
            {"graph": {}},
        )
        self.assertEqual([s["code"] for s in told["graph"]["steps"]], ["a", "b"])

    def test_checked_before_a_plan_is_saved(self):
        plans = self.env["mail.activity.plan"].with_user(self.user_manager)
        graph = self._make_graph("a", "b", links=[("a", "b", "g_keen")])
        graph["version"] = 0
        self.assertEqual(plans.check_new_graph(graph, "crm.lead"), [])
        graph["steps"][1]["kind"] = "email"
        graph["links"].append({"from": "b", "to": "a", "outcomes": []})
        problems = plans.check_new_graph(graph, "crm.lead")
        found = {(problem["step"], problem["code"]) for problem in problems}
        self.assertLessEqual({("b", "action")}, found)
        self.assertIn("cycle", {code for _step, code in found})
        for value in GARBAGE:
            with self.assertRaises(UserError):
                plans.check_new_graph(value, "crm.lead")
            try:
                json.dumps(plans.check_new_graph(graph, value))
            except UserError as error:
                self.assertTrue(str(error))
        with self.assertRaises(AccessError):
            plans.with_user(self.user_owner).check_new_graph(graph, "crm.lead")

    def test_nothing_drawn_changes_nothing(self):
        before = self._read_form()
        self.chain.web_save({"graph": False}, {})
        self.chain.web_save({"graph": before["graph"]}, {})
        self.assertEqual(self._read_form(), before)

    def test_readers_cannot_draw(self):
        with self.assertRaises(AccessError):
            self.chain.with_user(self.user_owner).write({"graph": self._draw()})

    def test_garbage(self):
        for value in GARBAGE:
            savepoint = self.env.cr.savepoint()
            try:
                self.chain.write({"graph": value})
                self.env.flush_all()
            except UserError as error:
                self.assertTrue(str(error))
            finally:
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()

    def test_list_and_drawing_say_the_same(self):
        """What the list saves, the drawing gets."""
        [values] = self.chain.web_save(
            {
                "template_ids": [
                    Command.update(self.chain.template_ids[0].id, {"summary": "Ring"})
                ]
            },
            {"graph": {}},
        )
        self.assertEqual(values["graph"]["steps"][0]["summary"], "Ring")
        self.assertEqual(values["graph"]["version"], self.chain.version)
