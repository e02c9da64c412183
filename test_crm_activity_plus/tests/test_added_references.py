# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from .doors_common import DoorsCase


@tagged("post_install", "-at_install")
class TestAddedReferences(DoorsCase):
    """A field for records of several models, which another addon adds to steps."""

    def setUp(self):
        super().setUp()
        self.plan = self._create_plan(
            "About", self._step(self.type_call, "Call", code="call")
        ).with_user(self.user_manager)

    def _get_graph(self, about):
        graph = self.plan.get_graph()
        graph["steps"][0]["about"] = about
        return graph

    def test_graph(self):
        for record in (self.partner, self.lead):
            about = f"{record._name},{record.id}"
            applied = self.plan.apply_graph(self._get_graph(about))
            self.assertEqual(self.plan.template_ids.about, record)
            self.assertEqual(applied["steps"][0]["about"], about)
        self.plan.apply_graph(self._get_graph(False))
        self.assertFalse(self.plan.template_ids.about)

    def test_what_it_cannot_refer_to(self):
        for about in (
            "res.users,1",  # a model that the field isn't for
            "base,1",  # one without a table
            "no.model,1",
            f"res.partner,{2**40}",
            "res.partner," + "9" * 5000,
            "res.partner," + "0" * 5000,
            "res.partner,0",
            "res.partner,a",
            "res.partner,1,2",
            "res.partner",
            "res.partner,²",
            "res.partner,999999999",
            5,
            ["res.partner", 1],
        ):
            with self.subTest(about):
                problems = self.plan.check_graph(self._get_graph(about))
                self.assertEqual([p["code"] for p in problems], ["value"])
