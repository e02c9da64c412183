# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class TestActivityNote(models.Model):
    """A record with activities and a chatter, which Odoo's activities need, and nothing
    else: no person, no customer, no company, and not even a name."""

    _name = "test.activity.note"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Note with Activities"
    _rec_name = "text"

    text = fields.Char()
