# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import uuid

from odoo import api, fields, models
from odoo.tools import SQL

# What was born in Odoo has a UID that says which record it is.
_MODELS = {
    "event": "calendar.event",
    "series": "calendar.recurrence",
    "task": "mail.activity",
}
_KINDS = {res_model: kind for kind, res_model in _MODELS.items()}
_BORN = re.compile("(event|series|task)-([0-9]{1,9})@(.+)")


class CaldavResource(models.Model):
    """What an event, a series or an activity is called outside of Odoo: it stays the
    same for all that see it, whatever becomes of it. And what programs said of it that
    Odoo has no field for.

    Nobody has access rights to it: what there is to see of it, is seen in calendars.
    """

    _name = "caldav.resource"
    _description = "Calendar Resource"

    uid = fields.Char(required=True, index=True)
    # By this name it is in calendars, unless it is taken in one of them.
    name = fields.Char(required=True, index=True)
    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    # Of a series the first event: it may be all that is left of it.
    event_ref = fields.Integer()
    raw = fields.Text()
    # What of it came from the client, and is no record: see ``caldav.mapper``.
    kept = fields.Json()
    collection_id = fields.Many2one(
        "caldav.collection", index="btree_not_null", ondelete="set null"
    )

    _record_uniq = models.Constraint(
        "UNIQUE (res_model, res_id)", "A record has one name in calendars."
    )

    @api.model
    def _get_default_uid(self, res_model, res_id):
        """:returns: the UID of what was born in Odoo"""
        parameters = self.env["ir.config_parameter"].sudo()
        return f"{_KINDS[res_model]}-{res_id}@{parameters.get_param('database.uuid')}"

    @api.model
    def _name_records(self, keys):
        """Give records a name that have none yet.

        :param keys: model and id of each, with the id of a series' first event
        :returns: the id of the resource of each
        """
        keys = list(keys)
        moved = self._follow_records(keys)
        rows = []
        for res_model, res_id, event_ref in keys:
            if (res_model, res_id) not in moved:
                uid = self._get_default_uid(res_model, res_id)
                name = f"{uid.partition('@')[0]}-{uuid.uuid4().hex[:8]}.ics"
                rows.append((res_model, res_id, event_ref, uid, name))
        if rows:
            self.env.cr.execute_values(
                "INSERT INTO caldav_resource (res_model, res_id, event_ref, uid, name)"
                " VALUES %s ON CONFLICT (res_model, res_id) DO NOTHING",
                rows,
                page_size=1000,
            )
        self.invalidate_model()
        return self._find_ids((res_model, res_id) for res_model, res_id, _ in keys)

    @api.model
    def _find_ids(self, keys):
        """:param keys: models and ids of records
        :returns: the id of the resource of each that has a name"""
        by_model = {}
        for res_model, res_id in keys:
            by_model.setdefault(res_model, []).append(res_id)
        found = {}
        for res_model, ids in by_model.items():
            rows = self.env.execute_query(
                SQL(
                    "SELECT res_id, id FROM caldav_resource"
                    " WHERE res_model = %s AND res_id = ANY(%s)",
                    res_model,
                    ids,
                )
            )
            found.update(((res_model, res_id), id_) for res_id, id_ in rows)
        return found

    @api.model
    def _find_keys(self, names=(), uid=None):
        """:param names: of resources
        :param str uid: of an object, maybe of one that nobody has looked at yet
        :returns: models and ids of what may be called so"""
        where = SQL("uid = %s", uid) if uid else SQL("name = ANY(%s)", list(names))
        rows = self.env.execute_query(
            SQL("SELECT res_model, res_id FROM caldav_resource WHERE %s", where)
        )
        born = _BORN.fullmatch(uid or "")
        parameters = self.env["ir.config_parameter"].sudo()
        if born and born[3] == parameters.get_param("database.uuid"):
            rows.append((_MODELS[born[1]], int(born[2])))
        return rows

    @api.model
    def _follow_records(self, keys):
        """An event that became a series, and a series that became an event or another
        one, keep their name.

        :param keys: as in :meth:`_name_records`
        :returns: those that were found
        """
        refs = {}
        for res_model, res_id, event_ref in keys:
            if res_model != "mail.activity":
                refs[event_ref or res_id] = (res_model, res_id, event_ref)
        if not refs:
            return set()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (ref) id, ref FROM (
                    SELECT r.id, CASE WHEN r.res_model = 'calendar.event'
                                      THEN r.res_id ELSE r.event_ref END AS ref
                      FROM caldav_resource r
                 LEFT JOIN calendar_event e ON e.id = r.res_id
                           AND r.res_model = 'calendar.event'
                     WHERE (r.res_model = 'calendar.event' AND r.res_id = ANY(%(refs)s)
                            AND e.recurrence_id IS NOT NULL)
                        OR (r.res_model = 'calendar.recurrence'
                            AND r.event_ref = ANY(%(refs)s)
                            AND NOT EXISTS (SELECT FROM calendar_event x
                                             WHERE x.recurrence_id = r.res_id
                                               AND x.active))
                ) found ORDER BY ref, id
                """,
                refs=list(refs),
            )
        )
        moved = set()
        for id_, ref in rows:
            res_model, res_id, event_ref = refs[ref]
            self._point_to(id_, res_model, res_id, event_ref)
            moved.add((res_model, res_id))
        return moved

    @api.model
    def _point_to(self, id_, res_model, res_id, event_ref):
        """Have a resource be another record."""
        self.env.cr.execute(
            "UPDATE caldav_resource SET res_model = %s, res_id = %s, event_ref = %s"
            " WHERE id = %s",
            [res_model, res_id, event_ref or None, id_],
        )

    def _get_record(self):
        """:returns: the record, with the rights of the present user"""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    @api.autovacuum
    def _gc_resources(self):
        """Forget the names of what is gone, unless a calendar still has to tell it."""
        self.env.cr.execute(
            """
            DELETE FROM caldav_resource r
                  WHERE NOT EXISTS (SELECT FROM caldav_member m
                                     WHERE m.resource_id = r.id)
                    AND NOT EXISTS (SELECT FROM calendar_event e
                                     WHERE r.res_model = 'calendar.event'
                                       AND e.id = r.res_id)
                    AND NOT EXISTS (SELECT FROM calendar_recurrence c
                                     WHERE r.res_model = 'calendar.recurrence'
                                       AND c.id = r.res_id)
                    AND NOT EXISTS (SELECT FROM mail_activity a
                                     WHERE r.res_model = 'mail.activity'
                                       AND a.id = r.res_id)
            """
        )
