# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

KEYS = "odoo.addons.crm_activity_plus_caldav.models.res_users_apikeys"


@tagged("post_install", "-at_install", "caldav")
class TestExpiringKeys(CrmActivityPlusCommon, TransactionCase):
    """Owners of keys are told before a device stops working."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users.apikeys"].search([]).unlink()
        cls.cron = cls.env.ref(
            "crm_activity_plus_caldav.ir_cron_tell_expiring_calendar_keys"
        )
        cls.user = cls.user_owner
        cls.user.notification_type = "inbox"

    def _create_key(self, days, name="Phone", scope="caldav", user=None):
        keys = self.env["res.users.apikeys"].with_user(user or self.user).sudo()
        expires = days and fields.Datetime.now() + timedelta(days=days)
        keys._generate(scope, name, expires)

    def _run(self):
        """:returns: the subjects of what people were told"""
        before = self._find_messages()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        return (self._find_messages() - before).mapped("subject")

    def _find_messages(self, user=None):
        return self.env["mail.message"].search(
            [
                ("notified_partner_ids", "in", (user or self.user).partner_id.ids),
                ("subject", "like", "calendar key"),
            ]
        )

    def test_told_once_and_in_time(self):
        self._create_key(8, "Later")
        self._create_key(6)
        self._create_key(6, "Program", scope="rpc")
        self._create_key(6, "Anything", scope=None)
        [subject] = self._run()
        self.assertIn("Phone", subject)
        self.assertIn("expires on", subject)
        self.assertEqual(self._run(), [])
        self._create_key(1, "Tablet")
        [subject] = self._run()
        self.assertIn("Tablet", subject)

    def test_expired_meanwhile(self):
        """Where nothing ran for a while, people are told all the same."""
        self._create_key(-1)
        [subject] = self._run()
        self.assertIn("expired on", subject)

    def test_each_owner_in_their_words(self):
        self.env["res.lang"]._activate_lang("fr_BE")
        self.user.write({"lang": "fr_BE", "tz": "Pacific/Kiritimati"})
        self._create_key(6)
        key = self.env["res.users.apikeys"].search([("name", "=", "Phone")])
        [subject] = self._run()
        local = key.expiration_date + timedelta(hours=14)
        self.assertIn(local.strftime("%d/%m/%Y"), subject)

    def test_no_key_and_nobody(self):
        self._create_key(0, "For good")
        self.assertEqual(self._run(), [])
        self._create_key(3)
        self.user.active = False
        self.assertEqual(self._run(), [])

    @mute_logger(KEYS)
    def test_one_that_fails_stops_no_other(self):
        self._create_key(2, "First")
        self._create_key(3, "Second")
        cls = self.env.registry["res.users.apikeys"]
        tell = cls._caldav_tell_expiring

        def fail(key):
            tell(key)
            if key.name == "First":
                raise ValueError("no")

        with patch.object(cls, "_caldav_tell_expiring", fail):
            [subject] = self._run()
        self.assertIn("Second", subject)
        # It is tried again: nothing of it was done.
        [subject] = self._run()
        self.assertIn("First", subject)

    def test_preferences(self):
        self._create_key(6)
        own = self.user.with_user(self.user)
        self.assertIn("Phone", own.caldav_notice)
        self.assertEqual(
            own.read(["caldav_notice"])[0]["caldav_notice"], own.caldav_notice
        )
        for user in (self.user_manager, self.user_portal):
            self.assertFalse(user.with_user(user).caldav_notice)
        self.assertFalse(self.user.with_user(self.user_manager).sudo().caldav_notice)
        view = (
            self.env["res.users"]
            .with_user(self.user)
            .get_view(self.env.ref("base.view_users_form_simple_modif").id)
        )
        self.assertIn("caldav_notice", view["arch"])

    def test_notices_are_forgotten(self):
        self._create_key(6)
        self._run()
        notices = self.env["caldav.key.notice"]
        self.assertEqual(len(notices.search([])), 1)
        self.env["res.users.apikeys"].search([("name", "=", "Phone")]).unlink()
        self.env.flush_all()
        notices._gc_notices()
        self.assertFalse(notices.search([]))
        with self.assertRaises(AccessError):
            notices.with_user(self.user).search([])
