# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.environment import get_own_defaults


class MailActivityEngineMixin(models.AbstractModel):
    """Tables that the engine alone writes.

    Nobody has the right to create, change or delete their records. What code writes as
    superuser is what that code says, and nothing that a client put beside it.
    """

    _name = "mail.activity.engine.mixin"
    _description = "Activity Engine Mixin"

    # Commands in the values of other records, which somebody writes as superuser, are
    # carried out with the rights of whoever asked for it.
    _allow_sudo_commands = False

    @api.model
    def default_get(self, fields):  # pylint: disable=method-required-super
        """No client gives the engine's records a value, and no user's defaults do."""
        return get_own_defaults(self, fields)
