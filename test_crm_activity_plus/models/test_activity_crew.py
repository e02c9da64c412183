# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class TestActivityCrew(models.Model):
    _name = "test.activity.crew"
    _description = "Several People Who Leave It to Each Other"

    name = fields.Char(required=True)
