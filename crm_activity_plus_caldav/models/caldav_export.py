# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from types import SimpleNamespace

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every
from odoo.tools.misc import clean_context

from odoo.addons.crm_activity_plus.engine.arguments import Arguments

from ..ical.exact_text import ExactText
from ..ical.files import MAX_OBJECTS
from ..ical.text import new_calendar, to_text

# So many are in memory at once.
BATCH = 500
_ZONE = re.compile(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", re.DOTALL)
_TZID = re.compile(r"\r\nTZID[^:]*:([^\r]*)")
_COMPONENTS = re.compile(r"BEGIN:(VEVENT|VTODO)\r\n.*END:\1\r\n", re.DOTALL)


class CaldavExport(models.AbstractModel):
    """Many objects in one file."""

    _name = "caldav.export"
    _description = "Export to iCalendar"

    @api.model
    def _export_collection(self, collection):
        """:returns: the text of a file with all that is in a calendar"""
        return "".join(self._export_members(collection, collection._find_present()))

    @api.model
    def _export_members(self, collection, members):
        """:param members: of the calendar
        :returns: parts of the text of a file; the objects are read as they are needed
        """
        head = new_calendar()
        # Nobody has told the library that it is a text.
        head.add("X-WR-CALNAME", ExactText(collection._get_label()))
        start, _end, rest = head.to_ical().decode().partition("END:VCALENDAR")
        yield start
        zones = set()
        for batch in split_every(BATCH, members, list):
            for text in collection._render(batch).values():
                yield from self._extract(text, zones)
            self.env.invalidate_all()
        yield f"END:VCALENDAR{rest}"

    @api.model
    def _export_records(self, records):
        """:param records: events or activities that the user may read
        :returns: parts of the text of a file"""
        is_task = records._name == "mail.activity"
        kind = "activity" if is_task else "event"
        mapper = self.env[f"caldav.mapper.{kind}"]
        start, _end, rest = new_calendar().to_ical().decode().partition("END:VCALENDAR")
        yield start
        zones = set()
        groups = self._group_ids(records, None if is_task else mapper)
        for batch in split_every(BATCH, groups.items(), list):
            names = self._find_names([key for key, _ids in batch])
            together = [id_ for _key, ids in batch for id_ in ids]
            for key, ids in batch:
                part = records.browse(ids).with_prefetch(together)
                resource = names.get(key)
                if not resource or not mapper._is_own(part):
                    uid = self.env["caldav.resource"]._get_default_uid(*key)
                    resource = SimpleNamespace(uid=uid, raw=None, kept=None)
                yield from self._extract(
                    to_text(mapper._make_calendar(resource, part)), zones
                )
            self.env.invalidate_all()
        yield f"END:VCALENDAR{rest}"

    @api.model
    def _group_ids(self, records, mapper):
        """:param mapper: of events, which may be several of one object
        :returns: by model and id of each object the ids of its records"""
        if mapper is None:
            return {(records._name, id_): [id_] for id_ in records._ids}
        records.fetch(["recurrence_id"])
        groups = {}
        for record in records:
            groups.setdefault(mapper._get_key(record), []).append(record.id)
        return groups

    @api.model
    def _download_found(self, records, domain):
        """:param records: any of the model
        :param domain: what a program sent
        :returns: an action that downloads what is found by it"""
        arguments = Arguments(self.env)
        domain = arguments.domain(records, domain, "domain")
        try:
            with self.env.cr.savepoint(flush=False):
                found = records.search(domain, limit=MAX_OBJECTS + 1)
        except psycopg2.DataError as error:
            # What PostgreSQL finds out only when it looks at the rows.
            raise arguments.make_domain_error(domain, "domain") from error
        return self._download(found)

    @api.model
    def _download(self, records):
        """:returns: an action that downloads records as a file"""
        records.check_access("read")
        if len(records) > MAX_OBJECTS:
            raise UserError(
                self.env._(
                    "These are more than %(most)s. Use a narrower filter.",
                    most=MAX_OBJECTS,
                )
            )
        # The file is read once, right away, and cleaned up with other such files.
        text = "".join(self._export_records(records))
        # What a list has for its new records is nothing for the file.
        env = self.env(context=clean_context(self.env.context))
        attachment = env["ir.attachment"].create(
            {
                "mimetype": "text/calendar",
                "name": "odoo.ics",
                "raw": text.encode(),
                "res_model": "caldav.import",
            }
        )
        return {
            "target": "download",
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
        }

    @api.model
    def _find_names(self, keys):
        """:returns: by model and id the resources of records, as superuser"""
        resources = self.env["caldav.resource"].sudo()
        found = resources.browse(resources._find_ids(keys).values())
        return {(resource.res_model, resource.res_id): resource for resource in found}

    @api.model
    def _extract(self, text, zones):
        """:param zones: the names of the time zones that are in the file already
        :returns: the parts of an object that have to be in a file with others"""
        for zone in _ZONE.findall(text):
            name = _TZID.search(zone)
            if name and name[1] not in zones:
                zones.add(name[1])
                yield zone
        if found := _COMPONENTS.search(text):
            yield found[0]
