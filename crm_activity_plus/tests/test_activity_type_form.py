# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestActivityTypeForm(CrmActivityPlusCommon):
    """What an administrator chooses for a type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_visit = cls._create_type("Visit")
        cls.fields_of = cls.env["ir.model.fields"]

    def _field(self, name, model="crm.lead"):
        return self.fields_of._get(model, name)

    def _get_names(self):
        return self.type_visit._get_card_fields().mapped("name")

    def test_fields_stay_in_order(self):
        for name in ("phone", "city", "expected_revenue"):
            self.type_visit.card_field_ids = [Command.link(self._field(name).id)]
        self.assertEqual(self._get_names(), ["phone", "city", "expected_revenue"])
        self.type_visit.card_field_ids = [Command.unlink(self._field("phone").id)]
        self.type_visit.card_field_ids = [Command.link(self._field("phone").id)]
        self.assertEqual(self._get_names(), ["city", "expected_revenue", "phone"])
        ids = [self._field(name).id for name in ("email_from", "phone")]
        self.type_visit.card_field_ids = [Command.set(ids)]
        self.assertEqual(self._get_names(), ["email_from", "phone"])
        self.assertEqual(
            self.type_visit.copy()._get_card_fields().mapped("name"),
            ["email_from", "phone"],
        )
        self.type_visit.card_field_ids = [Command.clear()]
        self.assertFalse(self._get_names())

    def test_fields_given_at_the_creation_stay_in_order(self):
        ids = [self._field(name).id for name in ("phone", "city", "email_from")]
        activity_type = self._create_type("X", card_field_ids=[Command.set(ids)])
        self.assertEqual(activity_type._get_card_fields().ids, ids)

    def test_card_in_order(self):
        ids = [self._field(name).id for name in ("phone", "city", "email_from")]
        self.type_visit.card_field_ids = [Command.set(ids)]
        activity = self.lead.activity_schedule(activity_type_id=self.type_visit.id)
        [row] = activity.activity_format()["mail.activity"]
        self.assertEqual(
            [field["name"] for field in row["card"]], ["phone", "city", "email_from"]
        )

    def test_order_that_is_none(self):
        """A program wrote what it liked; the fields are shown all the same."""
        self.type_visit.card_field_ids = [Command.set(self._field("phone").ids)]
        for order in ("x", 5, {"a": 1}, [[1]], [None]):
            self.type_visit.card_field_order = order
            self.assertEqual(self._get_names(), ["phone"])

    def test_technical_fields_are_not_offered(self):
        offered = self.fields_of.search(self.type_visit.card_field_domain)
        names = set(offered.filtered(lambda f: f.model == "crm.lead").mapped("name"))
        self.assertLessEqual(
            {"phone", "expected_revenue", "stage_id", "tag_ids"}, names
        )
        technical = {"activity_ids", "activity_state", "create_uid", "id"}
        technical |= {"message_ids", "phone_sanitized", "write_date"}
        self.assertFalse(names & technical)
        self.type_visit.applies_to_ids = self.env["ir.model"]._get("res.partner")
        offered = self.fields_of.search(self.type_visit.card_field_domain)
        self.assertEqual(set(offered.mapped("model")), {"res.partner"})

    def test_business_documents(self):
        names = (
            self.env["ir.model"]
            .browse(self.type_visit._get_document_model_ids())
            .mapped("model")
        )
        self.assertLessEqual({"crm.lead", "res.partner"}, set(names))
        self.assertFalse(
            {name for name in names if not hasattr(self.env[name], "activity_ids")}
        )
        self.assertFalse({n for n in names if self.env[n].is_transient()})
        offered = self.type_visit.fields_get(["applies_to_ids"])["applies_to_ids"]
        self.assertEqual(
            offered["domain"],
            [("id", "in", list(self.type_visit._get_document_model_ids()))],
        )
