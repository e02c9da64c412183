# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from copy import deepcopy

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .graph_common import GraphCase
from .plan_file_common import PlanFileMixin


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanExport(PlanFileMixin, GraphCase):
    """Plans go to a file, and come back on another database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.follow = cls._create_type(
            "Site visit",
            code="site_visit",
            default_duration=3,
            icon="fa-car",
            summary="Look at it",
            applies_to_ids=cls._create_model_ids("crm.lead"),
        )
        cls.action = cls.env["ir.actions.server"].create(
            {
                "name": "Touch the lead",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        cls.mail.write({"subject": "Our offer", "body_html": "<p>Dear customer</p>"})
        cls.stage = cls.env["crm.stage"].create({"name": "Stage of the file"})
        cls.keen.write(
            {"next_type_id": cls.follow.id, "stage_id": cls.stage.id, "kind": "success"}
        )
        cls.chain.sudo().write(
            {
                "team_ids": cls.sales_team_1.ids,
                "domain": "[('priority', '=', '0')]",
                "description": "<p>For offers</p>",
                "exit_on_reply": True,
                "deadline_policy": "working_days",
            }
        )

    def test_there_and_back(self):
        document = self._export(self.chain)
        self.assertEqual(document["format"], 1)
        self._move_to_other_database()
        plan = self._import(document)
        self.assertEqual(plan.code, "chain")
        self.assertEqual(plan.team_ids, self.sales_team_1)
        offer = plan.template_ids.filtered(lambda step: step.code == "offer")
        self.assertEqual(offer.mail_template_id.subject, "Our offer")
        self.assertNotEqual(offer.mail_template_id, self.mail)
        outcome = offer.after_outcome_ids
        self.assertEqual(outcome.code, "g_keen")
        self.assertEqual(outcome.stage_id, self.stage)
        self.assertEqual(outcome.next_type_id.code, "site_visit")
        self.assertEqual(outcome.next_type_id.default_duration, 3)
        self.assertEqual(outcome.activity_type_ids.mapped("code"), ["call"])
        self.assertEqual(self._export(plan), document)

    def test_as_an_object(self):
        """As JSON-2 sends it."""
        document = self._export(self.chain)
        plans = self.env["mail.activity.plan"].with_user(self.user_manager)
        for data in (document, json.dumps(document).encode()):
            [plan_id] = plans.import_file(data)["plan_ids"]
            self.assertEqual(
                plans.browse(plan_id).template_ids.mapped("code"),
                [
                    "call",
                    "join",
                    "offer",
                ],
            )

    def test_a_code_that_is_taken(self):
        document = self._export(self.chain)
        plan = self._import(document, self.user_manager)
        self.assertEqual(plan.code, "chain_2")
        self.assertEqual(plan.template_ids.mapped("mail_template_id"), self.mail)
        result = self.env["mail.activity.plan"].preview_file(document)
        messages = [entry["message"] for entry in result["entries"]]
        self.assertIn("chain_3", str(messages))
        actions = self._preview(document)
        self.assertEqual(actions["types", "call"], ["reuse"])
        self.assertEqual(actions["outcomes", "g_keen"], ["reuse"])
        self.assertEqual(actions["email_templates", "Offer"], ["reuse"])

    def test_a_preview_leaves_nothing(self):
        document = self._export(self.chain)
        self._move_to_other_database()
        models = ("mail.activity.plan", "mail.activity.type", "mail.template")
        before = [self.env[model].search([]) for model in models]
        actions = self._preview(document)
        self.assertEqual(actions["types", "site_visit"], ["new"])
        self.assertEqual(actions["outcomes", "g_keen"], ["new"])
        self.assertEqual(actions["plans", "chain"], ["new"])
        self.assertEqual([self.env[model].search([]) for model in models], before)

    def test_types_are_for_administrators(self):
        document = self._export(self.chain)
        self._move_to_other_database()
        actions = self._preview(document, self.user_manager)
        self.assertEqual(actions["types", "site_visit"], ["missing"])
        plans = self.env["mail.activity.plan"].search_count([])
        with self.assertRaisesRegex(UserError, "ask an administrator"):
            self._import(document, self.user_manager)
        self.assertEqual(self.env["mail.activity.plan"].search_count([]), plans)
        codes = {row["code"]: self.type_todo.code for row in document["types"]}
        document["outcomes"] = []
        document["links"] = []
        for link in document["plans"][0]["links"]:
            link["outcomes"] = []
        plan = self._import(document, self.user_manager, types=codes)
        self.assertEqual(plan.template_ids.activity_type_id, self.type_todo)
        with self.assertRaisesRegex(UserError, "to use instead"):
            self._import(document, types={"call": "nowhere"})

    def test_salespeople_import_nothing(self):
        document = self._export(self.chain)
        for user in (self.user_owner, self.user_portal):
            with self.assertRaises(AccessError):
                self._import(document, user)
        self.assertTrue(self.chain.with_user(self.user_owner).export_file())

    def test_actions_are_never_created(self):
        self.chain.sudo().template_ids[1].write(
            {"action_type": "server_action", "server_action_id": self.action.id}
        )
        document = self._export(self.chain)
        self.assertEqual(
            document["server_actions"],
            [{"name": "Touch the lead", "model": "crm.lead"}],
        )
        self.assertNotIn("record.write", json.dumps(document))
        plan = self._import(document)
        self.assertEqual(plan.template_ids.server_action_id, self.action)
        self.action.name = "Another name"
        document["server_actions"][0] |= {"state": "code", "code": "1/0"}
        with self.assertRaisesRegex(UserError, "“Join” runs the server action"):
            self._import(document)
        plan = self._import(document, as_manual=True)
        self.assertEqual(plan.template_ids[1].action_type, "activity")
        self.assertEqual(
            self._preview(document, as_manual=True)["plans", "chain"].count("change"), 1
        )

    def test_email_templates_that_run_code(self):
        """Core lets those who edit templates write what is evaluated."""
        self.mail.body_html = '<p t-out="object.env.user.login"></p>'
        document = self._export(self.chain)
        self._move_to_other_database()
        codes = {
            row["code"]: self.env["mail.activity.type"].browse(self.type_todo.id).code
            for row in document["types"]
        }
        self.env["ir.config_parameter"].set_param(
            "mail.restrict.template.rendering", True
        )
        group = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= group
        self.user_manager.group_ids -= group
        self.assertFalse(self.user_manager.has_group("mail.group_mail_template_editor"))
        actions = self._preview(document, self.user_manager, types=codes)
        self.assertEqual(actions["email_templates", "Offer"], ["missing"])
        self.user_manager.group_ids += group
        actions = self._preview(document, self.user_manager, types=codes)
        self.assertEqual(actions["email_templates", "Offer"], ["new"])

    def test_people_and_teams_that_are_not_here(self):
        step = self.chain.sudo().template_ids[0]
        step.write(
            {"responsible_type": "other", "responsible_id": self.user_colleague.id}
        )
        document = self._export(self.chain)
        row = document["plans"][0]
        self.assertEqual(row["steps"][0]["responsible_id"], self.user_colleague.login)
        plan = self._import(document)
        self.assertEqual(plan.template_ids[0].responsible_id, self.user_colleague)
        row["steps"][0]["responsible_id"] = "somebody@elsewhere"
        row |= {"team_ids": ["Elsewhere"], "resource_calendar_id": "No such week"}
        row["company_id"] = "No Such Company"
        row["steps"][2]["attendee_ids"] = ["nobody@elsewhere.example.com"]
        plan = self._import(document)
        self.assertEqual(plan.template_ids[0].responsible_type, "on_demand")
        self.assertFalse(plan.team_ids)
        self.assertEqual(plan.company_id, self.user_system.company_id)
        self.assertGreaterEqual(
            self._preview(document)["plans", "chain"].count("change"), 5
        )

    def test_a_plan_that_an_outcome_launches_comes_along(self):
        self.keen.plan_id = self.plan
        document = self._export(self.chain)
        self.assertEqual(len(document["plans"]), 2)
        plan = self._import(document)
        self.assertEqual(plan.name, "Chain")
        self._move_to_other_database()
        plans = self._import(document)
        self.assertEqual(
            sorted(plans.mapped("code")), ["chain", "high_priority_quotation"]
        )
        keen = self.env["mail.activity.outcome"].search([("code", "=", "g_keen")])
        self.assertEqual(keen.plan_id.code, "high_priority_quotation")

    def test_names_by_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.follow.with_context(lang="fr_FR").name = "Visite"
        document = self._export(self.chain)
        [row] = [row for row in document["types"] if row["code"] == "site_visit"]
        self.assertEqual(row["name"], {"en_US": "Site visit", "fr_FR": "Visite"})
        self._move_to_other_database()
        self._import(document)
        made = self.env["mail.activity.type"].search([("code", "=", "site_visit")])
        self.assertEqual(made.with_context(lang="fr_FR").name, "Visite")
        self.assertEqual(made.with_context(lang="en_US").name, "Site visit")
        document["plans"][0]["name"] = {"fr_FR": "Chaîne", "en_US": "The Chain"}
        self.assertEqual(self._import(document).name, "The Chain")

    def test_html_is_sanitized(self):
        document = self._export(self.chain)
        bad = "<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(1)>"
        row = document["plans"][0]
        row["description"] = bad
        row["steps"][0]["note"] = bad
        plan = self._import(document)
        self.assertIn("Hi", plan.description)
        for html in (plan.description, plan.template_ids[0].note):
            self.assertNotIn("alert", html)

    def test_cycles_and_bad_domains_are_refused(self):
        document = self._export(self.chain)
        cases = [
            (
                "links",
                [{"from": "call", "to": "join"}, {"from": "join", "to": "call"}],
                "circle",
            ),
            ("links", [{"from": "call", "to": "call"}], "wait for itself"),
            ("domain", "[('id', '=', user.id)]", "not understood"),
            ("domain", "__import__('os').system('true')", "can't be evaluated"),
            ("res_model", "no.such.model", "Install their application"),
            ("steps", [], "no step"),
        ]
        for key, value, message in cases:
            bad = deepcopy(document)
            bad["plans"][0][key] = value
            with self.assertRaisesRegex(UserError, message):
                self._import(bad)

    def test_several_plans(self):
        document = self._export(self.chain + self.plan)
        self.assertEqual(len(document["plans"]), 2)
        self.assertEqual(len(self._import(document)), 2)
        with self.assertRaises(UserError):
            self.env["mail.activity.plan"].export_file()

    def test_a_type_here_gets_no_foreign_outcomes(self):
        """An outcome here is one of the types of the file that are new; those that are
        here stay as they are."""
        document = self._export(self.chain)
        document["types"].append({"code": "b_new", "name": "New"})
        [row] = [row for row in document["outcomes"] if row["code"] == "g_keen"]
        row["activity_type_ids"] += ["b_new", self.type_email.code]
        self._import(document)
        self.assertEqual(self.keen.activity_type_ids.mapped("code"), ["call", "b_new"])
        self.assertEqual(
            self.env["mail.activity.outcome"].search_count(
                [("code", "=", "g_keen"), ("id", "!=", self.keen.id)]
            ),
            0,
        )
        self.keen.activity_type_ids = [Command.set(self.type_call.ids)]
