# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.misc import format_datetime

from odoo.addons.mail.tools.discuss import Store

from ...engine.arguments import Arguments
from ...tools.values import is_id

# What Odoo puts around and into formatted values.
MARKUP = re.compile("<[^>]*>|\N{ZERO WIDTH NO-BREAK SPACE}")
# But not those that keep a number together.
SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
# So much of a long text is shown on a card, and so many records of a list.
CARD_TEXT_LENGTH = 200
CARD_RECORDS = 5


class MailActivity(models.Model):
    """What the web client shows of an activity: its card."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _to_store_defaults(self, target):
        """With the same number of queries for any number of activities."""
        read = {}

        def get_from(name, find):
            def get_value(activity):
                if name not in read:
                    read[name] = find()
                return read[name].get(activity, False)

            return Store.Attr(name, get_value)

        return super()._to_store_defaults(target) + [
            # Core's own upload button is called so.
            "display_name",
            "held_by_pause",
            get_from("booking", self._get_bookings),
            get_from("card", self._get_cards),
            get_from("hold_reason", self._get_hold_reasons),
        ]

    @api.readonly
    def activity_format(self):
        """Whoever looks at the activities of a record wants to know of those on hold,
        too. They are inactive, so that no relation leads to them.

        The context key ``activity_held_on`` names the record: its model and its id.
        """
        activities = self
        document = self._read_held_on(self.env.context.get("activity_held_on"))
        if document is not None:
            activities |= self._find_held(document)
        return super(MailActivity, activities).activity_format()

    @api.model
    def _read_held_on(self, held_on):
        """:returns: the record that a client named, or None where it named none"""
        if not isinstance(held_on, list | tuple) or len(held_on) != 2:
            return None
        res_model, res_id = held_on
        if not isinstance(res_model, str) or not is_id(res_id):
            return None
        if not isinstance(self.env.get(res_model), self.pool["mail.activity.mixin"]):
            return None
        return self.env[res_model].browse(res_id)

    @api.model
    def _find_held(self, records):
        """:returns: the activities of records that are on hold and that the user may
        see"""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("status", "=", "on_hold"),
            ]
        )

    def _get_hold_reasons(self):
        """:returns: for each activity on hold, why it is, where somebody said so"""
        held = self.filtered(lambda a: a.status == "on_hold")
        if not held:
            return {}
        rows = (
            self.env["mail.activity.log"]
            .sudo()
            .search_fetch(
                [("activity_ref", "in", held.ids), ("event", "=", "held")],
                ["activity_ref", "reason"],
                order="id",
            )
        )
        reasons = {row.activity_ref: row.reason for row in rows}
        return {activity: reasons.get(activity.id, False) for activity in held}

    # ------------------------------------------------------------
    # Fields of the record
    # ------------------------------------------------------------

    def _get_cards(self):
        """:returns: for each activity, what its type shows of the record's fields:
        ``name``, ``label``, ``value`` and ``href``, where a click does something"""
        cards = {}
        shown = self.filtered(lambda a: a.activity_type_id.sudo().card_field_ids)
        for res_model, activities in shown.grouped("res_model").items():
            if not res_model or res_model not in self.env:
                continue
            records = self.env[res_model].browse(set(activities.mapped("res_id")))
            readable = records.exists()._filtered_access("read")
            by_id = {record.id: record for record in readable}
            for activity in activities:
                if activity.res_id in by_id:
                    cards[activity] = activity._get_card(by_id[activity.res_id])
        return cards

    def _get_card(self, record):
        self.ensure_one()
        names = [
            field.name
            for field in self.activity_type_id.sudo().card_field_ids
            if field.model == record._name and field.name in record._fields
        ]
        return [
            {
                "name": name,
                "label": record._fields[name]._description_string(self.env),
                "value": self._get_card_text(record, name),
                "href": self._get_card_link(record, name),
            }
            for name in names
            if record._has_field_access(record._fields[name], "read")
        ]

    @api.model
    def _get_card_text(self, record, name):
        """Tell the value of a record's field.

        :returns: the value in the user's language and time zone, "" for none
        """
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "html":
            text = html2plaintext(value)
        elif field.relational:
            # Whoever may read the record may read what it is about.
            names = value.sudo()[:CARD_RECORDS].mapped("display_name")
            more = ["…"] if len(value) > CARD_RECORDS else []
            text = ", ".join(filter(None, names + more))
        else:
            html = self._get_card_html(record, field) or ""
            text = Markup(MARKUP.sub("", html)).unescape()
        text = SPACES.sub(" ", text).strip()
        if len(text) > CARD_TEXT_LENGTH:
            text = f"{text[: CARD_TEXT_LENGTH - 1]}…"
        return text

    @api.model
    def _get_card_html(self, record, field):
        """:returns: the value of a record's field, as Odoo's templates show it"""
        field_type, options = field.type, {}
        if field_type == "monetary":
            currency = field.get_currency_field(record)
            options["display_currency"] = currency and record[currency]
            if not options["display_currency"]:
                field_type = "float"
        if field_type == "float":
            digits = field.type == "float" and field.get_digits(self.env)
            options["precision"] = digits[1] if digits else 2
        elif field_type == "datetime":
            options["hide_seconds"] = True
        elif field_type == "selection":
            # What isn't one of them any more is shown as it is.
            labels = {record[field.name]: record[field.name]}
            options["selection"] = labels | dict(field._description_selection(self.env))
        name = f"ir.qweb.field.{field_type}"
        converter = self.env[name if name in self.env else "ir.qweb.field"]
        return converter.record_to_html(record, field.name, options)

    def _get_card_link(self, record, name):
        """:returns: what a click on a field's value opens, or False"""
        value = record[name]
        if not value or not isinstance(value, str):
            return False
        if name in record._phone_get_number_fields():
            return f"tel:{''.join(value.split())}"
        if name == getattr(record, "_primary_email", None) or name.startswith("email"):
            return f"mailto:{value}"
        return False

    # ------------------------------------------------------------
    # Who did what
    # ------------------------------------------------------------

    @api.readonly
    def get_history(self):
        """Tell who did what with the activity, when and why; newest first.

        :returns: for each change ``id``, ``date`` (UTC), ``user``, ``event``,
            ``old_status``, ``new_status``, ``outcome``, ``reason`` and ``changes``:
            ``label``, ``old`` and ``new`` of each value; all in the user's language
        :rtype: list[dict]
        :raises AccessError: the user may not read the activity
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        rows = self.env["mail.activity.log"].sudo()
        return rows.search([("activity_ref", "=", self.id)])._describe()

    def _get_closed_reason(self):
        """:returns: who closed the activity and when, in a sentence"""
        self.ensure_one()
        row = (
            self.env["mail.activity.log"]
            .sudo()
            .search(
                [
                    ("activity_ref", "=", self.id),
                    ("event", "in", ("done", "cancelled", "skipped", "failed")),
                ],
                limit=1,
            )
        )
        names = {"activity": self.display_name}
        if not row:
            return self.env._("“%(activity)s” is closed already.", **names)
        names |= {
            "user": row.user_id.name or self.env._("somebody"),
            "date": format_datetime(self.env, row.date, dt_format="short"),
        }
        if self.status == "done":
            return self.env._(
                "“%(activity)s” is closed already: %(user)s marked it done on "
                "%(date)s.",
                **names,
            )
        return self.env._(
            "“%(activity)s” is closed already: %(user)s cancelled it on %(date)s.",
            **names,
        )

    def action_feedback_schedule_next(self, feedback=False, attachment_ids=None):
        """Where somebody else was faster, there is nothing to do, and nothing next.

        :raises UserError: the activity is closed already
        """
        if len(self) > 1:
            Arguments(self.env).check_single(self)
        self._check_open()
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        return super().action_feedback_schedule_next(
            feedback=feedback, attachment_ids=attachment_ids
        )
