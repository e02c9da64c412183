# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can be asked of an address."""

from dataclasses import dataclass

from ..dav.paths import Path
from ..dav.xml import apple, caldav, calendarserver, dav, element, href
from ..engine.contacts import get_emails
from ..ical.rules import MAX_OCCURRENCES
from ..ical.text import MAX_SIZE
from ..models.caldav_collection import Member

CONTENT_TYPE = "text/calendar; charset=utf-8"
REPORTS = (
    caldav("calendar-multiget"),
    caldav("calendar-query"),
    caldav("free-busy-query"),
    dav("sync-collection"),
)
PRINCIPAL_SEARCH = dav("principal-property-search")
_PRIVILEGES = ("read", "write", "write-content", "bind", "unbind", "write-properties")
_COLLATIONS = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


@dataclass(frozen=True)
class Target:
    """What is at an address.

    :ivar text: of something in a calendar, where it was read
    """

    path: Path
    collection: object = None
    member: Member = None
    text: str = None

    @property
    def href(self):
        """:returns: its address, as it stands in XML"""
        return self.path.to_href()


def get_token(collection):
    """:returns: what a program says to learn of what was changed since now"""
    return f"data:,{collection.id}-{collection.version}"


class Properties:
    """The properties of what is at addresses.

    :param env: with the rights of the user
    """

    def __init__(self, env):
        self.env = env
        self.user = env.user
        self.principal = Path(env.uid)
        self.getters = {
            apple("calendar-color"): lambda t: self._text(t, "color"),
            apple("calendar-order"): lambda t: self._text(t, "rank"),
            caldav("calendar-data"): self._get_data,
            caldav("calendar-description"): lambda t: self._text(t, "description"),
            caldav("calendar-home-set"): self._get_home,
            caldav("calendar-user-address-set"): self._get_addresses,
            caldav("calendar-user-type"): self._get_user_type,
            caldav("max-instances"): lambda t: self._limit(t, MAX_OCCURRENCES),
            caldav("max-resource-size"): lambda t: self._limit(t, MAX_SIZE),
            caldav("supported-calendar-component-set"): self._get_components,
            caldav("supported-calendar-data"): self._get_supported_data,
            caldav("supported-collation-set"): self._get_collations,
            calendarserver("getctag"): self._get_token,
            dav("current-user-principal"): lambda t: [href(self.principal.to_href())],
            dav("current-user-privilege-set"): self._get_privileges,
            dav("displayname"): self._get_name,
            dav("getcontentlength"): self._get_length,
            dav("getcontenttype"): self._get_content_type,
            dav("getetag"): lambda t: t.member and t.member.etag,
            dav("owner"): lambda t: [href(self.principal.to_href())],
            dav("principal-URL"): self._get_principal,
            dav("principal-collection-set"): lambda t: [href(Path().to_href())],
            dav("resourcetype"): self._get_type,
            dav("supported-report-set"): self._get_reports,
            dav("sync-token"): self._get_token,
        }
        # What programs get that ask for all.
        self.usual = [
            *(dav(name) for name in ("resourcetype", "displayname", "getetag")),
            *(dav(name) for name in ("getcontenttype", "current-user-principal")),
            caldav("supported-calendar-component-set"),
        ]

    def collect(self, target, names):
        """:returns: the elements of the properties that there are, and the names of
        the others"""
        found, missing = [], []
        for name in names:
            getter = self.getters.get(name)
            value = getter(target) if getter else None
            if value is None:
                missing.append(name)
            elif isinstance(value, list):
                found.append(element(name, *value))
            else:
                found.append(element(name, text=value))
        return found, missing

    # ------------------------------------------------------------
    # One by one
    # ------------------------------------------------------------

    def _is(self, target, *kinds):
        return target.path.kind in kinds

    def _text(self, target, name):
        return (self._is(target, "collection") and target.collection[name]) or None

    def _limit(self, target, number):
        return str(number) if self._is(target, "collection") else None

    def _get_type(self, target):
        if self._is(target, "resource"):
            return []
        types = [element(dav("collection"))]
        if self._is(target, "collection"):
            types.append(element(caldav("calendar")))
        if self._is(target, "principal"):
            types.append(element(dav("principal")))
        return types

    def _get_name(self, target):
        if self._is(target, "collection"):
            return target.collection.with_env(self.env(su=True))._get_label()
        return self.user.name if self._is(target, "principal") else None

    def _get_data(self, target):
        return target.text

    def _get_length(self, target):
        return target.text and str(len(target.text.encode()))

    def _get_content_type(self, target):
        return CONTENT_TYPE if self._is(target, "resource") else None

    def _get_home(self, target):
        return (
            [href(self.principal.to_href())] if self._is(target, "principal") else None
        )

    def _get_principal(self, target):
        return self._get_home(target)

    def _get_addresses(self, target):
        if not self._is(target, "principal"):
            return None
        emails = sorted(email for email in get_emails(self.user) if "@" in email)
        return [
            *(href(f"mailto:{email}") for email in emails),
            href(self.principal.to_href()),
        ]

    def _get_user_type(self, target):
        return "INDIVIDUAL" if self._is(target, "principal") else None

    def _get_token(self, target):
        return get_token(target.collection) if self._is(target, "collection") else None

    def _get_components(self, target):
        if not self._is(target, "collection"):
            return None
        kinds = target.collection._get_kinds()
        return [element(caldav("comp"), name=kind) for kind in kinds]

    def _get_supported_data(self, target):
        if not self._is(target, "collection"):
            return None
        types = {"content-type": "text/calendar", "version": "2.0"}
        return [element(caldav("calendar-data"), **types)]

    def _get_collations(self, target):
        if not self._is(target, "collection"):
            return None
        name = caldav("supported-collation")
        return [element(name, text=collation) for collation in _COLLATIONS]

    def _get_privileges(self, target):
        names = _PRIVILEGES if self._is(target, "collection", "resource") else ("read",)
        return [element(dav("privilege"), element(dav(name))) for name in names]

    def _get_reports(self, target):
        reports = REPORTS if self._is(target, "collection") else (PRINCIPAL_SEARCH,)
        return [
            element(dav("supported-report"), element(dav("report"), element(name)))
            for name in reports
        ]
