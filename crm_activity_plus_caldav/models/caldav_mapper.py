# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from odoo import api, models

from odoo.addons.crm_activity_plus.tools.dates import get_timezone


@dataclass(frozen=True)
class State:
    """How a record is.

    :ivar etag: changes whenever something changes that is told of it
    :ivar resource_id: its name, where it has one
    :ivar event_ref: of a series the id of its first event
    :ivar may_be_hidden: whether its user may have deleted it for themselves
    :ivar has_moved: whether another event of it is the first one by now
    """

    etag: str
    resource_id: int = None
    event_ref: int = None
    may_be_hidden: bool = False
    has_moved: bool = False


class CaldavMapper(models.AbstractModel):
    """What is what in Odoo and in iCalendar, for one kind of components. All of it has
    the rights of the user whose calendar it is."""

    _name = "caldav.mapper"
    _description = "Mapping to iCalendar"

    @api.model
    def _read_states(self, collection, keys=None):
        """:param keys: see ``_refresh`` of ``caldav.collection``
        :returns: by model and id how each record in a calendar is
        :rtype: dict[tuple, State]"""
        raise NotImplementedError

    @api.model
    def _make_states(self, sql):
        """:param SQL sql: see ``engine.states``"""
        return {
            (res_model, res_id): State(etag, id_, event_ref, bool(hidden), bool(moved))
            for res_model, res_id, etag, id_, event_ref, hidden, moved in (
                self.env.execute_query(sql)
            )
        }

    @api.model
    def _render(self, collection, resources):
        """:returns: by the id of the resource its text, without those that are gone"""
        raise NotImplementedError

    @api.model
    def _put(self, collection, resource, obj, is_quiet=False):
        """:param resource: what is there already, or none
        :param CalendarObject obj: what a program sent
        :param bool is_quiet: whether nobody is told of it
        :returns: the record, and what of it is no record
        :raises Refused: it can't be there"""
        raise NotImplementedError

    @api.model
    def _delete(self, collection, resource):
        """:returns: whether it is still there for others, and is only hidden"""
        raise NotImplementedError

    @api.model
    def _find_in_range(self, collection, start, end):
        """:returns: models and ids of the records in a range of time, or None where
        only their text tells"""
        return None

    @api.model
    def _get_event_ref(self, record):
        """:returns: of a series the id of its first event"""
        return False

    @api.model
    def _is_own(self, records):
        """:returns: whether the user is told all of records"""
        return len(records.filtered_domain(self._get_domain())) == len(records)

    @api.model
    def _get_domain(self):
        """Hook: what is in somebody's calendar.

        :rtype: Domain"""
        raise NotImplementedError

    @api.model
    def _get_zone(self):
        """:returns: the time zone of what doesn't say"""
        return ZoneInfo(str(get_timezone(self.env.user.tz)))
