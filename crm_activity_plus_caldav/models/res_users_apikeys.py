# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from .res_users import SCOPE

_logger = logging.getLogger(__name__)

# So long before it happens, people are told that a key expires.
NOTICE = timedelta(days=7)


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    @api.model
    def _caldav_find_expiring(self, users=None):
        """:param users: whose keys; by default everybody's
        :returns: the keys for calendars that expire soon, or just did, the first one
            first, as superuser"""
        domain = [
            ("expiration_date", "<", fields.Datetime.now() + NOTICE),
            ("scope", "=", SCOPE),
            ("user_id.active", "=", True),
        ]
        if users is not None:
            domain.append(("user_id", "in", users.ids))
        return self.sudo().search(domain, order="expiration_date, id")

    @api.model
    def _cron_tell_expiring_calendar_keys(self):
        """Tell people, once, that a device will need a new key. One of them who can't
        be told doesn't keep the others from it."""
        cron = self.env["ir.cron"]
        keys = self._caldav_find_expiring()
        keys -= self.browse(self.env["caldav.key.notice"]._find_told(keys))
        cron._commit_progress(remaining=len(keys))
        for key in keys:
            try:
                with savepoint(self.env.cr):
                    key._caldav_tell_expiring()
            except psycopg2.OperationalError:
                raise
            except Exception:
                _logger.exception("Nobody could be told that %s expires", key)
            if not cron._commit_progress(1):
                break

    def _caldav_tell_expiring(self):
        """Tell a key's owner when it expires, and what to do then."""
        self.ensure_one()
        self.env["caldav.key.notice"].sudo().create({"key_id": self.id})
        user = self.user_id
        env = self.env(context={**self.env.context, "lang": user.lang, "tz": user.tz})
        key = self.with_env(env)
        env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=env.ref("base.partner_root").id,
            body=env._(
                "From then on, the device neither sees your meetings and activities "
                "nor changes them. Create a new key under My Preferences > Calendar > "
                "Connect, and enter it on the device instead of the password."
            ),
            subject=key._caldav_describe_expiry(),
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _caldav_describe_expiry(self):
        """:returns: when a key expires, in a sentence"""
        self.ensure_one()
        moment = fields.Datetime.context_timestamp(self, self.expiration_date)
        names = {"device": self.name, "day": format_date(self.env, moment.date())}
        if self.expiration_date < fields.Datetime.now():
            return self.env._(
                "Your calendar key “%(device)s” expired on %(day)s", **names
            )
        return self.env._("Your calendar key “%(device)s” expires on %(day)s", **names)
