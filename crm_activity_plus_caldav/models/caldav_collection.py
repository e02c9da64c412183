# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL

from ..ical.text import INVALID_OBJECT, UNSUPPORTED, Refused

EVENTS, TASKS = "events", "tasks"
# To look at more of them by themselves takes longer than to look at all.
FEW = 200


@dataclass(frozen=True)
class Member:
    """Something in a calendar.

    :ivar etag: as it stands in headers; of what is gone, None
    """

    id: int
    resource_id: int
    name: str
    etag: str
    version: int


class CaldavCollection(models.Model):
    """A calendar or a task list, as programs outside of Odoo see it: each user has one
    of each, and those that programs made.

    Nobody has access rights to it: users see theirs through their programs.
    """

    _name = "caldav.collection"
    _description = "Calendar Outside of Odoo"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    name = fields.Char("Address", required=True)
    label = fields.Char("Name")
    description = fields.Char()
    color = fields.Char()
    rank = fields.Char()
    has_events = fields.Boolean()
    has_tasks = fields.Boolean()
    # A program made it: only what was put into it is in it.
    is_made = fields.Boolean()
    # The number of the last change, and of the last one that was forgotten.
    version = fields.Integer(default=0)
    oldest = fields.Integer(default=0)

    _name_uniq = models.Constraint(
        "UNIQUE (user_id, name)", "There is a calendar at this address already."
    )

    @api.model
    def _find_all(self, user):
        """:returns: the calendars of a user, as superuser; those that everybody has are
        made the first time"""
        collections = self.sudo().search([("user_id", "=", user.id)], order="id")
        if not {EVENTS, TASKS} <= set(collections.mapped("name")):
            rows = [(user.id, EVENTS, True, False), (user.id, TASKS, False, True)]
            self.env.cr.execute_values(
                "INSERT INTO caldav_collection (user_id, name, has_events, has_tasks,"
                " version, oldest) VALUES %s ON CONFLICT (user_id, name) DO NOTHING",
                [(*row, 0, 0) for row in rows],
            )
            collections = self.sudo().search([("user_id", "=", user.id)], order="id")
        return collections

    def _get_label(self):
        """:returns: the name of the calendar, for people"""
        self.ensure_one()
        if self.label:
            return self.label
        return self.env._("Activities") if self.has_tasks else self.env._("Meetings")

    def _get_kinds(self):
        """:returns: the names of the components that may be in it"""
        self.ensure_one()
        kinds = {"VEVENT": self.has_events, "VTODO": self.has_tasks}
        return [kind for kind, is_there in kinds.items() if is_there]

    def _get_mappers(self):
        """:returns: what knows about the components that may be in it, with the rights
        of its user"""
        mappers = {"VEVENT": "caldav.mapper.event", "VTODO": "caldav.mapper.activity"}
        env = self.env(su=False)
        return {kind: env[mappers[kind]] for kind in self._get_kinds()}

    def _get_mapper(self, kind):
        """:raises Refused: there is no place for such components"""
        mapper = self._get_mappers().get(kind)
        if mapper is None:
            kinds = ", ".join(self._get_kinds())
            raise Refused(UNSUPPORTED, f"This calendar is for {kinds} only.")
        return mapper

    def _get_mapper_of(self, resource):
        """:returns: what knows about a resource"""
        is_task = resource.res_model == "mail.activity"
        return self._get_mapper("VTODO" if is_task else "VEVENT")

    # ------------------------------------------------------------
    # What is in it
    # ------------------------------------------------------------

    def _read_states(self, keys=None):
        states = {}
        for mapper in self._get_mappers().values():
            states.update(mapper._read_states(self, keys))
        return states

    def _refresh(self, keys=None):
        """Compare what is in the calendar with what it was when somebody looked the
        last time, and number the changes. No change is missed, whoever made it: nobody
        has to tell it here.

        :param keys: models and ids of records, where the others needn't be looked at
        """
        self.ensure_one()
        self.env.flush_all()
        states = self._read_states(keys)
        resources = self.env["caldav.resource"]
        unnamed = [
            (*key, state.event_ref)
            for key, state in states.items()
            if not state.resource_id
        ]
        ids = resources._name_records(unnamed) if unnamed else {}
        for key, state in states.items():
            if state.resource_id and state.has_moved:
                resources._point_to(state.resource_id, *key, state.event_ref)
        wanted = {
            state.resource_id or ids[key]: (key, state) for key, state in states.items()
        }
        looked_at = None
        if keys is not None:
            looked_at = {*wanted, *resources._find_ids(keys).values()}
        self._write_changes(wanted, self._read_rows(looked_at))

    def _refresh_members(self, members):
        """Look only at what is asked for, unless something of it is another record by
        now.

        :param members: that are there, as far as anybody knows"""
        if len(members) > FEW:
            self._refresh()
            return
        keys = [(r.res_model, r.res_id) for r in self._get_resources(members)]
        self._refresh(keys)
        names = [member.name for member in members]
        present = self._find_members(SQL("gone_date IS NULL AND name = ANY(%s)", names))
        if len(present) < len(members):
            self._refresh()

    def _refresh_new(self, **names):
        """Look whether something in the calendar has a name that it isn't known by
        there: somebody else may have given it that.

        :param names: see ``_find_keys`` of ``caldav.resource``"""
        if keys := self.env["caldav.resource"]._find_keys(**names):
            self._refresh(keys)

    def _find_named(self, names):
        """:returns: by its name what is in the calendar now, of what has these names"""
        where = SQL("gone_date IS NULL AND name = ANY(%s)", list(names))
        known = self._find_members(where)
        if known:
            self._refresh_members(known)
        if missing := {*names} - {member.name for member in known}:
            self._refresh_new(names=missing)
        return {member.name: member for member in self._find_members(where)}

    def _read_rows(self, resource_ids=None):
        """:returns: by resource the id, the ETag, whether it is gone or hidden"""
        limit = SQL()
        if resource_ids is not None:
            limit = SQL(" AND resource_id = ANY(%s)", list(resource_ids))
        rows = self.env.execute_query(
            SQL(
                "SELECT resource_id, id, etag, gone_date IS NOT NULL, is_hidden"
                " FROM caldav_member"
                " WHERE collection_id = %s AND resource_id IS NOT NULL%s",
                self.id,
                limit,
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _write_changes(self, wanted, rows):
        """:param wanted: by resource its key and its state
        :param rows: see :meth:`_read_rows`"""
        new, changed, gone = [], [], []
        for resource_id, (_key, state) in wanted.items():
            row = rows.get(resource_id)
            if row is None:
                new.append((resource_id, state.etag))
                continue
            id_, etag, is_gone, is_hidden = row
            if is_hidden and state.may_be_hidden:
                continue
            if is_gone or etag != state.etag:
                changed.append((id_, state.etag))
        for resource_id, (id_, _etag, is_gone, _hidden) in rows.items():
            if not is_gone and resource_id not in wanted:
                gone.append(id_)
        count = len(new) + len(changed) + len(gone)
        if count:
            versions = iter(self._take_versions(count))
            self._insert_members(new, versions)
            self._update_members(changed, versions)
            self._remove_members(gone, versions)
            self.env["caldav.member"].invalidate_model()

    def _take_versions(self, count):
        """:returns: the numbers of changes that nobody else has. Whoever takes some at
        the same moment is repeated by Odoo, and sees these."""
        self.env.cr.execute(
            "UPDATE caldav_collection SET version = version + %s WHERE id = %s"
            " RETURNING version",
            [count, self.id],
        )
        [[last]] = self.env.cr.fetchall()
        self.invalidate_recordset(["version"])
        return range(last - count + 1, last + 1)

    def _insert_members(self, new, versions):
        if not new:
            return
        ids = [resource_id for resource_id, _etag in new]
        found = self.env.execute_query(
            SQL("SELECT id, name FROM caldav_resource WHERE id = ANY(%s)", ids)
        )
        names = dict(found)
        taken = self._find_taken([*names.values()])
        values, seen = [], set()
        for resource_id, etag in new:
            name = names[resource_id]
            member_id, is_gone = taken.get(name, (None, False))
            if is_gone and name not in seen:
                # Somebody put something else where something was.
                self.env.cr.execute(
                    "UPDATE caldav_member SET resource_id = %s, etag = %s,"
                    " version = %s, gone_date = NULL, is_hidden = FALSE WHERE id = %s",
                    [resource_id, etag, next(versions), member_id],
                )
                seen.add(name)
                continue
            if name in seen or member_id:
                name = f"{resource_id}-{name}"
            seen.add(name)
            values.append((self.id, resource_id, name, etag, next(versions)))
        if values:
            self.env.cr.execute_values(
                "INSERT INTO caldav_member (collection_id, resource_id, name, etag,"
                " version) VALUES %s",
                values,
                page_size=1000,
            )

    def _find_taken(self, names):
        """What is hidden makes room, and stays hidden: it isn't what is put there now.

        :returns: by each name that is taken the id of the member, and whether it is
            gone"""
        where = SQL("collection_id = %s AND name = ANY(%s)", self.id, names)
        self.env.cr.execute(
            SQL(
                "UPDATE caldav_member SET name = gen_random_uuid() || '.ics'"
                " WHERE is_hidden AND %s",
                where,
            )
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT name, id, gone_date IS NOT NULL FROM caldav_member WHERE %s",
                where,
            )
        )
        return {name: rest for name, *rest in rows}

    def _update_members(self, changed, versions):
        if changed:
            self.env.cr.execute_values(
                "UPDATE caldav_member m SET etag = v.etag, version = v.version,"
                " gone_date = NULL, is_hidden = FALSE"
                " FROM (VALUES %s) AS v (id, etag, version) WHERE m.id = v.id",
                [(id_, etag, next(versions)) for id_, etag in changed],
                page_size=1000,
            )

    def _remove_members(self, gone, versions, is_hidden=False):
        if gone:
            today = fields.Date.today()
            self.env.cr.execute_values(
                "UPDATE caldav_member m SET version = v.version, gone_date = v.day,"
                " is_hidden = v.is_hidden"
                " FROM (VALUES %s) AS v (id, version, day, is_hidden)"
                " WHERE m.id = v.id",
                [(id_, next(versions), today, is_hidden) for id_ in gone],
                page_size=1000,
            )

    def _hide(self, member):
        """Take something out of this calendar alone, until it changes in a way that
        its user has to know."""
        self._remove_members([member.id], iter(self._take_versions(1)), is_hidden=True)
        self.env["caldav.member"].invalidate_model()

    # ------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------

    def _find_members(self, where=None, limit=None):
        """:param SQL where: which of them
        :returns: what is in the calendar and what isn't any more, by its last change
        :rtype: list[Member]"""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, resource_id, name, etag, gone_date IS NOT NULL, version"
                " FROM caldav_member WHERE collection_id = %s%s ORDER BY version%s",
                self.id,
                SQL(" AND %s", where) if where else SQL(),
                SQL(" LIMIT %s", limit) if limit else SQL(),
            )
        )
        return [
            Member(id_, resource_id, name, None if is_gone else f'"{etag}"', version)
            for id_, resource_id, name, etag, is_gone, version in rows
        ]

    def _find_present(self):
        """:returns: what is in the calendar"""
        return self._find_members(SQL("gone_date IS NULL"))

    def _find_by_keys(self, keys):
        """:param keys: models and ids of records
        :returns: what of them is in the calendar now"""
        self._refresh(keys if len(keys) <= FEW else None)
        ids = [*self.env["caldav.resource"]._find_ids(keys).values()]
        return self._find_members(
            SQL("gone_date IS NULL AND resource_id = ANY(%s)", ids)
        )

    def _find_since(self, since, limit=None):
        """:param since: the number of the last change that somebody knows; None where
            it is nothing, and what is gone is of no interest
        :returns: what was changed after that"""
        if since is None:
            return self._find_members(SQL("gone_date IS NULL"), limit)
        return self._find_members(SQL("version > %s", since), limit)

    def _find_by_uid(self, uid):
        """:returns: what is in the calendar under a UID, or None"""
        found = self._find_members(
            SQL(
                "gone_date IS NULL AND resource_id IN"
                " (SELECT id FROM caldav_resource WHERE uid = %s)",
                uid,
            )
        )
        return found[0] if found else None

    def _get_resources(self, members):
        """:returns: the resources of members, as superuser"""
        ids = [member.resource_id for member in members if member.resource_id]
        return self.env["caldav.resource"].sudo().browse(ids)

    def _render(self, members):
        """:returns: by the member's name the text of each that is there
        :rtype: dict[str, str]"""
        by_resource = {member.resource_id: member.name for member in members}
        texts = {}
        resources = self._get_resources(members)
        for is_task, part in resources.grouped(
            lambda resource: resource.res_model == "mail.activity"
        ).items():
            mapper = self._get_mapper("VTODO" if is_task else "VEVENT")
            for resource_id, text in mapper._render(self, part).items():
                texts[by_resource[resource_id]] = text
        return texts

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    def _put(self, name, member, obj, is_quiet=False):
        """Store what a program sent.

        :param str name: the address
        :param Member member: what is there, or None
        :param CalendarObject obj: what shall be there
        :param bool is_quiet: whether nobody is told of it
        :returns: what is there then, or None
        :raises Refused: it can't be there
        """
        mapper = self._get_mapper(obj.kind)
        resource = self._get_resources([member] if member else [])
        if resource and resource.uid != obj.uid:
            raise Refused("no-uid-conflict", "The UID of something never changes.")
        if resource and self._get_mapper_of(resource) != mapper:
            raise Refused(
                INVALID_OBJECT, "An event never becomes a task, or a task one."
            )
        record, kept = mapper._put(self, resource, obj, is_quiet)
        values = {
            "event_ref": mapper._get_event_ref(record),
            "kept": kept,
            "raw": obj.calendar.to_ical().decode(),
            "res_id": record.id,
            "res_model": record._name,
        }
        if resource:
            resource.write(values)
        else:
            self._forget_name(record)
            values |= {"name": name, "uid": obj.uid}
            values["collection_id"] = self.id if self.is_made else False
            resource = self.env["caldav.resource"].sudo().create(values)
        self._refresh([(record._name, record.id)])
        found = self._find_members(
            SQL("gone_date IS NULL AND resource_id = %s", resource.id)
        )
        return found[0] if found else None

    def _forget_name(self, record):
        """The record is called what its program calls it, and nothing else."""
        self.env["caldav.resource"].sudo().search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        ).unlink()

    def _delete(self, member):
        """Delete something, or what of it is its user's."""
        resource = self._get_resources([member])
        mapper = self._get_mapper_of(resource)
        key = (resource.res_model, resource.res_id)
        if mapper._delete(self, resource):
            self._hide(member)
        self._refresh([key])
