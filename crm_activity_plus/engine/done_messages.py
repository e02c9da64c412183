# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The messages of many activities that are marked as done, written together."""

from functools import cache
from itertools import zip_longest

from odoo.modules.module import Manifest
from odoo.tools import SQL

from .new_rows import together

# Core's.
TEMPLATE = "mail.message_activity_done"
SUBTYPE = "mail.mt_activities"

# What a message goes through that is posted alone.
POSTING = (
    "message_post",
    "message_post_with_source",
    "_message_compute_parent_id",
    "_notify_get_recipients",
    "_notify_thread",
)
# What their addons do there is about other messages, or about who is told.
KNOWN_AUTHORS = frozenset(("Odoo S.A.", "CRM Activity Plus contributors"))


class DoneMessages:
    """Core posts one message after the other: it asks for the same again and again, and
    looks for people to tell whom there are none of. Of records where nobody is told of
    activities, the messages are written here beforehand, all at once, and core gets
    them where it would post its own.

    :param activities: those that core is about to mark as done; their records exist
    :param feedback: see ``_action_done`` of ``mail.activity``
    :param attachment_ids: likewise
    """

    def __init__(self, activities, feedback, attachment_ids):
        self.env = activities.env
        self._feedback = feedback
        self._attachment_ids = attachment_ids or []
        self._subtype_id = self.env.ref(SUBTYPE).id
        self._view_id = self.env.ref(TEMPLATE).id
        self._messages = {}
        if len(activities) > 1:
            for res_model, same_model in activities.grouped("res_model").items():
                if res_model:
                    self._write_on(res_model, same_model)

    def take(self, activity):
        """:returns: the message of an activity, once, or None where core posts it"""
        return self._messages.pop(activity.id, None)

    def _write_on(self, res_model, activities):
        # As core does: whoever may mark an activity as done, which was checked, needn't
        # be able to post on its record.
        records = self.env[res_model].sudo().browse(activities.mapped("res_id"))
        if not hasattr(records, "message_post") or is_posting_extended(records):
            return
        told = self.env["mail.followers"]._get_recipient_data(
            records, "notification", self._subtype_id
        )
        quiet = activities.filtered(lambda activity: not told[activity.res_id])
        # The second of a record follows the first.
        for turn in zip_longest(*quiet.grouped("res_id").values()):
            self._write_once([activity for activity in turn if activity])

    def _write_once(self, activities):
        """:param activities: each on a record of its own, all of one model"""
        # See _write_on.
        records = self.env[activities[0].res_model].sudo()
        records = records.browse(activity.res_id for activity in activities)
        posting = records._fallback_lang()
        values_list = self._prepare_values(activities, records, posting)
        messages = together(posting)._message_create(values_list)
        messages = messages.with_env(posting.env)
        for activity, record, message, values in zip(
            activities, posting, messages, values_list, strict=True
        ):
            record._message_post_after_hook(message, values)
            self._messages[activity.id] = message

    def _prepare_values(self, activities, records, posting):
        """:param records: for the texts
        :param posting: the same, for the messages
        :returns: what core gives a message that it posts, for each
        """
        company = self.env.company
        author_id, email_from = posting._message_compute_author(
            self.env.user.partner_id.id
        )
        parents = self._find_parents(records)
        domains = posting._mail_get_alias_domains(default_company=company)
        companies = posting._mail_get_companies(default=company)
        reply_to = posting._notify_get_reply_to(default=email_from, author_id=author_id)
        values_list = []
        for activity, record in zip(activities, records, strict=True):
            values = {
                "author_guest_id": False,
                "author_id": author_id,
                "body": self._render(activity, record),
                "email_add_signature": True,
                "email_from": email_from,
                "incoming_email_cc": False,
                "incoming_email_to": False,
                "mail_activity_type_id": activity.activity_type_id.id,
                "message_type": "notification",
                "model": record._name,
                "outgoing_email_to": False,
                "parent_id": parents.get(record.id, False),
                "partner_ids": [],
                "record_alias_domain_id": domains[record.id].id,
                "record_company_id": companies[record.id].id,
                "reply_to": reply_to[record.id],
                "res_id": record.id,
                "subject": False,
                "subtype_id": self._subtype_id,
            }
            files = record._process_attachments_for_post(
                None, list(self._attachment_ids), values
            )
            values_list.append(values | files)
        return values_list

    def _render(self, activity, record):
        bodies = record.env["mail.render.mixin"]._render_template_qweb_view(
            self._view_id,
            record._name,
            record.ids,
            add_context={
                "activity": activity,
                "display_assignee": activity.user_id != self.env.user,
                "feedback": self._feedback,
            },
        )
        return bodies[record.id]

    def _find_parents(self, records):
        """:returns: id of a record -> id of the message that another one answers there,
        as ``_message_compute_parent_id`` finds it for one"""
        if not records._mail_flat_thread:
            return {}
        self.env["mail.message"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT record.id, parent.id
                      FROM unnest(%(ids)s) AS record (id)
                     CROSS JOIN LATERAL (
                           SELECT latest.id
                             FROM (
                                   SELECT id, message_type,
                                          COALESCE(date, create_date) AS date
                                     FROM mail_message
                                    WHERE model = %(model)s
                                      AND res_id = record.id
                                      AND message_type != 'user_notification'
                                    ORDER BY mail_message.date DESC, id DESC
                                    LIMIT 200
                                  ) AS latest
                            ORDER BY latest.message_type IN ('comment', 'email') DESC,
                                     latest.date DESC, latest.id DESC
                            LIMIT 1
                           ) AS parent
                    """,
                    ids=records.ids,
                    model=records._name,
                )
            )
        )


def is_posting_extended(records):
    """:returns: whether another addon, or an automation rule, looks at each message
    that is posted on such records"""
    return any(
        not _is_known(vars(base).get("_module"))
        for base in type(records).__mro__
        if any(name in vars(base) for name in POSTING)
    )


@cache
def _is_known(module):
    """:param module: the addon that defines a class; None where something was put into
    the registry's own"""
    manifest = module and Manifest.for_addon(module)
    return bool(manifest and manifest["author"] in KNOWN_AUTHORS)
