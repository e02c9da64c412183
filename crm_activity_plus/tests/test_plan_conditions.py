# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon

# Who would be an administrator, if it were evaluated.
ATTACK = "[('id', '=', user.sudo().write({'group_ids': [(4, %s)]}) and 1)]"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanConditions(CrmActivityPlusCommon):
    """What a manager types as a condition is data."""

    def setUp(self):
        super().setUp()
        self.manager_plan = self.plan.with_user(self.user_manager)
        self.step = self.manager_plan.template_ids[1]

    def _save_everywhere(self, text):
        """:returns: functions that save a condition in each of the places"""
        create = self.env["mail.activity.plan"].with_user(self.user_manager).create
        values = {"name": "New", "res_model": "crm.lead"}
        step = self._step(self.type_call, "Call")
        create_step = self.manager_plan.template_ids.create
        return {
            "domain": lambda: self.manager_plan.write({"domain": text}),
            "exit_domain": lambda: self.manager_plan.write({"exit_domain": text}),
            "condition_domain": lambda: self.step.write({"condition_domain": text}),
            "create": lambda: create({**values, "domain": text}),
            "create exit": lambda: create({**values, "exit_domain": text}),
            "create step": lambda: create_step(
                {**step, "plan_id": self.plan.id, "condition_domain": text}
            ),
            "create line": lambda: create(
                {
                    **values,
                    "template_ids": [
                        Command.create({**step, "condition_domain": text})
                    ],
                }
            ),
            "write line": lambda: self.manager_plan.write(
                {
                    "template_ids": [
                        Command.update(self.step.id, {"condition_domain": text})
                    ]
                }
            ),
            "default": lambda: self.env["mail.activity.plan"]
            .with_user(self.user_manager)
            .with_context(default_exit_domain=text)
            .create(values),
            "default of a step": lambda: create_step.__self__.with_context(
                default_condition_domain=text
            ).create({**step, "plan_id": self.plan.id}),
            "copy": lambda: self.manager_plan.copy({"domain": text}),
            "copy of a step": lambda: self.step.copy({"condition_domain": text}),
            "import": lambda: self._load(
                ["name", "res_model", "exit_domain"], ["New", "crm.lead", text]
            ),
        }

    def _load(self, names, row):
        result = (
            self.env["mail.activity.plan"]
            .with_user(self.user_manager)
            .load(names, [row])
        )
        if not result["ids"]:
            raise ValidationError(result["messages"][0]["message"])

    def assertRefusedEverywhere(self, text, message=""):
        for name, save in self._save_everywhere(text).items():
            with (
                self.subTest(name, text=repr(text)[:60]),
                self.assertRaisesRegex(ValidationError, message),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                save()
            self.env.invalidate_all()

    def test_code_is_refused_everywhere(self):
        group = self.env.ref("base.group_system")
        self.assertRefusedEverywhere(ATTACK % group.id, "is not understood")
        self.assertNotIn(group, self.user_manager.all_group_ids)

    def test_old_code_is_not_evaluated(self):
        """It may be in the database still."""
        group = self.env.ref("base.group_system")
        attack = ATTACK % group.id
        run = self._launch()
        self.env.flush_all()
        for table, column in (
            ("mail_activity_plan", "domain"),
            ("mail_activity_plan", "exit_domain"),
            ("mail_activity_plan_template", "condition_domain"),
            ("mail_activity_plan_run", "exit_domain"),
            ("mail_activity_plan_run_line", "condition_domain"),
        ):
            self.env.cr.execute(f"UPDATE {table} SET {column} = %s", [attack])
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with self.assertRaisesRegex(UserError, "is not understood"):
            self._launch(self._create_lead("Another"))
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING"):
            self.lead.with_user(self.user_owner).priority = "3"
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING"):
            run._stop_where_met()
        self.assertEqual(run.state, "running", "it isn't taken as met")
        for user in (self.user_manager, self.user_owner, self.env.user):
            if user != self.env.user:
                self.assertNotIn(group, user.all_group_ids)

    def test_plan_that_was_made_before_is_not_launched_on_everything(self):
        self.env.cr.execute(
            "UPDATE mail_activity_plan SET domain = %s WHERE id = %s",
            ["[('company_id', '=', user.company_id.id)]", self.plan.id],
        )
        self.env.invalidate_all()
        for call in (self._launch, lambda: self.plan.preview(self.lead.ids)):
            with self.assertRaisesRegex(
                UserError, f"{self.plan.name}.*user.company_id.id.*uid"
            ):
                call()

    def test_absurd_texts_are_refused_everywhere(self):
        for text in (
            "x" * 10**7,
            "[" * 10_000 + "]" * 10_000,
            "-" * 40_000 + "1",
            "[('name', '=', '\0')]",
            "[('name', '=', '\\x00')]",
            "[('name', '=', '\ud800')]",
            "[('id', '=', 10 ** 10 ** 10)]",
        ):
            self.assertRefusedEverywhere(text, "can't be (evaluated|stored)")

    def test_sentences_say_what_to_write(self):
        for text, message in (
            ("[('user_id', '=', user.id)]", "“user.id” is not understood.*“uid”"),
            (
                "[('date_deadline', '<', context_today())]",
                "“context_today\\(\\)” is not understood.*'today -7d'",
            ),
            ("[('nonsense', '=', 1)]", "no field “nonsense” on “Lead"),
            ("[('name.nonsense', '=', 1)]", "“name.nonsense”.*no other record"),
            ("[('partner_id.nonsense', '=', 1)]", "no field “nonsense” on “Contact”"),
            ("[('name', 'any', [])]", "no other record"),
            ("[('name', 'equals', 1)]", "“equals” is not an operator"),
            ("[('name',)]", "is not a condition"),
            ("[('name', 'in', {})]", "nothing to compare with"),
            ("['|', ('id', '=', 1)]", "missing behind “|”"),
            ("5", "not a list of conditions"),
            ("[('date_deadline', '<', 'tomorrow')]", "doesn't fit its field"),
            ("[('date_deadline', '<', '-7x')]", "doesn't fit its field"),
        ):
            with self.subTest(text):
                with self.assertRaisesRegex(ValidationError, message):
                    self.manager_plan.domain = text
                with self.assertRaisesRegex(ValidationError, message):
                    self.step.condition_domain = text

    def test_what_managers_type(self):
        for text in (
            "[]",
            "[('user_id', '=', uid)]",
            "[('date_deadline', '<', 'today')]",
            "[('date_deadline', '<', today)]",
            "[('create_date', '>=', 'today -7d')]",
            "[('create_date', '>=', '=monday -1m')]",
            "['|', ('priority', 'in', ['2', '3']), ('expected_revenue', '>', -1.5)]",
            "[('partner_id.country_id.code', '=', 'BE')]",
            "[('partner_id', 'any', [('category_id', 'ilike', 'gold')])]",
            "[('activity_ids.user_id', '=', uid)]",
            "[('date_deadline.month_number', '=', 3)]",
            "[('partner_id', 'child_of', 1)]",
            "[('tag_ids', '=', False)]",
            "[('id', 'any', [('name', 'ilike', 'x')])]",
        ):
            with self.subTest(text):
                self.manager_plan.write({"domain": text, "exit_domain": text})
                self.step.condition_domain = text
                self.plan._filter_records(self.lead, text, "any")

    # ------------------------------------------------------------
    # Rights of whoever saves
    # ------------------------------------------------------------

    def test_fields_that_may_not_be_read(self):
        """No oracle: whether the record meets it would tell what is in them."""
        for path, operator, value in (
            ("user_id.password", "like", "x"),
            ("create_uid.totp_secret", "!=", False),
            ("partner_id.signup_type", "like", "x"),
            ("partner_id.user_ids.partner_id.signup_type", "=", "reset"),
            ("company_id.user_ids.password", "like", "x"),
        ):
            text = repr([(path, operator, value)])
            with self.subTest(text):
                self.assertRefusedEverywhere(
                    text, "may not read|can't be searched by|no field"
                )

    def test_fields_of_a_group(self):
        groups = "base.group_system"
        with patch.object(self.env["crm.lead"]._fields["phone"], "groups", groups):
            for text in (
                "[('phone', 'like', '1')]",
                "['!', ('phone', 'like', '1')]",
                "[('partner_id.opportunity_ids.phone', 'like', '1')]",
                "[('partner_id', 'any', [('opportunity_ids.phone', 'like', '1')])]",
                "[('id', 'any', [('phone', '=', '1')])]",
            ):
                self.assertRefusedEverywhere(text, "You may not read “phone”")
            self.plan.with_user(self.user_system).domain = "[('phone', 'like', '1')]"
            # Whoever changes the model of the plan, or copies it, saves it, too.
            with self.assertRaisesRegex(ValidationError, "You may not read"):
                self.manager_plan.copy()

    def test_models_that_may_not_be_read(self):
        """The manager may read none of them, the administrator may."""
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "crm.tag"), ("perm_read", "=", True)]
        )
        access.perm_read = False
        self.env["ir.model.access"].create(
            {
                "name": "tags",
                "model_id": self.env["ir.model"]._get_id("crm.tag"),
                "group_id": self.env.ref("base.group_system").id,
                "perm_read": True,
            }
        )
        self.env.registry.clear_cache()
        for text in (
            "[('tag_ids.name', '=', 'Secret')]",
            "[('tag_ids', 'ilike', 'Secret')]",
            "[('tag_ids', 'in', ['Secret'])]",
            "[('tag_ids', '=', 'Secret')]",
            "[('tag_ids', 'any', [('name', '=', 'Secret')])]",
        ):
            self.assertRefusedEverywhere(text, "You may not read")
        self.manager_plan.domain = "[('tag_ids', '=', False)]"
        self.plan.with_user(self.user_system).domain = "[('tag_ids', 'ilike', 'x')]"

    def test_messages_tell_no_values(self):
        """What was found on the way to a mistake isn't told."""
        self.plan.domain = "[('name', '>', 5)]"
        self.lead.name = "Top secret"
        with self.assertRaisesRegex(
            ValidationError, "can't be (evaluated|stored)"
        ) as caught:
            self._launch()
        self.assertNotIn("secret", str(caught.exception))
        with patch.object(
            Domain, "validate", side_effect=ValueError("Top secret"), autospec=True
        ):
            with self.assertRaisesRegex(ValidationError, "evaluated") as caught:
                self.manager_plan.domain = "[('name', '=', 'a')]"
        self.assertNotIn("secret", str(caught.exception))

    # ------------------------------------------------------------
    # As whom it is looked at
    # ------------------------------------------------------------

    def test_uid_is_whoever_launches(self):
        self.plan.domain = "[('user_id', '=', uid)]"
        self.assertTrue(self._launch())
        skipped = self.plan.with_user(self.user_manager).launch(
            self._create_lead("Hers").ids
        )
        self.assertFalse(skipped["run_ids"])
        self.assertIn("condition", skipped["skipped"][0]["reason"])

    def test_uid_of_a_run_is_whoever_launched_it(self):
        """Whoever saves the record, closes the step before, or is the cron."""
        first, second = self.plan.template_ids[:2]
        second.write({"after_ids": first, "condition_domain": "[('user_id','=',uid)]"})
        self.plan.exit_domain = "[('user_id', '!=', uid), ('priority', '=', '3')]"
        mine = self._launch(user=self.user_owner)
        other = self._launch(self._create_lead("Other"), user=self.user_manager)
        for run in mine + other:
            run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(
            [mine.line_ids[1].state, other.line_ids[1].state], ["scheduled", "skipped"]
        )
        leads = self.env["crm.lead"].browse((mine + other).mapped("res_id"))
        leads.priority = "3"
        self.assertEqual([mine.state, other.state], ["running", "stopped"])

    def test_deleted_launcher_is_nobody(self):
        self.lead.user_id = False
        self.plan.exit_domain = "[('user_id', '=', uid)]"
        run = self._launch(user=self.user_manager)
        run.user_id = False
        run._stop_where_met()
        self.assertEqual(run.state, "running", "nobody isn't everybody's salesperson")

    def test_launcher_need_not_read_what_is_compared(self):
        """It means the same, whoever launches the plan."""
        self.plan.with_user(
            self.user_system
        ).domain = "[('partner_id.name', '=', 'Deco Addict')]"
        rule = {
            "name": "no partner",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "domain_force": repr([("id", "!=", self.partner.id)]),
        }
        self.env["ir.rule"].create(rule)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.partner.with_user(self.user_owner).read(["name"])
        self.assertTrue(self._launch())

    @freeze_time("2026-03-02 23:30:00")
    def test_today_is_that_of_the_launcher(self):
        """In Brussels it is the next day already, whatever the request says."""
        self.plan.exit_domain = "[('date_deadline', '<', 'today')]"
        run = self._launch()
        self.assertEqual(self.user_owner.tz, "Europe/Brussels")
        lead = self.lead.with_context(tz="America/New_York", uid=1)
        lead.date_deadline = "2026-03-02"
        self.assertEqual(run.state, "stopped")

    def test_names_are_in_the_language_of_the_launcher(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        stage = self.env["crm.stage"].create({"name": "Ready"})
        stage.with_context(lang="fr_FR").name = "Prêt"
        self.user_owner.lang = "fr_FR"
        self.plan.exit_domain = "[('stage_id.name', '=', 'Prêt')]"
        run = self._launch()
        self.lead.with_context(lang="en_US").stage_id = stage
        self.assertEqual(run.state, "stopped")

    def test_context_has_no_say(self):
        self.plan.domain = "[('user_id', '=', uid)]"
        met = self.plan.with_context(
            uid=self.user_manager.id, user_id=self.user_manager.id, active_test=False
        )._filter_records(self.lead, self.plan.domain, "any", self.user_owner)
        self.assertEqual(met, self.lead)
        self.assertEqual(met.env, self.lead.env)

    def test_conditions_of_a_run_are_about_its_own_model(self):
        """Also where the plan was changed behind the ORM's back."""
        plan = self._create_plan(
            "Chain", self._step(self.type_call, "A"), self._step(self.type_call, "B")
        )
        plan.template_ids[1].write(
            {
                "after_ids": plan.template_ids[0],
                "condition_domain": "[('expected_revenue', '>', 5)]",
            }
        )
        plan.exit_domain = "[('priority', '=', '3')]"
        run = self._launch(plan=plan)
        self.env.cr.execute(
            "UPDATE mail_activity_plan SET res_model = 'res.partner' WHERE id = %s",
            [plan.id],
        )
        self.env.invalidate_all()
        self.lead.expected_revenue = 10
        run.line_ids[0].activity_id.action_feedback()
        self.assertEqual(run.line_ids[1].state, "scheduled")
        self.lead.priority = "3"
        self.assertEqual(run.state, "stopped")

    def test_dates_move_on(self):
        """The text is kept, not what it meant when it was saved."""
        self.plan.exit_domain = "[('date_deadline', '<', today)]"
        today = Date.context_today(self.lead.with_user(self.user_owner))
        self.lead.date_deadline = today
        run = self._launch()
        run._stop_where_met()
        self.assertEqual(run.state, "running")
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            run._stop_where_met()
        self.assertEqual(run.state, "stopped")
