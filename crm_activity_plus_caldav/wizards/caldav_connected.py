# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
from io import BytesIO
from urllib.parse import quote, urljoin, urlsplit

import qrcode

from odoo import api, fields, models

from ..dav.paths import ROOT


class CaldavConnected(models.AbstractModel):
    """A new key, which is shown once and stored nowhere in plain."""

    _name = "caldav.connected"
    _description = "Show a Calendar Key"

    # Needed for the onchange that returns the key.
    id = fields.Id()
    key = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    login = fields.Char(readonly=True)
    # The widget of a binary field wants to know when the record was written.
    qr_code = fields.Char("Code to Scan", readonly=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        key = self.env.context.get("default_key")
        address = urljoin(self.get_base_url(), ROOT)
        values |= {"address": address, "login": self.env.user.login}
        if isinstance(key, str) and key:
            values |= {"key": key, "qr_code": self._make_code(address, key)}
        return values

    @api.model
    def _make_code(self, address, key):
        """:returns: the address of a picture that tells DAVx5 address, login and key"""
        parts = urlsplit(address)
        scheme = "caldavs" if parts.scheme == "https" else "caldav"
        login = quote(self.env.user.login, safe="")
        text = f"{scheme}://{login}:{quote(key[:200])}@{parts.netloc}{parts.path}"
        picture = BytesIO()
        qrcode.make(text, box_size=6, border=2).save(picture)
        data = base64.b64encode(picture.getvalue()).decode()
        return f"data:image/png;base64,{data}"
