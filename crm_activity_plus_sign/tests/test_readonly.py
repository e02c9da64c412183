# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests

from .common import SignCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonly(ReadonlyTests, SignCommon):
    """What only reads, of a document that was sent."""

    addon = "crm_activity_plus_sign"
    # It is noted who has looked at a document.
    unmarked = {"get_info"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [cls.user_owner, cls.user_manager]
        cls.visitors = [cls.user_owner, cls.user_member, cls.user_manager]
        # Who signs, opens the page of the signer.
        cls.callers = {"sign.oca.request.signer/sign": [cls.user_owner]}

    def setUp(self):
        super().setUp()
        step = self._step(
            self.type_sign,
            "Sign",
            action_type="sign_request",
            sign_template_id=self.template.id,
            responsible_type="salesperson",
        )
        line = self._launch(plan=self._create_plan("Contract", step)).line_ids
        line._run_actions()
        own = self._create_template("Our part", self.role_seller)
        activity, request = self._request(template_id=own.id)
        records = (activity, line, request, request.signer_ids)
        self.records = {record._name: record for record in records}
