# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval

from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestViewsOfOthers(TransactionCase):
    """Forms of steps that other applications bring."""

    def _get_options(self, options):
        """:returns: what the client gets of them"""
        view = self.env["ir.ui.view"].create(
            {
                "name": "Another form of steps",
                "model": "mail.activity.plan.template",
                "type": "form",
                "arch": f'<form><field name="responsible_type" options="{options}"/>'
                "</form>",
            }
        )
        arch = view.env[view.model].get_view(view.id, "form")["arch"]
        [node] = etree.fromstring(arch).xpath("//field[@name='responsible_type']")
        return node.get("options")

    def test_ways_to_assign_a_step(self):
        options = literal_eval(self._get_options("{'whitelisted_values': ['other']}"))
        self.assertIn("other", options["whitelisted_values"])
        self.assertIn("salesperson", options["whitelisted_values"])
        self.assertNotIn("on_demand", options["whitelisted_values"])

    def test_options_that_only_the_client_reads(self):
        options = "{'no_create': true, 'whitelisted_values': ['other']}"
        self.assertEqual(self._get_options(options), options)
