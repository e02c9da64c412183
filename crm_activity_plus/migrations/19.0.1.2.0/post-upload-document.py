# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api
from odoo.api import SUPERUSER_ID


def migrate(cr, version):
    """What is data that upgrades leave alone has to be changed here."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["mail.activity.type"]._rename_upload_document()
