# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
r"""Texts with a backslash before an N.

The library writes that as a line break, so that of the folder ``\\NAS`` a part would be
lost. RFC 5545, section 3.3.11, has a backslash escaped like anywhere else.
"""

from icalendar import vText
from icalendar.prop import vCategory

_BREAK = r"\N"


class ExactText(vText):
    """A text that is written as it is."""

    __slots__ = ()

    def to_ical(self):
        """:rtype: bytes"""
        return rb"\\N".join(vText(part).to_ical() for part in self.split(_BREAK))


def set_property(component, name, value):
    """Have a component say something, or nothing where the value is empty."""
    component.pop(name, None)
    if value not in (None, "", []):
        component.add(name, value)
        component[name] = _keep(component[name])


def keep_texts(component):
    """Have the texts of a component, and of what is in it, written as they are."""
    for part in component.walk():
        for name, value in list(part.items()):
            if isinstance(value, list):
                part[name] = [_keep(each) for each in value]
            else:
                part[name] = _keep(value)


def _keep(value):
    if isinstance(value, vCategory):
        value.cats = [_keep(name) for name in value.cats]
    if type(value) is vText and _BREAK in value:
        return ExactText(value, params=value.params)
    return value
