# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import secrets

from odoo import api, fields, models

_TOKEN = re.compile("[A-Za-z0-9_-]{20,100}")


class CaldavFeed(models.Model):
    """A secret address to read a user's calendar at, without a login.

    Nobody has access rights to it: users see theirs where they connect calendars.
    """

    _name = "caldav.feed"
    _description = "Calendar Subscription"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    token = fields.Char(required=True, copy=False)

    _user_uniq = models.Constraint(
        "UNIQUE (user_id)", "A user has one address to subscribe to."
    )
    _token_uniq = models.Constraint("UNIQUE (token)", "A token is used once.")

    @api.model
    def _find_existing(self, user):
        """:returns: the subscription of a user, or none, as superuser"""
        return self.sudo().search([("user_id", "=", user.id)])

    @api.model
    def _find(self, user):
        """:returns: the subscription of a user, which is made the first time"""
        feed = self._find_existing(user)
        return feed or feed.create({"user_id": user.id, "token": self._make_token()})

    @api.model
    def _renew(self, user):
        """Have the address before be dead."""
        self._find(user).token = self._make_token()

    @api.model
    def _make_token(self):
        return secrets.token_urlsafe(32)

    def _get_path(self):
        """:returns: the address, without the server's name"""
        self.ensure_one()
        return f"/ical/{self.token}.ics"

    @api.model
    def _find_user(self, token):
        """:returns: whose subscription a token is of, or nobody"""
        if not _TOKEN.fullmatch(token):
            return self.env["res.users"]
        user = self.sudo().search([("token", "=", token)]).user_id
        return user if user.active and user._is_internal() else user.browse()
