# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from passlib.context import CryptContext
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from odoo.http import root
from odoo.tests import HttpCase

from odoo.addons.base.models import res_users


class _Direct(HTTPAdapter):
    """Hands requests to Odoo's own application without a network between them, which
    takes longer than the answer to a bad argument. A thread of its own serves them, as
    one of the server's does."""

    def __init__(self):
        super().__init__()
        self.thread = ThreadPoolExecutor(1)

    def send(self, request, **kwargs):
        builder = EnvironBuilder(
            path=request.path_url,
            base_url=request.url.removesuffix(request.path_url),
            method=request.method,
            headers=list(request.headers.items()),
            data=request.body,
        )
        answer = self.thread.submit(
            run_wsgi_app, root, builder.get_environ(), buffered=True
        )
        body, status, headers = answer.result()
        response = HTTPResponse(
            body=io.BytesIO(b"".join(body)),
            headers=dict(headers),
            status=int(status.partition(" ")[0]),
            preload_content=False,
        )
        return self.build_response(request, response)

    def close(self):
        self.thread.shutdown()


class RpcCase(HttpCase):
    """What a program outside of Odoo gets for what it sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct = _Direct()
        cls.addClassCleanup(cls.direct.close)

    def setUp(self):
        super().setUp()
        self.opener.mount(self.base_url(), self.direct)

    @classmethod
    def _create_key(cls, user):
        """:returns: an API key that is checked in no time"""
        cheap = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
        keys = cls.env["res.users.apikeys"].with_user(user).sudo()
        with patch.object(res_users, "KEY_CRYPT_CONTEXT", cheap):
            return keys._generate(None, "Test", None)
