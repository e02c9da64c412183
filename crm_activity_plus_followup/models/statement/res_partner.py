# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import is_html_empty

from ...engine.open_items import OpenItems
from ..amounts.res_partner import ACCOUNTING


class ResPartner(models.Model):
    """The customer's statement: on the page, in the letter, in the email."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    type = fields.Selection(
        selection_add=[("followup", "Follow-up"), ("other",)],
        ondelete={"followup": "set default"},
    )
    followup_item_ids = fields.Many2many(
        "account.move.line",
        string="Open Items",
        compute="_compute_followup_item_ids",
        groups=ACCOUNTING,
    )
    followup_excluded_item_ids = fields.Many2many(
        "account.move.line",
        string="Excluded Items",
        compute="_compute_followup_item_ids",
        groups=ACCOUNTING,
    )

    followup_recipient_id = fields.Many2one(
        "res.partner",
        "Follow-up Recipient",
        compute="_compute_followup_recipient_id",
        groups=ACCOUNTING,
    )
    followup_has_manual = fields.Boolean(
        compute="_compute_followup_manual", groups=ACCOUNTING
    )
    followup_manual_text = fields.Html(
        compute="_compute_followup_manual", groups=ACCOUNTING
    )

    @api.depends("child_ids.type", "parent_id")
    def _compute_followup_recipient_id(self):
        for partner in self:
            partner.followup_recipient_id = partner._get_followup_recipient()

    @api.depends_context("company", "tz")
    def _compute_followup_manual(self):
        """The manual action of the level that is open, once it is reached."""
        today = self._get_followup_today()
        found = self._origin._find_followup_steps().filtered(
            lambda step: step._is_followup_reached(today)
        )
        steps = found.grouped("res_id")
        for partner in self:
            step = steps.get(partner._origin.id, found.browse())
            partner.followup_has_manual = step.followup_manual
            partner.followup_manual_text = step.note

    @api.depends_context("company")
    def _compute_followup_item_ids(self):
        items = OpenItems(self.env)
        for partner in self:
            own = partner._origin
            partner.followup_item_ids = items.get_items(own).sudo(self.env.su)
            partner.followup_excluded_item_ids = items.get_items(
                own, is_excluded=True
            ).sudo(self.env.su)

    def _get_followup_statement(self):
        """:returns: the open items in the active company, for each currency:
            ``currency``, ``items``, ``due`` and ``overdue``
        :rtype: list[dict]
        :raises AccessError: the user may not see them: Odoo prints a report for whoever
            knows its address"""
        self.ensure_one()
        self.check_access("read")
        self._check_field_access(self._fields["followup_item_ids"], "read")
        items = OpenItems(self.env)
        return [
            {
                "currency": currency,
                "items": [_describe(line, items.today) for line in lines],
                "due": sum(lines.mapped("amount_residual_currency")),
                "overdue": max(0, sum(_iterate_overdue(lines, items.today))),
            }
            for currency, lines in items.get_items(self).grouped("currency_id").items()
        ]

    def _get_followup_today(self):
        return fields.Date.context_today(self)

    def _get_followup_bank(self):
        """:returns: the bank account that is to be paid to: that of the invoices, else
        the company's"""
        items = OpenItems(self.env)
        accounts = items.get_items(self).move_id.filtered(
            lambda move: move.is_sale_document()
        )
        return accounts.partner_bank_id[:1] or items.company.bank_ids[:1]

    def _get_followup_filename(self):
        """:returns: the name of the statement's file"""
        self.ensure_one()
        name = self.env._("Statement - %s", self.name or self.id)
        return name.replace("/", "_")

    def _get_followup_text(self):
        """:returns: what the letter says above the items, by the level that the
        customer has reached; empty for the usual"""
        self.ensure_one()
        # Whoever prints the letter needs no right to read plans.
        text = self.sudo().followup_line_id.followup_text
        return "" if is_html_empty(text) else text

    def _get_followup_recipient(self):
        """:returns: who gets the letter and the email: the contact for follow-ups, or
        for invoices, else the customer"""
        self.ensure_one()
        found = self.address_get(["followup", "invoice"])
        contact = found["contact"]
        for kind in ("followup", "invoice"):
            # Where there is none, it is that of another kind.
            address = self.browse(found[kind])
            if address.type == kind or found[kind] != contact:
                return address
        return self


def _describe(line, today):
    """:returns: an item, for the statement"""
    due = line.date_maturity
    return {
        "line": line,
        "name": line.move_id.name,
        "reference": line.move_id.ref,
        "date": line.move_id.invoice_date or line.date,
        "due_date": due,
        "days": max(0, (today - due).days) if due else 0,
        "is_overdue": _is_overdue(line, today),
        "amount": line.amount_currency,
        "left": line.amount_residual_currency,
    }


def _is_overdue(line, today):
    is_late = bool(line.date_maturity) and line.date_maturity < today
    return is_late and line.amount_residual > 0


def _iterate_overdue(lines, today):
    """What is overdue, and what counts against it."""
    for line in lines:
        if _is_overdue(line, today) or line.amount_residual < 0:
            yield line.amount_residual_currency
