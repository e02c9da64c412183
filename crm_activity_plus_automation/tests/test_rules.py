# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo import SUPERUSER_ID, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

ADDON = "crm_activity_plus_automation"
TIME_CRON = "base_automation.ir_cron_data_base_automation_check"


class RuleCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_owner.email = "olga@example.com"
        cls.user_manager.email = "martin@example.com"
        cls.call_plan = cls._create_plan(
            "Calls", cls._step(cls.type_call, "Call", responsible_type="salesperson")
        )

    def setUp(self):
        super().setUp()
        self.mails = self.env["mail.mail"].search([])

    def _switch_on(self, name):
        rule = self.env.ref(f"{ADDON}.{name}")
        self.assertFalse(rule.active)
        self.assertTrue(rule.description)
        rule.active = True
        return rule

    def _get_new_mails(self):
        self.env.flush_all()
        mails = self.env["mail.mail"].search([]) - self.mails
        self.mails |= mails
        return mails

    def _run_cron(self, xmlid):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadyRules(RuleCase):
    """Rules that only have to be switched on, and what each of them sends."""

    def test_lead_becomes_an_opportunity(self):
        self._switch_on("rule_lead_converted")
        lead = self._create_lead("Chairs", type="lead", partner_id=self.partner.id)
        # What Odoo itself sends.
        self._get_new_mails()
        lead.with_user(self.user_manager).convert_opportunity(self.partner)
        mail = self._get_new_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.user_owner.partner_id)
        self.assertEqual(mail.subject, "“Chairs” is an opportunity now")
        self.assertIn("Deco Addict", mail.body_html)
        lead.priority = "2"
        self.assertFalse(self._get_new_mails())

    def test_opportunities_are_merged(self):
        self._switch_on("rule_leads_merged")
        leads = self.env["crm.lead"].concat(
            *(
                self._create_lead(name, priority=str(priority))
                for priority, name in enumerate(("Desk", "Lamp", "Chair"))
            )
        )
        self._get_new_mails()
        survivor = leads.with_user(self.user_member).merge_opportunity()
        mail = self._get_new_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.user_manager.partner_id)
        self.assertEqual(mail.subject, f"Merged into “{survivor.name}”")
        self.assertIn("Mona Member", mail.body_html)
        for name in {"Desk", "Lamp", "Chair"} - {survivor.name}:
            self.assertIn(f"“{name}”", mail.body_html)
        survivor.sudo().priority = "3"
        self.assertFalse(self._get_new_mails())

    def test_overdue_step(self):
        rule = self._switch_on("rule_step_overdue")
        with freeze_time("2026-03-10 08:00:00"):
            rule.last_run = "2026-03-10 08:00:00"
            run = self._launch(plan=self.call_plan, plan_date="2026-03-11")
            done = self._launch(
                self._create_lead("Done"), self.call_plan, plan_date="2026-03-11"
            )
            done.line_ids.activity_id.complete()
        self._get_new_mails()
        # The due date is a Wednesday; the third working day after it is a Monday.
        for moment, count in (
            ("2026-03-13 20:00:00", 0),
            ("2026-03-15 20:00:00", 0),
            ("2026-03-16 20:00:00", 1),
            ("2026-03-17 20:00:00", 0),
        ):
            with freeze_time(moment):
                self.patch(self.env.cr, "_now", None)
                self._run_cron(TIME_CRON)
            mails = self._get_new_mails()
            self.assertEqual(len(mails), count, moment)
            if mails:
                self.assertEqual(mails.recipient_ids, self.user_manager.partner_id)
                self.assertEqual(mails.subject, "Overdue: “Call” on “Ten desks”")
                self.assertIn("Olga Owner", mails.body_html)
        self.assertEqual(run.state, "running")

    def test_missing_next_step(self):
        cron = f"{ADDON}.ir_cron_note_missing_steps"
        self._schedule()
        self._run_cron(cron)
        self._switch_on("rule_step_missing")
        lead = self._create_lead("Forgotten")
        self._get_new_mails()
        self._run_cron(cron)
        mail = self._get_new_mails()
        self.assertEqual(
            mail.mapped("subject"), ["“Forgotten” is missing its next step"]
        )
        self.assertEqual(mail.recipient_ids, self.user_owner.partner_id)
        self._run_cron(cron)
        self.assertFalse(self._get_new_mails())
        # Something is planned, done, and missing again.
        activity = self._schedule(lead)
        self._run_cron(cron)
        self.assertFalse(lead.missing_step_since)
        activity.action_done()
        self._run_cron(cron)
        self.assertEqual(len(self._get_new_mails()), 1)

    def test_missing_step_on_which_a_rule_fails(self):
        """The others are noted all the same."""
        first, broken, last = (self._create_lead(n) for n in ("A", "Broken", "B"))
        model = self.env["ir.model"]._get("crm.lead")
        field = self.env["ir.model.fields"]._get("crm.lead", "missing_step_since")
        self.env["base.automation"].create(
            {
                "name": "Broken",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [Command.set(field.ids)],
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Broken",
                            "model_id": model.id,
                            "usage": "base_automation",
                            "state": "code",
                            "code": "if record.name == 'Broken': record['x']",
                        }
                    )
                ],
            }
        )
        with self.assertLogs("odoo.addons.crm_activity_plus_automation", "ERROR"):
            self._run_cron(f"{ADDON}.ir_cron_note_missing_steps")
        self.assertTrue(first.missing_step_since and last.missing_step_since)
        self.assertFalse(broken.missing_step_since)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLaunchRules(RuleCase):
    """Plans are launched by rules that are made from their form."""

    def _make_rule(self, user=None, **values):
        wizard = (
            self.env["mail.activity.plan.rule"]
            .with_user(user or self.user_manager)
            .create({"plan_id": self.call_plan.id, **values})
        )
        wizard.action_create_rule()
        return self.call_plan._find_rules()

    def test_new_leads(self):
        rule = self._make_rule()
        self.assertTrue(rule.active)
        self.assertTrue(rule.description)
        self.assertEqual(
            self.call_plan.with_user(self.user_manager).automation_names,
            "Launch “Calls” on new records",
        )
        lead = self._create_lead("New")
        self.assertEqual(lead.plan_run_ids.plan_id, self.call_plan)
        rule.active = False
        self.call_plan.invalidate_recordset()
        self.assertIn("switched off", self.call_plan.automation_names)

    def test_stage_and_tag(self):
        stage = self.env["crm.stage"].create({"name": "Visit"})
        tag = self.env["crm.tag"].create({"name": "Hot"})
        self._make_rule(launch_on="stage", stage_id=stage.id)
        lead = self._create_lead("On a stage")
        self.assertFalse(lead.plan_run_ids)
        lead.with_user(self.user_owner).stage_id = stage
        self.assertEqual(lead.plan_run_ids.user_id, self.user_owner)
        self._make_rule(launch_on="tag", tag_id=tag.id)
        lead = self._create_lead("Tagged")
        self.assertFalse(lead.plan_run_ids)
        lead.tag_ids = tag
        self.assertEqual(len(lead.plan_run_ids), 1)

    def test_form_of_the_website(self):
        """The salesperson's name is on it, and never the visitor's."""
        self._make_rule(launch_on="website")
        website = self.env.ref("utm.utm_medium_website")
        for user in (self.env["res.users"].browse(SUPERUSER_ID), self.user_public):
            lead = (
                self.env["crm.lead"]
                .with_user(user)
                .sudo()
                .create(self._prepare_lead("Form", medium_id=website.id))
            )
            run = lead.plan_run_ids
            self.assertEqual(run.user_id, self.user_owner)
            self.assertEqual(run.line_ids.user_id, self.user_owner)
            self.assertEqual(run.line_ids.activity_id.create_uid, self.user_owner)
            self.assertNotIn(user.partner_id, lead.message_partner_ids)
        lead = self._create_lead("By hand")
        self.assertFalse(lead.plan_run_ids)

    def test_form_without_a_salesperson(self):
        """It is the team leader's."""
        self._make_rule(launch_on="website")
        self.call_plan.template_ids.responsible_type = "team_leader"
        website = self.env.ref("utm.utm_medium_website")
        lead = (
            self.env["crm.lead"]
            .with_user(self.user_public)
            .sudo()
            .create(self._prepare_lead("Form", medium_id=website.id, user_id=False))
        )
        self.assertEqual(lead.plan_run_ids.user_id, self.user_manager)

    def _count_creation(self, count):
        """:returns: the queries of creating leads, with what rules do then"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        leads = self._create_leads(count)
        self.env.flush_all()
        queries = sql_db.sql_counter - before
        is_on = self.call_plan._find_rules().active
        self.assertEqual(len(leads.plan_run_ids), count if is_on else 0)
        return queries

    def test_many_leads_at_once(self):
        """The number of queries doesn't grow with theirs; above 500, they are launched
        on in the background."""
        self._make_rule()
        rule = self.call_plan._find_rules()
        added = {}
        for count in (2, 20, 200):
            rule.active = False
            self._count_creation(count)
            alone = self._count_creation(count)
            rule.active = True
            self._count_creation(count)
            added[count] = self._count_creation(count) - alone
        # The ORM writes a hundred rows at once.
        self.assertLess(added[200], added[2] + 25, added)
        launches = self.env["mail.activity.plan.launch"].search_count([])
        self._create_leads(501)
        self.assertEqual(
            self.env["mail.activity.plan.launch"].search_count([]), launches + 1
        )

    def test_emails_to_many_at_once(self):
        self._create_leads(2)
        self._switch_on("rule_lead_converted")
        leads = self._create_leads(60, type="lead")
        self._get_new_mails()
        leads.write({"type": "opportunity"})
        self.assertEqual(len(self._get_new_mails()), 60)

    def test_emails_of_a_recomputation(self):
        """As in core, it sends none."""
        self._switch_on("rule_lead_converted")
        leads = self._create_leads(2, type="lead")
        self._get_new_mails()
        actions = type(self.env["ir.actions.server"])
        self.patch(actions, "_is_recompute", lambda action: True)
        leads.write({"type": "opportunity"})
        self.assertFalse(self._get_new_mails())

    def test_what_is_done_of_a_batch(self):
        """The rule still has to look at records that it left out."""
        stage = self.env["crm.stage"].create({"name": "Visit"})
        leads = self._create_lead("There", stage_id=stage.id) + self._create_leads(2)
        rule = self._make_rule(launch_on="stage", stage_id=stage.id)
        seen = []
        self.patch(
            type(self.env["ir.actions.server"]),
            "_run_action_launch_plan_multi",
            lambda action, eval_context=None: seen.append(
                action.env.context["__action_done"][rule]
            ),
        )
        leads.write({"stage_id": stage.id})
        self.assertEqual(seen, [leads[1:]])

    def test_context_of_a_client(self):
        """It adds nothing to a rule that is made with more rights."""
        wizard = self.env["mail.activity.plan.rule"].with_user(self.user_manager)
        wizard = wizard.create({"plan_id": self.call_plan.id})
        wizard.with_context(
            default_active=False,
            default_code="raise UserError('Mine')",
            default_filter_domain="model.browse().mine()",
            default_filter_pre_domain="model.browse().mine()",
        ).action_create_rule()
        rule = self.call_plan._find_rules()
        self.assertTrue(rule.active)
        self.assertFalse(rule.filter_domain)
        self.assertFalse(rule.filter_pre_domain)
        self.assertNotIn("Mine", rule.action_server_ids.code or "")

    def test_refused(self):
        partner_plan = self._create_plan(
            "Partners", self._step(self.type_call, "Call"), res_model="res.partner"
        )
        for values, message in (
            ({"launch_on": "stage"}, "Choose the stage"),
            ({"launch_on": "tag"}, "Choose the tag"),
            ({"launch_on": "website", "plan_id": partner_plan.id}, "Only plans"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._make_rule(self.user_system, **values)
        with self.assertRaises(AccessError):
            self._make_rule(plan_id=partner_plan.id)
        self.assertFalse(self.call_plan._find_rules())
        with self.assertRaises(AccessError):
            self._make_rule(self.user_owner)
        with self.assertRaises(AccessError):
            self.call_plan.with_user(self.user_manager).action_view_rules()
        action = self.call_plan.with_user(self.user_system).action_view_rules()
        self.assertEqual(action["res_model"], "base.automation")
