# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import threading
from functools import partial
from uuid import uuid4

import psycopg2

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

    def _put(self, uid, name=None, day="05", **headers):
        """:returns: the status, when it was written on a connection of its own"""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            ask = partial(self._ask_to_put, cr, uid, name, day, headers)
            return retrying(ask, env).status

    def _ask_to_put(self, cr, uid, name=None, day="05", headers=()):
        path = f"/caldav/{self.user_id}/events/{name or uid}.ics"
        body = make_ics(f"UID:{uid}", f"SUMMARY:{uid}", f"DTSTART:203003{day}T090000Z")
        headers = {key.replace("_", "-"): value for key, value in dict(headers).items()}
        server = Server(api.Environment(cr, self.user_id, {}))
        return server.answer(Request("PUT", path, headers, body))

    def _run_together(self, write, arguments):
        begin = threading.Barrier(len(arguments))

        def run(argument):
            begin.wait()
            write(argument)

        threads = [threading.Thread(target=run, args=[a]) for a in arguments]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _find_rows(self, cr, uid):
        """:returns: what there is in the database of something"""
        env = api.Environment(cr, SUPERUSER_ID, {})
        resources = env["caldav.resource"].search([("uid", "=", uid)])
        members = env["caldav.member"].search([("resource_id", "in", resources.ids)])
        events = env["calendar.event"].search([("name", "=", uid)])
        return [*map(len, (events, resources, members))]

    def _kill_in_the_middle(self, work):
        """Have the database end a connection before what it did is committed."""
        with self.assertRaises((psycopg2.OperationalError, psycopg2.InterfaceError)):
            with self.registry.cursor() as cr:
                work(cr)
                pid = cr.connection.info.backend_pid
                with self.registry.cursor() as other:
                    other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    def test_killed_in_the_middle_of_a_put(self):
        [uid] = self.uids = [uuid4().hex]

        def work(cr):
            self.assertEqual(self._ask_to_put(cr, uid).status, 201)
            self.assertEqual(self._find_rows(cr, uid), [1, 1, 1])

        self._kill_in_the_middle(work)
        with self.registry.cursor() as cr:
            self.assertEqual(self._find_rows(cr, uid), [0, 0, 0])
        self.assertEqual(self._put(uid), 201)

    def test_killed_in_the_middle_of_an_import(self):
        """All of a click is there, or nothing; and it can be clicked again."""
        self.uids = [uuid4().hex for _each in range(5)]
        parts = [
            f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{uid}\r\n"
            "DTSTART:20300305T090000Z\r\nEND:VEVENT\r\n"
            for uid in self.uids
        ]
        data = f"BEGIN:VCALENDAR\r\n{''.join(parts)}END:VCALENDAR\r\n".encode()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            wizard = env["caldav.import"].create({"file": base64.b64encode(data)})
            wizard.action_preview()

        def work(cr):
            own = wizard.with_env(api.Environment(cr, self.user_id, {}))
            own.action_import()
            self.assertEqual(own.state, "done")
            self.assertEqual(self._find_rows(cr, self.uids[-1]), [1, 1, 1])

        self._kill_in_the_middle(work)
        with self.registry.cursor() as cr:
            for uid in self.uids:
                self.assertEqual(self._find_rows(cr, uid), [0, 0, 0])
            own = wizard.with_env(api.Environment(cr, self.user_id, {}))
            self.assertEqual(own.state, "preview")
            own.action_import()
            for uid in self.uids:
                self.assertEqual(self._find_rows(cr, uid), [1, 1, 1])
            own.unlink()

    def test_four_writers_of_the_same(self):
        """One of them wins; the others are told that it was changed."""
        [uid] = self.uids = [uuid4().hex]
        self._put(uid)
        with self.registry.cursor() as cr:
            path = f"/caldav/{self.user_id}/events/{uid}.ics"
            server = Server(api.Environment(cr, self.user_id, {}))
            etag = server.answer(Request("GET", path, {})).headers["ETag"]
        statuses = []

        def write(day):
            statuses.append(self._put(uid, day=day, If_Match=etag))

        self._run_together(write, ["06", "07", "08", "09"])
        self.assertEqual(sorted(statuses), [204, 412, 412, 412])

    def test_one_uid_at_several_addresses(self):
        """One of them is there in the end: the others are told where it is."""
        [uid] = self.uids = [uuid4().hex]
        statuses = []

        def write(name):
            statuses.append(self._put(uid, name))

        names = [f"{uid}-{number}" for number in range(WRITERS)]
        self._run_together(write, names)
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
        self._run_together(write, parts)
        self.assertEqual(statuses, [201] * (WRITERS * WRITTEN))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            collection = env["caldav.collection"]._find_all(env.user)[:1]
            found = collection._find_present()
            versions = [m.version for m in found if m.name[:-4] in self.uids]
        self.assertEqual(len(versions), WRITERS * WRITTEN)
        self.assertEqual(len(set(versions)), WRITERS * WRITTEN)
