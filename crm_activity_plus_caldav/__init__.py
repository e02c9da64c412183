# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import controllers
from . import models
from . import wizards


def uninstall_hook(env):
    """Delete what was exported last: nobody else cleans it up."""
    env["ir.attachment"].search([("res_model", "=", "caldav.import")]).unlink()
