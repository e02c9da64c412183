# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from ..dav import xml
from ..dav.errors import DavError
from ..dav.filters import Filter, expand, read_range
from ..dav.messages import Response
from ..dav.paths import Path, parse_href
from ..dav.xml import caldav, dav
from ..ical.text import new_calendar, read_calendar, to_text
from .properties import (
    CONTENT_TYPE,
    PRINCIPAL_SEARCH,
    REPORTS,
    Target,
    get_token,
)

_TOKEN = re.compile("data:,([0-9]{1,9})-([0-9]{1,9})")
MAX_HREFS = 20000
_ONE = "1"


class Reports:
    """Questions about what is in a calendar.

    :param env: with the rights of the user
    """

    def __init__(self, env, properties):
        self.env = env
        self.properties = properties
        self.zone = env["caldav.mapper"]._get_zone()

    def answer(self, asked, target):
        """:rtype: Response"""
        root = xml.parse(asked.body)
        if root is None:
            raise DavError(400, message="It doesn't say what is asked for.")
        if root.tag == PRINCIPAL_SEARCH and not target.path.collection:
            return self._search_principals(root)
        if root.tag not in REPORTS or target.path.kind not in (
            "collection",
            "resource",
        ):
            raise DavError(403, dav("supported-report"))
        if root.tag == caldav("calendar-multiget"):
            return self._multiget(root, target)
        if root.tag == caldav("calendar-query"):
            return self._query(root, target)
        if root.tag == caldav("free-busy-query"):
            return self._free_busy(root, target)
        return self._sync(root, target)

    def _search_principals(self, root):
        """Users find themselves: who else there is, is not told."""
        names, _data = self._read_names(root)
        target = Target(self.properties.principal)
        texts = [self.env.user.name, self.env.user.login]
        wanted = [
            (match.text or "").strip().casefold() for match in root.iter(dav("match"))
        ]
        answer = xml.Multistatus()
        if all(any(each in text.casefold() for text in texts) for each in wanted):
            answer.add_properties(target.href, *self.properties.collect(target, names))
        return Response.from_xml(207, answer.to_bytes())

    # ------------------------------------------------------------
    # What is told of each
    # ------------------------------------------------------------

    def _read_names(self, root):
        prop = root.find(dav("prop"))
        names = [child.tag for child in prop] if prop is not None else []
        data = prop.find(caldav("calendar-data")) if prop is not None else None
        return names or [dav("getetag")], data

    def _needs_text(self, names):
        return bool({caldav("calendar-data"), dav("getcontentlength")} & set(names))

    def _tell(self, answer, target, members, names, data, texts=None):
        """Add members to an answer, with their texts where these are asked for."""
        collection = target.collection
        if texts is None and self._needs_text(names):
            texts = collection._render(members)
        for member in members:
            text = (texts or {}).get(member.name)
            if text is not None and data is not None:
                text = self._limit(text, data)
            path = Path(self.env.uid, collection.name, member.name)
            found, missing = self.properties.collect(
                Target(path, collection, member, text), names
            )
            answer.add_properties(path.to_href(), found, missing)

    def _limit(self, text, data):
        """:returns: of a text what a program wants of it"""
        wanted = data.find(caldav("expand"))
        if wanted is None:
            return text
        if wanted.get("start") is None or wanted.get("end") is None:
            raise DavError(400, caldav("valid-filter"), "It doesn't say up to where.")
        return to_text(expand(read_calendar(text), *read_range(wanted)))

    # ------------------------------------------------------------
    # Reports
    # ------------------------------------------------------------

    def _multiget(self, root, target):
        names, data = self._read_names(root)
        hrefs = [(each.text or "").strip() for each in root.findall(dav("href"))]
        if len(hrefs) > MAX_HREFS:
            raise DavError(403, dav("number-of-matches-within-limits"))
        named = {each: self._get_name(each, target) for each in hrefs}
        present = self._find_named(target, {*filter(None, named.values())})
        answer, members, lost = xml.Multistatus(), [], []
        for each, name in named.items():
            member = present.get(name)
            if member:
                members.append(member)
            else:
                lost.append(each)
        self._tell(answer, target, members, names, data)
        for each in lost:
            answer.add_status(xml.clean(each), 404)
        return Response.from_xml(207, answer.to_bytes())

    def _find_named(self, target, names):
        if target.member:
            return {target.member.name: target.member}
        return target.collection._find_named(names)

    def _get_present(self, target):
        if target.member:
            return [target.member]
        target.collection._refresh()
        return target.collection._find_present()

    def _get_name(self, href, target):
        """:returns: the name of what a program wants, where it is in this calendar"""
        try:
            path = parse_href(href)
        except DavError:
            return None
        is_here = (path.user_id, path.collection) == (
            self.env.uid,
            target.path.collection,
        )
        return path.name if is_here else None

    def _query(self, root, target):
        names, data = self._read_names(root)
        wanted = Filter(root.find(caldav("filter")), self.zone)
        keys = self._find_in_range(target, wanted)
        is_in_range = keys is not None
        if is_in_range:
            members = target.collection._find_by_keys(keys)
        else:
            members = self._narrow(target, self._get_present(target), wanted)
        texts = None
        if not wanted.is_by_kind_alone or (wanted.range and not is_in_range):
            texts = target.collection._render(members)
            members = [
                member
                for member in members
                if member.name in texts
                and wanted.matches(read_calendar(texts[member.name]), is_in_range)
            ]
        answer = xml.Multistatus()
        self._tell(answer, target, members, names, data, texts)
        return Response.from_xml(207, answer.to_bytes())

    def _find_in_range(self, target, wanted):
        """:returns: models and ids of the records in the range of time that is asked
        for, or None where they can't be told without the others"""
        mapper = target.collection._get_mappers().get(wanted.kind)
        if not wanted.range or mapper is None or target.member or wanted.is_negated:
            return None
        return mapper._find_in_range(target.collection, *wanted.range)

    def _narrow(self, target, members, wanted):
        """:returns: the members that may be asked for"""
        if not wanted.kind:
            return members
        resources = target.collection._get_resources(members)
        # Their texts aren't needed for that.
        resources.fetch(["res_model"])
        kinds = {
            resource.id: "VTODO" if resource.res_model == "mail.activity" else "VEVENT"
            for resource in resources
        }
        return [
            member
            for member in members
            if (kinds.get(member.resource_id) == wanted.kind) != wanted.is_negated
        ]

    def _sync(self, root, target):
        """What was changed since a program asked the last time."""
        collection = target.collection
        if target.path.kind != "collection":
            raise DavError(403, dav("supported-report"))
        collection._refresh()
        names, data = self._read_names(root)
        level = (root.findtext(dav("sync-level")) or _ONE).strip()
        if level not in (_ONE, "infinite"):
            raise DavError(400, message="There is no such level.")
        token = (root.findtext(dav("sync-token")) or "").strip()
        since = self._read_token(token, collection)
        limit = self._read_limit(root)
        changed = collection._find_since(since, limit and limit + 1)
        is_cut = bool(limit and len(changed) > limit)
        changed = changed[:limit] if is_cut else changed
        answer = xml.Multistatus()
        here = [member for member in changed if member.etag]
        self._tell(answer, target, here, names, data)
        for member in changed:
            if not member.etag:
                path = Path(self.env.uid, collection.name, member.name)
                answer.add_status(path.to_href(), 404)
        if is_cut:
            condition = dav("number-of-matches-within-limits")
            answer.add_status(target.href, 507, condition)
            answer.add_token(f"data:,{collection.id}-{changed[-1].version}")
        else:
            answer.add_token(get_token(collection))
        return Response.from_xml(207, answer.to_bytes())

    def _read_token(self, token, collection):
        """:returns: the number of the last change that a program knows, or None where
        it knows nothing
        :raises DavError: it speaks of something that nobody remembers"""
        if not token:
            return None
        match = _TOKEN.fullmatch(token)
        if match and int(match[1]) == collection.id:
            if collection.oldest <= int(match[2]) <= collection.version:
                return int(match[2])
        raise DavError(403, dav("valid-sync-token"), "Read it all once more.")

    def _read_limit(self, root):
        text = root.findtext(f"{dav('limit')}/{dav('nresults')}")
        if text is None:
            return None
        if not re.fullmatch("[1-9][0-9]{0,6}", text.strip()):
            raise DavError(400, message="This is no limit.")
        return int(text)

    def _free_busy(self, root, target):
        start, end = read_range(root.find(caldav("time-range"))) or (None, None)
        if start is None:
            raise DavError(400, caldav("valid-filter"), "It doesn't say when.")
        mapper = self.env["caldav.mapper.event"]
        calendar = new_calendar()
        calendar.add_component(mapper._make_free_busy(start, end))
        headers = {"Content-Type": CONTENT_TYPE}
        return Response(200, to_text(calendar).encode(), headers)
