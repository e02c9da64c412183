# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessDenied

# An API key for calendars can do nothing else.
SCOPE = "caldav"
PASSWORDS_KEY = "crm_activity_plus_caldav.allow_passwords"


class ResUsers(models.Model):
    _inherit = "res.users"

    caldav_notice = fields.Text(
        "Calendar Keys",
        compute="_compute_caldav_notice",
        compute_sudo=False,
        help="What of the user's own keys for calendars expires soon.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "caldav_notice"]

    @api.depends_context("uid")
    def _compute_caldav_notice(self):
        """Nobody is told of others' devices."""
        self.caldav_notice = False
        own = self.filtered(lambda user: user == self.env.user)
        keys = self.env["res.users.apikeys"]._caldav_find_expiring(own) if own else ()
        told = [key._caldav_describe_expiry() for key in keys]
        own.caldav_notice = "\n".join(told)

    @api.model
    def _caldav_authenticate(self, login, secret):
        """Find out who a calendar program speaks for. Nothing of it is remembered: a
        key that was revoked is worth nothing from that moment on.

        :param str login: of the user
        :param str secret: an API key; the password, where an administrator allows that
        :returns: the id of the user
        :rtype: int
        :raises AccessDenied: it is nobody, or there were too many attempts
        """
        with self._assert_can_auth(user=login):
            if "\0" in login + secret:
                # PostgreSQL has no such texts.
                raise AccessDenied()
            user = self.sudo().search(
                self._get_login_domain(login), order=self._get_login_order(), limit=1
            )
            if not secret or not user:
                raise AccessDenied()
            keys = self.env["res.users.apikeys"].sudo()
            if keys._check_credentials(scope=SCOPE, key=secret) == user.id:
                return user.id
            if not user._caldav_allows_password():
                raise AccessDenied()
            credential = {"login": login, "password": secret, "type": "password"}
            # As Odoo's own login does: nobody is logged in yet.
            own = user.with_user(user).sudo()
            own._check_credentials(credential, {"interactive": False})
            return user.id

    def _caldav_allows_password(self):
        """:returns: whether the user's password will do: never where two factors are
        needed"""
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        is_allowed = parameters.get_param(PASSWORDS_KEY) in ("1", "True", "true")
        return is_allowed and not self._rpc_api_keys_only()
