# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import re

import psycopg2

from odoo.exceptions import AccessError, MissingError, UserError

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ..dav import xml
from ..dav.errors import DavError
from ..dav.messages import Response, needs_privileges
from ..dav.paths import Path, is_name, parse_path
from ..dav.xml import apple, caldav, dav
from ..ical.text import KINDS, UNSUPPORTED, Refused, read_object
from .properties import CONTENT_TYPE, Properties, Target
from .reports import Reports

_logger = logging.getLogger(__name__)

DAV_HEADER = "1, 3, calendar-access, extended-mkcol"
METHODS = (
    "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL"
)
MAX_BODY = 8 * 1024 * 1024
MAX_COLLECTIONS = 50
# By their names what people can give a calendar.
_SETTABLE = {
    dav("displayname"): "label",
    caldav("calendar-description"): "description",
    apple("calendar-color"): "color",
    apple("calendar-order"): "rank",
}
_COLOR = re.compile("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
# Values that PostgreSQL or a constraint of a model doesn't take.
_UNFIT = (
    psycopg2.DataError,
    psycopg2.errors.CheckViolation,
    psycopg2.errors.NotNullViolation,
)


class Server:
    """Answers a user's program.

    :param env: with the rights of the user
    """

    def __init__(self, env):
        self.env = env
        self.properties = Properties(env)

    @staticmethod
    def answer_options():
        """:returns: what can be done here; whoever asks"""
        return Response(200, headers={"Allow": METHODS, "DAV": DAV_HEADER})

    def answer(self, asked):
        """Do what is asked for: all of it, or nothing.

        :param Request asked: by the program
        :rtype: Response
        """
        try:
            with savepoint(self.env.cr):
                method = asked.method.upper()
                handler = getattr(self, f"_do_{method.lower()}", None)
                if handler is None or method not in METHODS.split(", "):
                    raise DavError(405)
                response = handler(asked, self._find(asked))
                self.env.flush_all()
        except DavError as error:
            response = self._tell_error(error)
        except Refused as error:
            response = self._tell_error(
                DavError(403, caldav(error.condition), error.message)
            )
        except MissingError as error:
            response = self._tell_error(DavError(404, message=str(error)))
        except AccessError as error:
            response = self._tell_error(DavError(403, needs_privileges(), str(error)))
        except UserError as error:
            response = self._tell_error(DavError(403, message=str(error)))
        except _UNFIT:
            _logger.info("A calendar program sent what can't be stored", exc_info=True)
            message = "There are values in it that can't be stored."
            response = self._tell_error(
                DavError(403, caldav("valid-calendar-data"), message)
            )
        response.headers.setdefault("DAV", DAV_HEADER)
        return response

    def _tell_error(self, error):
        # What was done is undone, and what was read of it is not so.
        self.env.invalidate_all(flush=False)
        if error.status in (304, 405):
            return Response(error.status, headers={"Allow": METHODS})
        return Response.from_xml(error.status, xml.error_body(error))

    # ------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------

    def _find(self, asked):
        """:returns: what is at the address; nothing may be in a calendar there
        :rtype: Target"""
        return self._find_path(parse_path(asked.path))

    def _find_path(self, path):
        if path.kind == "root":
            return Target(path)
        if path.user_id != self.env.uid:
            message = "These are somebody else's calendars."
            raise DavError(403, needs_privileges(), message)
        if path.kind == "principal":
            return Target(path)
        collections = self.env["caldav.collection"]._find_all(self.env.user)
        collection = collections.filtered(lambda c: c.name == path.collection)
        if not collection or not path.name:
            return Target(path, collection)
        member = collection._find_named([path.name]).get(path.name)
        return Target(path, collection, member)

    def _check_there(self, target):
        """:raises DavError: nothing is there"""
        path = target.path
        is_there = target.member if path.name else target.collection
        if path.collection and not is_there:
            raise DavError(404)

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def _do_options(self, asked, target):
        return self.answer_options()

    def _do_head(self, asked, target):
        return self._do_get(asked, target)

    def _do_get(self, asked, target):
        self._check_there(target)
        if target.path.kind == "collection":
            return self._get_collection(target)
        if not target.member:
            raise DavError(405)
        asked.check_conditions(target.member.etag)
        text = target.collection._render([target.member]).get(target.member.name)
        if text is None:
            raise DavError(404)
        headers = {"Content-Type": CONTENT_TYPE, "ETag": target.member.etag}
        return Response(200, text.encode(), headers)

    def _get_collection(self, target):
        """All of it in one file."""
        target.collection._refresh()
        text = self.env["caldav.export"]._export_collection(target.collection)
        return Response(200, text.encode(), {"Content-Type": CONTENT_TYPE})

    def _do_propfind(self, asked, target):
        root = xml.parse(asked.body)
        if root is not None and root.tag != dav("propfind"):
            raise DavError(400, message="This is not what was expected.")
        if asked.depth == "infinity" and target.path.kind != "resource":
            if "Depth" in asked.headers:
                raise DavError(403, dav("propfind-finite-depth"))
        self._check_there(target)
        if target.path.kind == "collection":
            target.collection._refresh()
        names = self._read_names(root)
        answer = xml.Multistatus()
        targets = [target, *self._find_children(target)] if asked.depth == "1" else None
        for each in targets or [target]:
            found, missing = self.properties.collect(each, names)
            answer.add_properties(each.href, found, missing)
        return Response.from_xml(207, answer.to_bytes())

    def _read_names(self, root):
        asked = root.find(dav("prop")) if root is not None else None
        if asked is None:
            return self.properties.usual
        return [child.tag for child in asked]

    def _find_children(self, target):
        path = target.path
        if path.kind == "root":
            return [Target(Path(self.env.uid))]
        if path.kind == "principal":
            collections = self.env["caldav.collection"]._find_all(self.env.user)
            for collection in collections:
                collection._refresh()
            return [Target(Path(path.user_id, c.name), c) for c in collections]
        if path.kind == "collection":
            return [
                Target(Path(path.user_id, path.collection, member.name), None, member)
                for member in target.collection._find_present()
            ]
        return []

    def _do_report(self, asked, target):
        self._check_there(target)
        return Reports(self.env, self.properties).answer(asked, target)

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    def _do_put(self, asked, target):
        path = target.path
        if path.kind != "resource":
            raise DavError(405)
        if not target.collection:
            raise DavError(409, message="There is no such calendar.")
        asked.check_conditions(target.member.etag if target.member else None)
        content_type = asked.headers.get("Content-Type", "text/calendar")
        if content_type.partition(";")[0].strip().lower() not in (
            "text/calendar",
            "application/octet-stream",
        ):
            raise DavError(403, caldav("supported-calendar-data"))
        obj = read_object(asked.body)
        self._check_uid(target, obj)
        sent = self._get_content(obj)
        member = target.collection._put(path.name, target.member, obj)
        headers = {}
        if member and member.name == path.name:
            text = target.collection._render([member]).get(member.name, "")
            if self._get_content(read_object(text.encode())) == sent:
                # Only where it is what was sent: else the program has to read it.
                headers["ETag"] = member.etag
        return Response(204 if target.member else 201, headers=headers)

    def _get_content(self, obj):
        """:returns: what an object says; what time zones are, everybody knows"""
        return [component.to_ical() for component in obj.components]

    def _check_uid(self, target, obj):
        if not target.member:
            target.collection._refresh_new(uid=obj.uid)
        other = target.collection._find_by_uid(obj.uid)
        if other and other.name != target.path.name:
            path = Path(target.path.user_id, target.path.collection, other.name)
            message = "This calendar has it already, at another address."
            condition = caldav("no-uid-conflict")
            raise DavError(409, condition, message, href=path.to_href())

    def _do_delete(self, asked, target):
        self._check_there(target)
        if target.path.kind == "collection" and target.collection.is_made:
            return self._delete_collection(target.collection)
        if not target.member:
            raise DavError(403, message="This can't be deleted.")
        asked.check_conditions(target.member.etag)
        target.collection._delete(target.member)
        return Response(204)

    def _delete_collection(self, collection):
        collection._refresh()
        for member in collection._find_present():
            collection._delete(member)
        collection.unlink()
        return Response(204)

    def _do_proppatch(self, asked, target):
        self._check_there(target)
        root = xml.parse_root(asked.body, dav("propertyupdate"))
        vals, refused, done = self._read_updates(root, target)
        answer = xml.Multistatus()
        if refused:
            # All is changed, or nothing.
            answer.add_properties(target.href, [], refused, 403, done)
        else:
            if vals:
                target.collection.write(vals)
            found = [xml.element(name) for name in done]
            answer.add_properties(target.href, found)
        return Response.from_xml(207, answer.to_bytes())

    def _read_updates(self, root, target):
        """:returns: values for the calendar, the names of what can't be changed, and
        of what can"""
        vals, refused, done = {}, [], []
        for action in root:
            for prop in action.findall(dav("prop")):
                for each in prop:
                    name = _SETTABLE.get(each.tag)
                    text = (each.text or "").strip()[:250]
                    is_set = action.tag == dav("set")
                    if not name or target.path.kind != "collection":
                        refused.append(each.tag)
                    elif name == "color" and is_set and not _COLOR.fullmatch(text):
                        refused.append(each.tag)
                    else:
                        vals[name] = xml.clean(text) if is_set else False
                        done.append(each.tag)
        return vals, refused, done

    def _do_mkcol(self, asked, target):
        return self._make(asked, target, dav("mkcol"))

    def _do_mkcalendar(self, asked, target):
        return self._make(asked, target, caldav("mkcalendar"))

    def _make(self, asked, target, expected):
        path = target.path
        if path.kind != "collection":
            raise DavError(403, caldav("calendar-collection-location-ok"))
        if target.collection:
            raise DavError(405)
        root = xml.parse(asked.body)
        if root is not None and root.tag != expected or not is_name(path.collection):
            raise DavError(400, message="This is not what was expected.")
        collections = self.env["caldav.collection"].sudo()
        if (
            collections.search_count([("user_id", "=", self.env.uid)])
            >= MAX_COLLECTIONS
        ):
            raise DavError(507, message="There are too many calendars.")
        vals, kinds = {}, set(KINDS)
        if root is not None:
            kinds = self._read_kinds(root) or kinds
            vals, _refused, _done = self._read_updates(root, target)
        collections.create(
            {
                **vals,
                "has_events": "VEVENT" in kinds,
                "has_tasks": "VTODO" in kinds,
                "is_made": True,
                "name": path.collection,
                "user_id": self.env.uid,
            }
        )
        return Response(201, headers={"Cache-Control": "no-cache"})

    def _read_kinds(self, root):
        """:returns: the components that shall be in a new calendar"""
        kinds = {
            comp.get("name", "").upper()
            for components in root.iter(caldav("supported-calendar-component-set"))
            for comp in components.findall(caldav("comp"))
        }
        if not kinds <= set(KINDS):
            raise Refused(UNSUPPORTED, "Calendars are for events and tasks.")
        return kinds
