# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from urllib.parse import urljoin

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.base.models.res_users import check_identity

from ..dav.paths import ROOT
from ..models.res_users import SCOPE


class CaldavConnect(models.TransientModel):
    """Connecting a program or a phone: it gets a key of its own, which can be taken
    away from it alone."""

    _name = "caldav.connect"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Connect a Calendar Program"

    name = fields.Char("Device", required=True, default=lambda s: s._default_name())
    duration = fields.Selection(
        selection=lambda self: self._get_durations(),
        required=True,
        default=lambda self: self._default_duration(),
        help="When it is over, a new key is needed.",
    )
    expiration_date = fields.Datetime("Until")
    address = fields.Char(compute="_compute_address")
    login = fields.Char(compute="_compute_address")
    feed_address = fields.Char("Subscription", compute="_compute_feed_address")

    @api.model
    def _default_name(self):
        return self.env._("Phone")

    @api.model
    def _get_durations(self):
        """:returns: how long keys may be valid, by Odoo's rules for API keys"""
        return self.env["res.users.apikeys.description"]._selection_duration()

    @api.model
    def _default_duration(self):
        """:returns: the longest of them: a calendar is connected for good"""
        days = [int(value) for value, _label in self._get_durations()]
        return str(0 if 0 in days else max(days))

    @api.depends_context("uid")
    @api.depends("name")
    def _compute_address(self):
        for wizard in self:
            wizard.address = urljoin(self.get_base_url(), ROOT)
            wizard.login = self.env.user.login

    @check_identity
    def action_create_key(self):
        """Create a key that is good for calendars and nothing else, and show it once.

        :raises AccessError: the user may not have a calendar outside of Odoo
        """
        self.ensure_one()
        self._check_employee()
        days = int(self.duration)
        expires = self.expiration_date if days < 0 else None
        if days > 0:
            expires = fields.Datetime.add(fields.Datetime.now(), days=days)
        key = self.env["res.users.apikeys"]._generate(SCOPE, self.name, expires)
        return {
            "context": {"default_key": key, "dialog_size": "medium"},
            "name": self.env._("Your Calendar Is Ready to Connect"),
            "res_model": "caldav.connected",
            "target": "new",
            "type": "ir.actions.act_window",
            "views": [(False, "form")],
        }

    def _check_employee(self):
        """:raises AccessError: the user may not have a calendar outside of Odoo"""
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only employees can connect a calendar."))

    @api.readonly
    def action_download_profile(self):
        """Download what connects an iPhone, an iPad or a Mac."""
        return {
            "target": "download",
            "type": "ir.actions.act_url",
            "url": "/caldav-profile/odoo.mobileconfig",
        }

    def action_renew_feed(self):
        """Have another secret address to subscribe to: the one before is dead."""
        self._check_employee()
        self.env["caldav.feed"]._renew(self.env.user)
        return self._reopen()

    def action_show_feed(self):
        """Show the secret address to subscribe to, which is made the first time."""
        self._check_employee()
        self.env["caldav.feed"]._find(self.env.user)
        return self._reopen()

    @api.depends_context("uid")
    @api.depends("name")
    def _compute_feed_address(self):
        feed = self.env["caldav.feed"]._find_existing(self.env.user)
        path = feed._get_path() if feed else False
        self.feed_address = path and urljoin(self.get_base_url(), path)

    def _reopen(self):
        return {
            "name": self.env._("Connect a Calendar"),
            "res_id": self.id,
            "res_model": self._name,
            "target": "new",
            "type": "ir.actions.act_window",
            "views": [(False, "form")],
        }
