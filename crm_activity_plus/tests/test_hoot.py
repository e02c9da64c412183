# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import no_retry, tagged

# Not its classes: they would be found here and run again.
from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestHoot(test_js.HOOTCommon):
    """The JavaScript tests of this addon."""

    # Those of the parent class test web, and run there.
    test_generate_hoot_hash = None
    test_get_hoot_filter = None

    def get_hoot_filters(self):
        self._test_params = [("+", "@crm_activity_plus")]
        return super().get_hoot_filters()

    @no_retry
    def test_desktop(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            + self.hoot_filters,
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
