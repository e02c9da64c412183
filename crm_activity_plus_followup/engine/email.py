# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Sending statements by email."""

from markupsafe import Markup

from odoo.exceptions import UserError

from .open_items import OpenItems

STATEMENT = "crm_activity_plus_followup.report_followup_statement"
TEMPLATE = "crm_activity_plus_followup.mail_template_followup"


class FollowupEmail:
    """Emails with the statements of customers and their overdue invoices: one for each
    customer, to the contact for follow-ups.

    :param customers: commercial entities; whoever calls it has checked that the user
        may follow them up
    """

    def __init__(self, customers):
        # Whoever deals with invoices may have no right to change contacts.
        self.customers = customers.sudo()
        self.env = self.customers.env
        self.items = OpenItems(customers.env)

    def send(self):
        """:raises UserError: one of them can't be written to"""
        totals = self.items.get_totals(self.customers)
        for customer in self.customers:
            if totals.get(customer.id, {}).get("amount_overdue", 0) <= 0:
                raise UserError(
                    self.env._(
                        "%(customer)s has paid in the meantime: nothing is overdue.",
                        customer=customer.display_name,
                    )
                )
            self._send(customer)

    def _send(self, customer):
        recipient = customer._get_followup_recipient()
        if not recipient.email_normalized:
            raise UserError(
                self.env._(
                    "%(customer)s: “%(recipient)s” has no valid email address. Add "
                    "one, or a contact of the type Follow-up.",
                    customer=customer.display_name,
                    recipient=recipient.display_name,
                )
            )
        values = self._render(customer)
        customer.message_post(
            body=Markup(values["body_html"]),
            subject=values["subject"],
            partner_ids=recipient.ids,
            attachments=self._make_attachments(customer),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="mail.mail_notification_light",
            email_add_signature=False,
            **(
                {"email_from": values["email_from"]} if values.get("email_from") else {}
            ),
        )
        customer._find_followup_steps()._note_followup("sent")
        customer._forget_followups()

    def _render(self, customer):
        """:returns: subject and body in the customer's language, as the level says that
            the customer has reached
        :rtype: dict
        :raises UserError: there is nothing to render, or it can't be rendered"""
        reached = customer._find_followup_reached()
        template = reached.mail_template_id or self.env.ref(TEMPLATE, False)
        if not template:
            raise UserError(
                self.env._(
                    "The email template of “%(level)s” was deleted. Choose another "
                    "one.",
                    level=reached.display_name or self.env._("the statement"),
                )
            )
        names = ("subject", "body_html", "email_from")
        values = template._generate_template(customer.ids, names)[customer.id]
        return {name: values.get(name) for name in names}

    def _make_attachments(self, customer):
        """:returns: names and contents of the statement and of the overdue invoices"""
        reports = self.env["ir.actions.report"]
        content, kind = reports._render_qweb_pdf(STATEMENT, customer.ids)
        found = [(f"{customer._get_followup_filename()}.{kind}", content)]
        for invoice in self._get_invoices(customer):
            if invoice.invoice_pdf_report_id:
                attachment = invoice.invoice_pdf_report_id
                found.append((attachment.name, attachment.raw))
                continue
            content, kind = reports._render_qweb_pdf(
                "account.account_invoices", invoice.ids
            )
            found.append((invoice._get_invoice_report_filename(kind), content))
        return found

    def _get_invoices(self, customer):
        """:returns: the invoices that something is overdue of"""
        lines = self.items.get_items(customer).filtered(
            lambda line: line.date_maturity
            and line.date_maturity < self.items.today
            and line.amount_residual > 0
        )
        return lines.move_id.filtered(lambda move: move.is_sale_document())
