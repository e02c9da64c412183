# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import sql_db
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus")
class TestPartnerActivities(CrmActivityPlusCommon):
    """Row C5: the activities on a contact's documents are found from the contact."""

    def _count(self, partner=None, user=None):
        partner = (partner or self.partner).with_user(user or self.user_owner)
        partner.invalidate_recordset()
        return partner.document_activity_count, partner.document_activity_open_count

    def _list(self, partner=None, user=None):
        partner = (partner or self.partner).with_user(user or self.user_owner)
        action = partner.action_view_document_activities()
        return (
            partner.env["mail.activity"]
            .with_context(active_test=False)
            .search(action["domain"])
            .sudo()
        )

    def test_open_and_done(self):
        self.assertEqual(self._count(), (0, 0))
        first = self._schedule()
        second = self._schedule(record=self.partner)
        self.assertEqual(self._count(), (2, 2))
        first.complete()
        self.assertEqual(self._count(), (2, 1))
        second.action_cancel()
        self.assertEqual(self._count(), (2, 0))
        self.assertEqual(self._list(), first + second)

    def test_on_hold_is_open(self):
        self._schedule().action_hold()
        self.assertEqual(self._count(), (1, 1))

    def test_people_count_for_their_company(self):
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.partner.id}
        )
        lead = self._create_lead("Of a person", partner_id=person.id)
        activity = self._schedule(lead)
        self.assertEqual(self._count(person), (1, 1))
        self.assertEqual(self._count(), (1, 1))
        person.active = False
        self.assertEqual(self._count(), (1, 1))
        self.assertEqual(self._list(), activity)

    def test_only_what_may_be_seen(self):
        lead = self._create_lead(
            "Of a colleague",
            partner_id=self.partner.id,
            user_id=self.user_colleague.id,
        )
        activity = self._schedule(
            lead, user=self.user_colleague, user_id=self.user_colleague.id
        )
        self.assertEqual(self._count(), (0, 0))
        self.assertFalse(self._list())
        self.assertEqual(self._count(user=self.user_colleague), (1, 1))
        self.assertEqual(self._list(user=self.user_manager), activity)

    def test_it_follows_the_lead(self):
        self._schedule()
        other = self.env["res.partner"].create({"name": "Other"})
        self.lead.partner_id = other
        self.assertEqual(self._count(), (0, 0))
        self.assertEqual(self._count(other), (1, 1))

    def test_filters(self):
        view = self.env["mail.activity"].get_view(
            self.env.ref("crm_activity_plus.mail_activity_view_search_partner").id,
            "search",
        )
        for name in ("open", "done", "overdue", "group_by_document"):
            self.assertIn(f'name="{name}"', view["arch"])

    def test_documents_can_be_opened(self):
        activity = self._schedule()
        action = activity.action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.lead", self.lead.id)
        )

    def test_queries(self):
        def count(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = sql_db.sql_counter
            partners.with_user(self.user_owner).mapped("document_activity_count")
            return sql_db.sql_counter - before

        partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}"} for number in range(30)]
        )
        for partner in partners:
            lead = self._create_lead("Lead", partner_id=partner.id)
            self._schedule(lead)
        count(partners)
        one = count(partners[:1])
        self.assertLessEqual(count(partners), one + 1)


@tagged("crm_activity_plus")
class TestActionMenu(CrmActivityPlusCommon):
    """Row C5: activities and plans are in the Action menu of every model."""

    def _get_names(self, model, user=None, view_type="list", lang="en_US"):
        actions = (
            self.env["ir.actions.actions"]
            .with_user(user or self.user_owner)
            .with_context(lang=lang)
            .get_bindings(model)
            .get("action", ())
        )
        return [
            action["name"]
            for action in actions
            if view_type in action["binding_view_types"].split(",")
        ]

    def test_every_model_with_activities(self):
        mixin = self.registry["mail.activity.mixin"]
        models = [
            model
            for model in self.env.registry
            if isinstance(self.env[model], mixin)
            and not self.env[model]._abstract
            and not self.env[model]._transient
        ]
        self.assertIn("crm.lead", models)
        self.assertIn("res.partner", models)
        for model in models:
            with self.subTest(model):
                names = self._get_names(model, self.user_system)
                records = self.env[model].with_user(self.user_system)
                self.assertEqual(
                    names.count("Launch Plan"), int(records.has_access("write"))
                )
                operation = getattr(records, "_mail_post_access", "write")
                self.assertEqual(
                    "Create Activity" in names,
                    records.has_access("read") and records.has_access(operation),
                )

    def test_views(self):
        for view_type in ("list", "form"):
            self.assertIn(
                "Create Activity", self._get_names("crm.lead", None, view_type)
            )
        views = (
            self.env["crm.lead"]
            .with_user(self.user_owner)
            .get_views([(False, "form")], {"toolbar": True})
        )
        names = [a["name"] for a in views["views"]["form"]["toolbar"]["action"]]
        self.assertIn("Create Activity", names)
        self.assertIn("Launch Plan", names)

    def test_models_without_activities(self):
        for model in ("res.currency", "mail.activity.mixin", "mail.activity.schedule"):
            self.assertNotIn("Create Activity", self._get_names(model))

    def test_only_where_the_user_may(self):
        """A portal user has none; nor has who may not change the records."""
        self.assertNotIn("Launch Plan", self._get_names("crm.lead", self.user_portal))
        nobody = self._create_user("Ned Nobody", "base.group_user")
        self.assertNotIn("Launch Plan", self._get_names("crm.lead", nobody))
        self.assertNotIn("Create Activity", self._get_names("crm.lead", nobody))

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        action = self.env.ref("crm_activity_plus.mail_activity_schedule_action_plan")
        action.with_context(lang="fr_FR").name = "Lancer un plan"
        for lang, name in (("fr_FR", "Lancer un plan"), ("en_US", "Launch Plan")):
            self.assertIn(name, self._get_names("crm.lead", lang=lang))
