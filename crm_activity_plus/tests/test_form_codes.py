# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestFormCodes(TransactionCase):
    """Codes of what is made in a form: from what was typed last, when it is saved."""

    def _fill_in(self, form):
        self.assertFalse(form.code)
        form.name = "Fist contact"
        form.name = "First contact"
        return form.save()

    def test_type(self):
        activity_type = self._fill_in(Form(self.env["mail.activity.type"]))
        self.assertEqual(activity_type.code, "first_contact")

    def test_outcome(self):
        outcome = self._fill_in(Form(self.env["mail.activity.outcome"]))
        self.assertEqual(outcome.code, "first_contact")

    def test_plan(self):
        form = Form(
            self.env["mail.activity.plan"].with_context(default_res_model="crm.lead"),
            view="mail.mail_activity_plan_view_form_fixed_model",
        )
        for summary in ("Ask", "Ask", "Answer"):
            with form.template_ids.new() as step:
                step.summary = summary
        plan = self._fill_in(form)
        self.assertEqual(plan.code, "first_contact")
        self.assertEqual(plan.template_ids.mapped("code"), ["ask", "ask_2", "answer"])

    def test_batch(self):
        """Codes given explicitly are kept, the others go round them."""
        types = self.env["mail.activity.type"].create(
            [
                {"name": "Plant tour"},
                {"name": "Plant tour", "code": False},
                {"name": "Plant visit", "code": "plant_tour"},
            ]
        )
        self.assertEqual(
            types.mapped("code"), ["plant_tour_2", "plant_tour_3", "plant_tour"]
        )
