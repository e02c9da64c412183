# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests
from odoo.addons.crm_activity_plus_sign.tests.common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonly(ReadonlyTests, SignCommon):
    """What only reads, of a step that a signature has closed."""

    addon = "crm_activity_plus_sign_automation"

    def setUp(self):
        super().setUp()
        self.users = self.visitors = [self.user_owner, self.user_manager]
        step = self._step(
            self.type_todo,
            "Get it signed",
            proof="signature",
            responsible_type="salesperson",
        )
        line = self._launch(plan=self._create_plan("Proved", step)).line_ids
        _activity, request = self._request()
        self._sign(request.signer_ids)
        self.records = {line._name: line}
