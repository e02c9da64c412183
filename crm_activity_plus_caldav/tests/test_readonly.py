# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon
from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonly(ReadonlyTests, CrmActivityPlusCommon):
    """What only reads, of what calendars outside of Odoo need."""

    addon = "crm_activity_plus_caldav"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [cls.user_owner]
        cls.visitors = [cls.user_owner, cls.user_manager, cls.user_system]
        wizard = cls.env["caldav.connect"].with_user(cls.user_owner).create({})
        cls.records = {wizard._name: wizard}
        cls._schedule()


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonlyRoutes(CrmActivityPlusCommon, HttpCase):
    """What only reads over HTTP isn't done a second time with another connection."""

    def test_routes(self):
        self.user_owner.password = self.user_owner.login.ljust(8, "x")
        self.authenticate(self.user_owner.login, self.user_owner.login.ljust(8, "x"))
        for path, status in (
            ("/.well-known/caldav", 301),
            ("/caldav-profile/odoo.mobileconfig", 200),
        ):
            with self.subTest(path), self.assertNoLogs("odoo.http", "WARNING"):
                response = self.url_open(path, allow_redirects=False)
                self.assertEqual(response.status_code, status)
