# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
from uuid import uuid4

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged

from ..dav.messages import Request
from ..server.server import Server
from .common import make_ics

WRITERS = 3
WRITTEN = 4


@tagged("post_install", "-at_install", "caldav")
class TestAtOnce(BaseCase):
    """Programs of one user that write at the same moment, each on a connection of its
    own: all of it is there in the end, and each change has a number of its own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.uids = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.user_id = env.ref("base.user_admin").id
            Server(env(user=self.user_id)).answer(
                Request("PROPFIND", f"/caldav/{self.user_id}/", {"Depth": "1"})
            )
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["calendar.event"].search([("name", "in", self.uids)]).unlink()
            resources = env["caldav.resource"].search([("uid", "in", self.uids)])
            env["caldav.member"].search([("resource_id", "in", resources.ids)]).unlink()
            resources.unlink()

    def _put(self, uid, name=None):
        path = f"/caldav/{self.user_id}/events/{name or uid}.ics"
        body = make_ics(f"UID:{uid}", f"SUMMARY:{uid}", "DTSTART:20300305T090000Z")
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})

            def answer():
                server = Server(api.Environment(cr, self.user_id, {}))
                return server.answer(Request("PUT", path, {}, body))

            return retrying(answer, env).status

    def test_one_uid_at_several_addresses(self):
        """One of them is there in the end: the others are told where it is."""
        [uid] = self.uids = [uuid4().hex]
        begin, statuses = threading.Barrier(WRITERS), []

        def write(name):
            begin.wait()
            statuses.append(self._put(uid, name))

        names = [f"{uid}-{number}" for number in range(WRITERS)]
        threads = [threading.Thread(target=write, args=[name]) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [201, *[409] * (WRITERS - 1)])
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            self.assertEqual(
                env["calendar.event"].search_count([("name", "=", uid)]), 1
            )

    def test_three_writers(self):
        statuses = []

        def write(uids):
            for uid in uids:
                statuses.append(self._put(uid))

        parts = [
            [uuid4().hex for _each in range(WRITTEN)] for _writer in range(WRITERS)
        ]
        self.uids = [uid for part in parts for uid in part]
        threads = [threading.Thread(target=write, args=[part]) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [201] * (WRITERS * WRITTEN))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            collection = env["caldav.collection"]._find_all(env.user)[:1]
            found = collection._find_present()
            versions = [m.version for m in found if m.name[:-4] in self.uids]
        self.assertEqual(len(versions), WRITERS * WRITTEN)
        self.assertEqual(len(set(versions)), WRITERS * WRITTEN)
