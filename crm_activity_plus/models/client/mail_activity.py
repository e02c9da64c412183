# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from odoo.addons.mail.tools.discuss import Store

from ...engine.arguments import Arguments
from ...engine.reasons import tell_fresh_reason
from ...tools.internal import Internal, read_internal
from ...tools.states import OPEN_RUN_STATES
from ...tools.values import is_id

# What Odoo puts around and into formatted values.
MARKUP = re.compile("<[^>]*>|\N{ZERO WIDTH NO-BREAK SPACE}")
# But not those that keep a number together.
SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
# So much of a long text is shown on a card, and so many records of a list.
CARD_TEXT_LENGTH = 200
CARD_RECORDS = 5

# So many of the activities that were cancelled last are shown beside the open ones.
MAX_CANCELLED = 10


class MailActivity(models.Model):
    """What the web client gets of an activity: its card, its history, what completing
    it would start, and what the activity view shows."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------
    # The activity view
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        if read_internal(self.env.context, "activity_done_only"):
            domain = Domain(domain) & (
                Domain("active", "=", True) | Domain("status", "=", "done")
            )
        return super()._search(domain, *args, **kwargs)

    @api.readonly
    @api.model
    def get_activity_data(
        self, res_model, domain, limit=None, offset=0, fetch_done=False
    ):
        """What is inactive there is done, not cancelled or on hold; and there is no
        column for types that can't be used on the model."""
        activities = self.with_context(activity_done_only=Internal(bool(fetch_done)))
        data = super(MailActivity, activities).get_activity_data(
            res_model, domain, limit=limit, offset=offset, fetch_done=fetch_done
        )
        types = self.env["mail.activity.type"]
        shown = set(types.search(types._get_applicable_domain(res_model))._ids)
        shown.update(*data["grouped_activities"].values())
        data["activity_types"] = [
            row for row in data["activity_types"] if row["id"] in shown
        ]
        return data

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Whoever computes an activity without the server, as the web client's tests
        do, takes the chaining type from the type, as in core."""
        described = super().fields_get(allfields, attributes)
        if "chaining_type" in described and "related" in (attributes or ["related"]):
            described["chaining_type"]["related"] = "activity_type_id.chaining_type"
        return described

    # ------------------------------------------------------------
    # The activity in the chatter and on a record
    # ------------------------------------------------------------

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
            "attempt",
            # Core's own upload button is called so.
            "display_name",
            "held_by_pause",
            "on_hold_until",
            "plan_paused_until",
            "status",
            get_from("booking", self._get_bookings),
            get_from("card", self._get_cards),
            get_from("hold_reason", self._get_hold_reasons),
            get_from("outcomes", self._get_applicable_outcomes),
            Store.Attr("plan_step", lambda activity: activity._get_plan_step_data()),
        ]

    @api.readonly
    def activity_format(self):
        """Whoever looks at the activities of a record wants to know of those on hold,
        too, and which were cancelled last. They are inactive, so that no relation leads
        to them.

        The context key ``activity_held_on`` names the record: its model and its id.
        """
        activities = self
        document = self._read_held_on(self.env.context.get("activity_held_on"))
        if document is not None:
            activities |= self._find_held(document) | self._find_cancelled(document)
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

    @api.model
    def _find_cancelled(self, record):
        """:returns: the activities of a record that were cancelled last and that the
        user may see"""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "in", record.ids),
                ("status", "=", "cancelled"),
            ],
            order="write_date DESC, id DESC",
            limit=MAX_CANCELLED,
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

    def _get_applicable_outcomes(self):
        """:returns: for each activity, the outcomes that it can end with"""
        offered = self.env["mail.activity.outcome"]._get_offered()
        return {activity: activity._get_outcomes_data(offered) for activity in self}

    def _get_outcomes_data(self, outcomes):
        """:returns: those of the outcomes that the activity can end with; JSON-able"""
        self.ensure_one()
        return [
            {
                "id": outcome.id,
                "name": outcome.name,
                "code": outcome.code,
                "kind": outcome.kind,
                **({"asks_date": True} if self._asks_date(outcome) else {}),
            }
            for outcome in outcomes
            if outcome._is_applicable(self.activity_type_id)
        ]

    def _get_plan_step_data(self):
        """:returns: which step of which plan the activity is; JSON-able, or False"""
        self.ensure_one()
        line = self.sudo().run_line_id
        if not line:
            return False
        return {
            "run_id": line.run_id.id,
            "plan": line.run_id.name,
            "name": line.display_name,
            "number": line.run_id.line_ids.ids.index(line.id) + 1,
            "count": len(line.run_id.line_ids),
        }

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
            for field in self.activity_type_id._get_card_fields()
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
    # Who did what, and what would follow
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
        rows = rows.search([("activity_ref", "=", self.id)])
        return [*rows._describe(), *self._describe_archive()]

    @api.readonly
    def preview_complete(self):
        """Tell what :meth:`complete` would start, for each way the activity can end.
        Nothing is written.

        :returns: first for no outcome, then for each outcome: ``outcome_id``, ``note``
            (what else there is to know) and ``steps``: what would be scheduled, each
            with ``kind`` (``step``, ``retry``, ``following``, ``triggered``,
            ``suggested`` or ``plan``), ``name``, ``type``, ``date_deadline``,
            ``user_id``, ``user_name`` and ``action_type``
        :rtype: list[dict]
        :raises UserError: the activity is closed already
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        self._check_open()
        outcomes = self.env["mail.activity.outcome"]
        offered = outcomes._get_offered().filtered(
            lambda outcome: outcome._is_applicable(self.activity_type_id)
        )
        return [
            self._try_preview_outcome(outcome)
            for outcome in (outcomes.sudo(), *offered)
        ]

    def _try_preview_outcome(self, outcome):
        try:
            return self._preview_outcome(outcome)
        except UserError as error:
            # It can't be chosen, but the others can.
            return {"outcome_id": outcome.id, "note": error.args[0], "steps": []}

    def _preview_outcome(self, outcome):
        line = self.sudo().run_line_id
        note = False
        if line and not line.is_closed and line.run_id.state in OPEN_RUN_STATES:
            steps, note = line._preview_close(outcome)
        else:
            steps = self._preview_following(outcome)
        steps += self._preview_triggered(outcome)
        plan = outcome._get_plan_to_launch(self.res_model)
        if plan and self._filter_existing_record()._filter_may_lead_on():
            steps.append({"kind": "plan", "name": plan.name})
        refused = [
            what
            for what, wanted, permitted, _do in outcome._get_effects(
                self.res_model, self
            )
            if wanted - permitted
        ]
        if refused:
            reason = outcome._get_refused_reason(refused)
            sentence = tell_fresh_reason(self.env, reason)
            note = f"{note} {sentence}" if note else sentence
        if not steps and not note:
            steps = self._preview_suggested()
        return {"outcome_id": outcome.id, "note": note, "steps": steps}

    def _preview_following(self, outcome):
        """What an outcome schedules by itself, where there is no plan to do so."""
        steps = []
        if outcome._is_followed(self) and self._filter_may_be_followed():
            values = self._prepare_following_values(outcome.next_type_id)
            steps.append(self._describe_next("following", values))
        if outcome._allows_another(self.attempt):
            steps.append(
                self._describe_next("retry", self._prepare_retry_values(outcome))
            )
        return steps

    def _preview_triggered(self, outcome):
        """What core schedules after each activity of a type."""
        # Nobody sees this one: it is there to be asked what would be.
        done = self.sudo().new(origin=self)
        done.outcome_id = outcome
        if done.chaining_type != "trigger":
            return []
        activity = self.with_context(activity_previous_deadline=self.date_deadline)
        values = activity._prepare_next_activity_values()
        return [self._describe_next("triggered", values)]

    def _preview_suggested(self):
        """What core suggests after activities of a type; nothing of it is scheduled."""
        if self.chaining_type != "suggest":
            return []
        return [
            self._describe_next(
                "suggested", self._prepare_following_values(activity_type)
            )
            for activity_type in self.activity_type_id.suggested_next_type_ids
        ]

    def _describe_next(self, kind, values):
        """:param dict values: those of a new activity
        :returns: it, for :meth:`preview_complete`"""
        activity_type = self.env["mail.activity.type"].browse(
            values.get("activity_type_id")
        )
        user = self.env["res.users"].sudo().browse(values.get("user_id"))
        return {
            "kind": kind,
            "type": activity_type.name,
            "name": values.get("summary") or activity_type.name,
            "date_deadline": fields.Date.to_string(
                fields.Date.to_date(values.get("date_deadline"))
            ),
            "user_id": user.id,
            "user_name": user.name,
            "action_type": "activity",
        }
