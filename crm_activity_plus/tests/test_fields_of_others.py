# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..models.calendar.mail_activity import MailActivity


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestFieldsOfOthers(TransactionCase):
    """Another addon has a field of the same name, which Odoo merges with ours."""

    def test_duration(self):
        """OCA's mail_activity_board has that of the meeting."""
        theirs = fields.Float(related="calendar_event_id.duration", readonly=True)
        merged = fields.Float(_base_fields__=(theirs, MailActivity.duration))
        merged._setup_attrs__(self.registry["mail.activity"], "duration")
        self.assertFalse(merged.related)
        self.assertEqual(merged.compute, "_compute_duration")
        self.assertTrue(merged.store)
        self.assertFalse(merged.readonly)
