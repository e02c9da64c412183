# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import CrmActivityPlusCommon


class ActivityTypeCommon(CrmActivityPlusCommon):
    def _get_choice(self, model_name, res_model, user=None):
        """:returns: the types that a user is offered in the field of a model, for
        records of ``res_model``"""
        env = self.env(user=user or self.user_owner)
        field = env[model_name].fields_get(["activity_type_id"])["activity_type_id"]
        domain = Domain(safe_eval(field["domain"], {"res_model": res_model}))
        return env["mail.activity.type"].search(domain).sudo()

    def _open_schedule(self, record):
        """:returns: the form of the Schedule Activity pop-up"""
        return Form(
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(
                active_model=record._name, active_id=record.id, active_ids=record.ids
            )
        )

    def _open_activity(self, record):
        """:returns: the form of a new activity"""
        return Form(
            self.env["mail.activity"]
            .with_user(self.user_owner)
            .with_context(default_res_model=record._name, default_res_id=record.id),
            view="mail.mail_activity_view_form_popup",
        )


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


@tagged("crm_activity_plus")
class TestActivityTypePrefill(ActivityTypeCommon):
    """Rows A2, A6 and E4: what a type gives a new activity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_type(
            "Site visit",
            summary="Visit the site",
            default_note="<p>Bring the samples</p>",
            default_user_id=cls.user_manager.id,
            default_duration=1.5,
            delay_count=2,
            delay_unit="weeks",
            delay_from="current_date",
            icon="fa-car",
        )

    @freeze_time("2026-03-02 12:00:00")
    def test_schedule_popup_is_prefilled(self):
        popup = self._open_schedule(self.lead)
        popup.activity_type_id = self.custom
        self.assertEqual(popup.summary, "Visit the site")
        self.assertIn("Bring the samples", popup.note)
        self.assertEqual(popup.activity_user_id, self.user_manager)
        self.assertEqual(popup.date_deadline, date(2026, 3, 16))

    @freeze_time("2026-03-02 12:00:00")
    def test_prefilled_values_can_be_changed(self):
        popup = self._open_schedule(self.lead)
        popup.activity_type_id = self.custom
        popup.summary = "Visit the new site"
        popup.activity_user_id = self.user_owner
        popup.date_deadline = "2026-03-20"
        popup.save().action_schedule_activities()
        activity = self.lead.activity_ids
        self.assertEqual(activity.summary, "Visit the new site")
        self.assertEqual(activity.user_id, self.user_owner)
        self.assertEqual(activity.date_deadline, date(2026, 3, 20))

    @freeze_time("2026-03-02 12:00:00")
    def test_activity_form_is_prefilled(self):
        form = self._open_activity(self.lead)
        form.activity_type_id = self.custom
        activity = form.save()
        self.assertEqual(activity.summary, "Visit the site")
        self.assertIn("Bring the samples", activity.note)
        self.assertEqual(activity.user_id, self.user_manager)
        self.assertEqual(activity.date_deadline, date(2026, 3, 16))
        self.assertEqual(activity.icon, "fa-car")

    def test_without_default_user_the_creator_gets_it(self):
        self.custom.default_user_id = False
        form = self._open_activity(self.lead)
        form.activity_type_id = self.custom
        self.assertEqual(form.save().user_id, self.user_owner)

    @freeze_time("2026-03-02 12:00:00")
    def test_deadline_can_count_from_the_previous_deadline(self):
        """The next activity of a chain, done too early."""
        self.custom.write({"delay_from": "previous_activity", "delay_unit": "months"})
        first = self._create_type("First", triggered_next_type_id=self.custom.id)
        activity = self._schedule(activity_type_id=first.id, date_deadline="2026-03-10")
        activity.action_done()
        following = self.lead.activity_ids.filtered("active")
        self.assertEqual(following.activity_type_id, self.custom)
        self.assertEqual(following.date_deadline, date(2026, 5, 10))

    @freeze_time("2026-03-02 12:00:00")
    def test_deadline_can_count_from_the_completion(self):
        first = self._create_type("First", triggered_next_type_id=self.custom.id)
        activity = self._schedule(activity_type_id=first.id, date_deadline="2026-03-10")
        activity.action_done()
        self.assertEqual(
            self.lead.activity_ids.filtered("active").date_deadline, date(2026, 3, 16)
        )

    def test_default_duration_gives_the_end(self):
        activity = self._schedule(
            activity_type_id=self.custom.id, date_start="2026-03-02 09:00:00"
        )
        self.assertEqual(activity.duration, 1.5)
        self.assertEqual(str(activity.date_end), "2026-03-02 10:30:00")

    def test_negative_duration_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_type("Back in time", default_duration=-1)

    def test_email_templates_are_offered_beside_the_activity(self):
        template = self.env["mail.template"].create(
            {"name": "Quotation", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        self.custom.mail_template_ids = template
        activity = self._schedule(activity_type_id=self.custom.id)
        [shown] = activity.activity_format()["mail.activity"]
        self.assertEqual(shown["mail_template_ids"], template.ids)

    def test_limiting_a_type_keeps_its_email_templates(self):
        template = self.env["mail.template"].create(
            {"name": "Quotation", "model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        self.custom.mail_template_ids = template
        self.custom.applies_to_ids = self._create_model_ids("crm.lead")
        self.assertEqual(self.custom.mail_template_ids, template)

    def test_email_of_a_template_is_sent(self):
        template = self.env["mail.template"].create(
            {
                "name": "Quotation",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Your desks",
                "body_html": "<p>Ten desks for you</p>",
                "email_to": "customer@test.example.com",
            }
        )
        self.custom.mail_template_ids = template
        self._schedule(activity_type_id=self.custom.id)
        with self.mock_mail_gateway():
            self.lead.activity_send_mail(template.id)
        self.assertIn("Ten desks for you", self.lead.message_ids[0].body)

    @freeze_time("2026-03-02 12:00:00")
    def test_overdue_today_and_planned_are_told_apart(self):
        """Row A7."""
        for day, state in (("01", "overdue"), ("02", "today"), ("03", "planned")):
            with self.subTest(state=state):
                activity = self._schedule(date_deadline=f"2026-03-{day}")
                self.assertEqual(activity.state, state)
                self.assertEqual(self.lead.activity_state, state)
                activity.action_done()
                self.assertEqual(activity.state, "done")
                self.lead.invalidate_recordset()
                self.assertFalse(self.lead.activity_state)


@tagged("crm_activity_plus")
class TestActivityTypeDelete(ActivityTypeCommon):
    """Row E6."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_type("Site visit", sequence=-1)

    def _delete_with_activity(self):
        activity = self._schedule(activity_type_id=self.custom.id)
        self.custom.with_user(self.user_system).unlink()
        return activity

    def test_unused_type_is_gone(self):
        self.custom.with_user(self.user_system).unlink()
        self.assertFalse(self.custom.exists())

    def test_open_activity_keeps_its_type(self):
        activity = self._delete_with_activity()
        self.assertEqual(activity.activity_type_id, self.custom)
        self.assertTrue(activity.active)
        self.assertTrue(self.custom.deleted)

    def test_open_activity_can_be_completed(self):
        activity = self._delete_with_activity()
        activity.action_feedback("Seen")
        self.assertEqual(activity.status, "done")
        self.assertEqual(self.lead.message_ids[0].mail_activity_type_id, self.custom)

    def test_open_activity_can_be_rescheduled(self):
        activity = self._delete_with_activity()
        activity.date_deadline = "2026-12-24"
        self.assertEqual(activity.date_deadline, date(2026, 12, 24))

    def test_done_activity_keeps_its_type(self):
        activity = self._schedule(activity_type_id=self.custom.id)
        activity.action_done()
        self.custom.with_user(self.user_system).unlink()
        self.assertEqual(activity.activity_type_id, self.custom)

    def test_type_name_is_still_shown_to_salespeople(self):
        activity = self._delete_with_activity()
        self.assertEqual(activity.activity_type_id.display_name, "Site visit")

    def test_deleted_type_is_gone_from_every_choice(self):
        self._delete_with_activity()
        for model_name in (
            "mail.activity",
            "mail.activity.schedule",
            "mail.activity.plan.template",
        ):
            with self.subTest(model=model_name):
                self.assertNotIn(self.custom, self._get_choice(model_name, "crm.lead"))

    def test_deleted_type_is_gone_from_the_configuration_list(self):
        self._delete_with_activity()
        action = self.env.ref("sales_team.mail_activity_type_action_config_sales")
        self.assertNotIn(
            self.custom, self.env["mail.activity.type"].search(safe_eval(action.domain))
        )

    def test_deleted_type_is_no_default(self):
        self._delete_with_activity()
        default = self.env["mail.activity"]._default_activity_type_for_model("crm.lead")
        self.assertNotEqual(default, self.custom)

    def test_new_activity_of_a_deleted_type_is_refused(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            self._schedule(activity_type_id=self.custom.id)

    def test_activity_cant_be_turned_into_a_deleted_type(self):
        self._delete_with_activity()
        other = self._schedule()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            other.activity_type_id = self.custom

    def test_new_step_of_a_deleted_type_is_refused(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(ValidationError, "was deleted"):
            self._create_plan("Late", self._step(self.custom, "Visit"))

    def test_plan_with_a_deleted_type_isnt_launched(self):
        plan = self._create_plan("Visits", self._step(self.custom, "Visit"))
        self.custom.with_user(self.user_system).unlink()
        with self.assertRaisesRegex(UserError, "“Site visit” was deleted"):
            plan.launch(self.lead.ids)

    def test_waiting_step_of_a_deleted_type_is_still_scheduled(self):
        """A run goes on as it was launched."""
        plan = self._create_plan(
            "Visits",
            self._step(self.type_call, "Call"),
            self._step(self.custom, "Visit"),
        )
        plan.template_ids[1].after_ids = plan.template_ids[0]
        run = self._launch(plan=plan)
        self.custom.with_user(self.user_system).unlink()
        run.line_ids[0].activity_id.action_done()
        self.assertEqual(run.line_ids[1].activity_id.activity_type_id, self.custom)

    def test_other_types_dont_suggest_a_deleted_type(self):
        other = self._create_type("Other", suggested_next_type_ids=self.custom.ids)
        self._delete_with_activity()
        self.assertFalse(other.with_context(active_test=False).suggested_next_type_ids)

    def test_other_types_dont_trigger_a_deleted_type(self):
        other = self._create_type("Other", triggered_next_type_id=self.custom.id)
        self._delete_with_activity()
        self.assertFalse(other.triggered_next_type_id)

    def test_deleted_type_cant_be_restored(self):
        self._delete_with_activity()
        custom = self.custom.with_user(self.user_system)
        for values in ({"active": True}, {"deleted": False}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "can't be restored"),
            ):
                custom.write(values)

    def test_deleted_type_cant_be_unarchived(self):
        self._delete_with_activity()
        with self.assertRaisesRegex(UserError, "can't be restored"):
            self.custom.with_user(self.user_system).action_unarchive()

    def test_archived_type_can_be_restored(self):
        self.custom.with_user(self.user_system).action_archive()
        self.custom.with_user(self.user_system).action_unarchive()
        self.assertTrue(self.custom.active)

    def test_archived_list_doesnt_show_deleted_types(self):
        self._delete_with_activity()
        view = self.env["mail.activity.type"].get_view(
            self.env.ref("mail.mail_activity_type_view_search").id, "search"
        )
        self.assertIn("('deleted', '=', False)", view["arch"])

    def test_new_type_may_have_the_name_of_a_deleted_one(self):
        self._delete_with_activity()
        self.assertEqual(self._create_type("Site visit").code, "site_visit_2")

    def test_built_in_types_refuse(self):
        for activity_type in (
            self.type_email
            + self.type_call
            + self.type_meeting
            + self.type_todo
            + self.type_upload
            + self.env.ref("crm_activity_plus.mail_activity_type_webinar")
            + self.env.ref("crm_activity_plus.mail_activity_type_letter")
        ):
            with (
                self.subTest(code=activity_type.code),
                self.assertRaisesRegex(UserError, "You cannot delete"),
            ):
                activity_type.with_user(self.user_system).unlink()

    def test_built_in_type_in_a_selection_keeps_all(self):
        with self.assertRaises(UserError):
            (self.custom + self.type_call).with_user(self.user_system).unlink()
        self.assertTrue(self.custom.exists())
        self.assertFalse(self.custom.deleted)

    def test_suggested_types_are_offered_after_done(self):
        """Row A4, on a type that is in use."""
        self.type_call.suggested_next_type_ids = [Command.set(self.custom.ids)]
        activity = self._schedule()
        action = activity.action_feedback_schedule_next()
        following = self.env["mail.activity"].with_context(**action["context"]).new({})
        self.assertTrue(following.has_recommended_activities)
