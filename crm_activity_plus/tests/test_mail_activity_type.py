# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .activity_type_common import ActivityTypeCommon


@tagged("crm_activity_plus")
class TestActivityTypeBuiltIn(ActivityTypeCommon):
    """Rows A1, E1 and E2."""

    def test_crm_list_shows_built_in_and_custom_types(self):
        custom = self._create_type(
            "Site visit", applies_to_ids=self._create_model_ids("crm.lead")
        )
        action = self.env.ref("sales_team.mail_activity_type_action_config_sales")
        shown = self.env["mail.activity.type"].search(safe_eval(action.domain))
        for activity_type in (
            self.type_email,
            self.type_call,
            self.type_meeting,
            self.type_todo,
            self.type_upload,
            self.env.ref("crm_activity_plus.mail_activity_type_webinar"),
            self.env.ref("crm_activity_plus.mail_activity_type_letter"),
            custom,
        ):
            self.assertIn(activity_type, shown)

    def test_webinar_has_a_duration(self):
        webinar = self.env.ref("crm_activity_plus.mail_activity_type_webinar")
        self.assertEqual((webinar.code, webinar.default_duration), ("webinar", 1))

    def test_administrator_adds_a_type(self):
        self.env["mail.activity.type"].with_user(self.user_system).create(
            {"name": "Site visit"}
        )

    def test_manager_adds_no_type(self):
        with self.assertRaisesRegex(AccessError, "Only administrators"):
            self.env["mail.activity.type"].with_user(self.user_manager).create(
                {"name": "Site visit"}
            )

    def test_manager_changes_no_type(self):
        with self.assertRaisesRegex(AccessError, "Only administrators"):
            self.type_call.with_user(self.user_manager).name = "Ring"

    def test_manager_deletes_no_type(self):
        custom = self._create_type("Site visit")
        with self.assertRaisesRegex(AccessError, "Only administrators"):
            custom.with_user(self.user_manager).unlink()

    def test_salesperson_reads_types(self):
        self.assertEqual(self.type_call.with_user(self.user_owner).code, "call")


@tagged("crm_activity_plus")
class TestActivityTypeCode(ActivityTypeCommon):
    """Row E3."""

    def test_types_of_core_have_fixed_codes(self):
        types = (
            self.type_email
            + self.type_call
            + self.type_meeting
            + self.type_todo
            + self.type_upload
        )
        self.assertEqual(
            types.mapped("code"),
            ["email", "call", "meeting", "todo", "upload_document"],
        )

    def test_every_type_has_a_code(self):
        types = self.env["mail.activity.type"].with_context(active_test=False)
        self.assertFalse(types.search([("code", "in", (False, ""))]))

    def test_code_is_made_from_the_name(self):
        self.assertEqual(
            self._create_type("Envoyer l'échantillon").code, "envoyer_l_echantillon"
        )

    def test_types_of_one_name_get_different_codes(self):
        types = self.env["mail.activity.type"].create(
            [{"name": "Demo"}, {"name": "Demo"}]
        )
        self.assertEqual(types.mapped("code"), ["demo", "demo_2"])

    def test_code_can_be_chosen_at_creation(self):
        self.assertEqual(
            self._create_type("Visit", code="site_visit").code, "site_visit"
        )

    def test_code_in_use_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_type("Another call", code="call")

    def test_code_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Site Visit!"):
            self._create_type("Visit", code="Site Visit!")

    def test_name_changes_without_the_code(self):
        custom = self._create_type("Visit")
        custom.name = "Call at the customer's"
        self.assertEqual(custom.code, "visit")

    def test_code_cant_be_changed(self):
        custom = self._create_type("Visit")
        with self.assertRaisesRegex(UserError, "can't be changed"):
            custom.code = "other"

    def test_code_cant_be_emptied(self):
        custom = self._create_type("Visit")
        with self.assertRaises(UserError):
            custom.code = False
            custom.flush_recordset()
        self.assertEqual(custom.code, "visit")

    def test_copy_gets_its_own_code(self):
        custom = self._create_type("Visit")
        self.assertNotEqual(custom.copy().code, custom.code)

    def test_renamed_types_of_core_get_their_codes_when_installed_later(self):
        """As on a database where the addon comes after the users' own changes."""
        self.type_email.name = "Courriel"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mail_activity_type ALTER code DROP NOT NULL")
        self.env.cr.execute("UPDATE mail_activity_type SET code = NULL")
        self.env.invalidate_all()
        types = (
            self.env["mail.activity.type"].with_context(active_test=False).search([])
        )
        self.env.add_to_compute(types._fields["code"], types)
        types.flush_recordset()
        self.assertEqual(self.type_email.code, "email")
        self.assertEqual(self.type_call.code, "call")


@tagged("crm_activity_plus")
class TestActivityTypeAppliesTo(ActivityTypeCommon):
    """Row E4: the applications whose records a type can be used on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_everywhere = cls._create_type("Everywhere", sequence=-1)
        cls.type_lead = cls._create_type(
            "Leads only", sequence=-2, applies_to_ids=cls._create_model_ids("crm.lead")
        )
        cls.type_partner = cls._create_type(
            "Contacts only",
            sequence=-3,
            applies_to_ids=cls._create_model_ids("res.partner"),
        )
        # As a type for several other applications is: without a model of its own.
        cls.type_foreign = cls._create_type(
            "Elsewhere",
            sequence=-4,
            res_model=False,
            applies_to_ids=cls._create_model_ids("res.partner"),
        )

    def assertOffered(self, offered):
        self.assertIn(self.type_everywhere, offered)
        self.assertIn(self.type_lead, offered)
        self.assertNotIn(self.type_partner, offered)
        self.assertNotIn(self.type_foreign, offered)

    def test_schedule_popup_offers_what_applies(self):
        self.assertOffered(self._get_choice("mail.activity.schedule", "crm.lead"))

    def test_activity_form_offers_what_applies(self):
        self.assertOffered(self._get_choice("mail.activity", "crm.lead"))

    def test_plan_step_offers_what_applies(self):
        self.assertOffered(
            self._get_choice(
                "mail.activity.plan.template", "crm.lead", self.user_manager
            )
        )

    def test_type_for_two_applications_is_offered_on_both(self):
        both = self._create_type(
            "Both", applies_to_ids=self._create_model_ids("crm.lead", "res.partner")
        )
        for res_model in ("crm.lead", "res.partner"):
            self.assertIn(both, self._get_choice("mail.activity.schedule", res_model))

    def test_default_type_applies(self):
        default = self.env["mail.activity"]._default_activity_type_for_model("crm.lead")
        self.assertEqual(default, self.type_lead)

    def test_default_type_without_a_record_applies_everywhere(self):
        default = self.env["mail.activity"]._default_activity_type_for_model(False)
        self.assertEqual(default, self.type_everywhere)

    def test_schedule_popup_starts_with_a_type_that_applies(self):
        self.assertEqual(
            self._open_schedule(self.lead).activity_type_id, self.type_lead
        )

    def test_schedule_popup_changes_the_type_with_the_application(self):
        popup = self.env["mail.activity.schedule"].create(
            {"res_model": "res.partner", "res_ids": str(self.partner.ids)}
        )
        popup.activity_type_id = self.type_foreign
        popup.write({"res_model": "crm.lead", "res_ids": str(self.lead.ids)})
        self.assertEqual(popup.activity_type_id, self.type_lead)

    def test_activity_without_a_type_gets_one_that_applies(self):
        activity = self.lead.activity_schedule(summary="Whatever")
        self.assertEqual(activity.activity_type_id, self.type_lead)

    def test_columns_of_the_activity_view_apply(self):
        data = self.env["mail.activity"].get_activity_data("crm.lead", [])
        shown = self.env["mail.activity.type"].browse(
            row["id"] for row in data["activity_types"]
        )
        self.assertOffered(shown)

    def test_create_refuses_what_doesnt_apply(self):
        with self.assertRaisesRegex(ValidationError, "“Elsewhere” can't be used here"):
            self._schedule(activity_type_id=self.type_foreign.id)

    def test_create_without_record_refuses_what_is_for_records(self):
        with self.assertRaisesRegex(ValidationError, "Leads only"):
            self.env["mail.activity"].create(
                {"activity_type_id": self.type_lead.id, "user_id": self.user_owner.id}
            )

    def test_write_refuses_what_doesnt_apply(self):
        activity = self._schedule()
        with self.assertRaisesRegex(ValidationError, "Contacts only"):
            activity.activity_type_id = self.type_partner

    def test_plan_step_refuses_what_doesnt_apply(self):
        for activity_type in (self.type_foreign, self.type_partner):
            with (
                self.subTest(activity_type=activity_type.name),
                self.assertRaisesRegex(ValidationError, "Bad plan"),
            ):
                self._create_plan("Bad plan", self._step(activity_type, "Bad"))

    def test_type_in_a_plan_cant_stop_applying_to_it(self):
        with self.assertRaisesRegex(ValidationError, self.plan.name):
            self.type_call.applies_to_ids = self._create_model_ids("res.partner")

    def test_to_do_is_for_all_applications(self):
        with self.assertRaisesRegex(ValidationError, "falls back"):
            self.type_todo.applies_to_ids = self._create_model_ids("crm.lead")

    def test_type_for_one_application_belongs_to_its_model(self):
        self.assertEqual(self.type_lead.res_model, "crm.lead")

    def test_type_for_two_applications_belongs_to_none(self):
        both = self._create_type(
            "Both", applies_to_ids=self._create_model_ids("crm.lead", "res.partner")
        )
        self.assertFalse(both.res_model)
