# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tests import TransactionCase, loader, tagged
from odoo.tools import config


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestOdooRunner(TransactionCase):
    """``odoo --test-tags`` loads the tests of all addons that are installed."""

    def test_loads(self):
        """One class that isn't Odoo's, or has no time to run at, stops them all."""
        domain = [("state", "=", "installed"), ("name", "like", "crm_activity_plus")]
        addons = self.env["ir.module.module"].search(domain).mapped("name")
        self.assertIn("test_crm_activity_plus", addons)
        options = config.options.new_child({"test_tags": "standard"})
        with (
            patch.object(config, "options", options),
            self.assertNoLogs("odoo.tests", "WARNING"),
        ):
            for position in ("at_install", "post_install"):
                suite = loader.make_suite(addons, position)
                self.assertTrue(list(suite))
