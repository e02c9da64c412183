# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Command


class CalendarEvent(models.Model):
    """A time that is booked for an activity: the customer is invited when asked."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    booking_customer_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_booking_customer_id",
        help="Customer of the activity that the meeting is booked for.",
    )
    is_customer_invited = fields.Boolean(
        "Invite the Customer",
        compute="_compute_is_customer_invited",
        # A form asks for it: see _onchange_is_customer_invited.
        readonly=False,
    )

    @api.depends("activity_ids")
    def _compute_booking_customer_id(self):
        for event in self:
            # A new meeting is booked for the activity that the context names.
            activity = event._origin.activity_ids[:1] or self._get_linked_activity({})
            activity = activity.with_env(self.env)
            event.booking_customer_id = activity._get_booking_customer()

    @api.depends("booking_customer_id", "partner_ids")
    def _compute_is_customer_invited(self):
        for event in self:
            customer = event.booking_customer_id._origin
            event.is_customer_invited = bool(
                customer and customer in event.partner_ids._origin
            )

    @api.onchange("is_customer_invited")
    def _onchange_is_customer_invited(self):
        customer = self.booking_customer_id._origin
        others = self.partner_ids._origin - customer
        if customer:
            self.partner_ids = others + customer if self.is_customer_invited else others

    @api.model_create_multi
    def create(self, vals_list):
        """Whether the customer is invited is asked by the form, and proposed the next
        time; a program may say it, too."""
        choices = [vals.get("is_customer_invited") for vals in vals_list]
        events = super().create([self._add_customer(vals) for vals in vals_list])
        asked = [
            event
            for event, choice in zip(events, choices, strict=True)
            if choice is not None and event.booking_customer_id
        ]
        if asked:
            asked[-1]._remember_invitation()
        return events

    @api.model
    def _add_customer(self, vals):
        """:returns: values of a new meeting, with the customer among the attendees
        where that is asked for"""
        if "is_customer_invited" not in vals:
            return vals
        vals = dict(vals)
        is_invited = vals.pop("is_customer_invited")
        activity = self._get_linked_activity(vals).with_env(self.env)
        customer = activity._get_booking_customer() if is_invited else activity.browse()
        if not customer:
            return vals
        commands = vals.get("partner_ids")
        if commands is None:
            commands = self.default_get(["partner_ids"]).get("partner_ids") or [
                Command.link(self.env.user.partner_id.id)
            ]
        if not isinstance(commands, list | tuple):
            return vals
        if customer.id in self._get_linked_ids(commands):
            return vals
        return {**vals, "partner_ids": [*commands, Command.link(customer.id)]}

    @api.model
    def _get_linked_ids(self, commands):
        """:param commands: those of a relation; the calendar takes plain ids, too
        :returns: ids of the records that they link"""
        ids = set()
        for command in commands:
            match command:
                case int():
                    ids.add(command)
                case [Command.LINK, id_, *_rest]:
                    ids.add(id_)
                case [Command.SET, _id, linked]:
                    ids.update(linked)
        return ids

    def _remember_invitation(self):
        """Propose the same the next time that the user books a time."""
        self.ensure_one()
        user = self.env.user
        # Their own settings, which users change through Odoo's methods only.
        settings = self.env["res.users.settings"]._find_or_create_for_user(user).sudo()
        if settings.invite_booked_customer != self.is_customer_invited:
            settings.invite_booked_customer = self.is_customer_invited
