# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How records are, in one query for a whole calendar: a hash of all that is told of
each. It is read from the tables, so that no change is missed, whoever made it, and
changes of no concern make no difference."""

from odoo.tools import SQL

# Raised when the same record is told in other words.
_FORMAT = "1"

_EVENTS = """
SELECT x.res_model, x.res_id, md5(x.hash || COALESCE(md5(r.raw), '') || %(format)s),
       r.id, x.event_ref, x.is_declined,
       x.res_model = 'calendar.recurrence' AND r.event_ref IS DISTINCT FROM x.event_ref
  FROM (
    SELECT CASE WHEN e.recurrence_id IS NULL THEN 'calendar.event'
                ELSE 'calendar.recurrence' END AS res_model,
           COALESCE(e.recurrence_id, e.id) AS res_id,
           COALESCE(MAX(c.base_event_id), MIN(e.id)) AS event_ref,
           bool_and(mine.state = 'declined') AS is_declined,
           string_agg(md5(ROW(
               e.id, e.name, e.description, e.location, e.privacy, e.show_as,
               e.videocall_location, e.start, e.stop, e.allday, e.start_date,
               e.stop_date, e.user_id, e.caldav_occurrence_start, e.follow_recurrence,
               c.id, c.rrule, c.event_tz, c.end_type, c.base_event_id,
               people.hash, alarms.hash, tags.hash
           )::text), '' ORDER BY e.start, e.id) AS hash
      FROM calendar_event e
 LEFT JOIN calendar_recurrence c ON c.id = e.recurrence_id
 LEFT JOIN LATERAL (
        SELECT string_agg(ROW(a.partner_id, a.state, p.name, p.email_normalized)::text,
                          '' ORDER BY a.id) AS hash
          FROM calendar_attendee a JOIN res_partner p ON p.id = a.partner_id
         WHERE a.event_id = e.id
      ) people ON TRUE
 LEFT JOIN LATERAL (
        SELECT string_agg(l.duration_minutes::text, ',' ORDER BY l.id) AS hash
          FROM calendar_alarm_calendar_event_rel rel
          JOIN calendar_alarm l ON l.id = rel.calendar_alarm_id
         WHERE rel.calendar_event_id = e.id
      ) alarms ON TRUE
 LEFT JOIN LATERAL (
        SELECT string_agg(t.name, ',' ORDER BY t.id) AS hash
          FROM meeting_category_rel rel
          JOIN calendar_event_type t ON t.id = rel.type_id
         WHERE rel.event_id = e.id
      ) tags ON TRUE
 LEFT JOIN calendar_attendee mine
        ON mine.event_id = e.id AND mine.partner_id = %(partner)s
     WHERE e.id IN %(ids)s%(limit)s
  GROUP BY 1, 2
  ) x
  LEFT JOIN caldav_resource r ON r.res_model = x.res_model AND r.res_id = x.res_id
  LEFT JOIN caldav_collection o ON o.id = r.collection_id
 WHERE %(place)s
"""

_TASKS = """
SELECT 'mail.activity', a.id,
       md5(md5(ROW(
           a.summary, a.note, a.status, a.date_deadline, a.date_start, a.date_end,
           a.date_done, a.res_model, a.res_id, a.res_name, t.name, p.name, p.phone
       )::text) || COALESCE(md5(r.raw), '') || COALESCE(r.kept::text, '')
       || %(format)s),
       r.id, NULL, a.status = 'done', FALSE
  FROM mail_activity a
  LEFT JOIN mail_activity_type t ON t.id = a.activity_type_id
  LEFT JOIN res_partner p ON p.id = a.partner_id
  LEFT JOIN caldav_resource r ON r.res_model = 'mail.activity' AND r.res_id = a.id
  LEFT JOIN caldav_collection o ON o.id = r.collection_id
 WHERE a.id IN %(ids)s AND %(place)s
   AND NOT (a.status = 'done' AND COALESCE(r.kept ? 'told_by', FALSE))
"""


def select_events(collection, query, partner, keys=None):
    """:param query: the events that the user sees
    :param partner: the user's contact
    :param keys: models and ids, where the others needn't be looked at
    :rtype: SQL"""
    limit = SQL()
    if keys is not None:
        ids = {model: [] for model in ("calendar.event", "calendar.recurrence")}
        for model, id_ in keys:
            ids.setdefault(model, []).append(id_)
        limit = SQL(
            " AND (e.recurrence_id = ANY(%s)"
            " OR (e.recurrence_id IS NULL AND e.id = ANY(%s)))",
            ids["calendar.recurrence"],
            ids["calendar.event"],
        )
    return SQL(
        _EVENTS,
        format=_FORMAT,
        ids=query.subselect(),
        limit=limit,
        partner=partner.id,
        place=_select_place(collection),
    )


def select_tasks(collection, query):
    """:param query: the activities that the user sees
    :rtype: SQL"""
    return SQL(
        _TASKS, format=_FORMAT, ids=query.subselect(), place=_select_place(collection)
    )


def _select_place(collection):
    """:returns: what belongs into a calendar: into one that a program made, what was
    put there; into the user's own one all that isn't in another one of the user"""
    if collection.is_made:
        return SQL("r.collection_id = %s", collection.id)
    return SQL("(o.id IS NULL OR o.user_id != %s)", collection.user_id.id)
