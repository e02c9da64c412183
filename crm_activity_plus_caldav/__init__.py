# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import controllers
from . import models
from . import wizards
from .models.res_users import SCOPE


def uninstall_hook(env):
    """Delete what nobody else cleans up: what was exported last, and keys that open
    nothing any more."""
    env["ir.attachment"].search([("res_model", "=", "caldav.import")]).unlink()
    env["res.users.apikeys"].search([("scope", "=", SCOPE)]).unlink()
