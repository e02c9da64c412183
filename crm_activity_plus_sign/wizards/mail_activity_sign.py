# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import unsteered
from odoo.addons.crm_activity_plus.engine.reasons import (
    name_of,
    reason_error,
    tell_fresh_reasons,
)
from odoo.addons.crm_activity_plus.tools.reasons import Reason

from ..engine.papers import TemplatePaper
from ..engine.signature_order import SignatureOrder, find_due_date
from ..engine.signers import Signer, find_contact, find_signer_problems, find_signers


class MailActivitySign(models.TransientModel):
    """What is to be signed for an activity, by whom and until when."""

    _name = "mail.activity.sign"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Request a Signature"

    activity_id = fields.Many2one(
        "mail.activity", required=True, readonly=True, ondelete="cascade"
    )
    res_model = fields.Char(related="activity_id.res_model", related_sudo=False)
    source = fields.Selection(
        [("template", "A template"), ("document", "A document of the record")],
        string="What Is Signed",
        default="template",
        required=True,
    )
    template_id = fields.Many2one(
        "sign.oca.template",
        string="Template",
        domain="[('model', 'in', [False, res_model])]",
    )
    document_ids = fields.One2many(
        "mail.activity.sign.document", "wizard_id", string="Documents"
    )
    document_id = fields.Many2one(
        "mail.activity.sign.document",
        string="Document",
        domain="[('wizard_id', '=', id)]",
        ondelete="set null",
    )
    place = fields.Selection(
        [
            ("last_page", "At the end of the last page, if it has room"),
            ("new_page", "On an added page"),
        ],
        string="Place to Sign",
        default="last_page",
        required=True,
    )
    signer_ids = fields.One2many(
        "mail.activity.sign.signer",
        "wizard_id",
        compute="_compute_signer_ids",
        # With the rights of whoever opens it: it tells of the record's contact.
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    is_ordered = fields.Boolean(
        "One after the Other",
        help="Each signer is asked once the one before has signed.",
    )
    message = fields.Text(help="What the email says above the link to the document.")
    date_due = fields.Date(
        "Sign until",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        help="After this day, nobody can sign any more.",
    )
    problems = fields.Json(compute="_compute_problems")

    # ------------------------------------------------------------
    # What it begins with
    # ------------------------------------------------------------

    @api.model
    def _open_for(self, activity):
        """:param activity: one that the user may change, on a record to read
        :returns: the wizard"""
        record, _is_readable = activity._get_queue_record()
        template = activity.activity_type_id.sudo().sign_template_id
        template = template.sudo(False)._filtered_access("read")
        documents = self.env["mail.activity.sign.document"]
        vals_list = documents._prepare_documents(record)
        is_by_template = template or not vals_list
        wizard = self.create(
            {
                "activity_id": activity.id,
                "source": "template" if is_by_template else "document",
                "template_id": template.id,
                "document_ids": [Command.create(vals) for vals in vals_list],
            }
        )
        if len(wizard.document_ids) == 1:
            wizard.document_id = wizard.document_ids
        return wizard

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody learns anything here about what they may not see."""
        Arguments(self.env).check_values(self, vals_list)
        wizards = super().create(vals_list)
        wizards.activity_id.check_access("write")
        return wizards

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        return super().write(vals)

    @api.depends("activity_id", "source", "template_id")
    def _compute_signer_ids(self):
        for wizard in self:
            wizard.signer_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._prepare_signers()),
            ]

    def _prepare_signers(self):
        """:returns: values of those who sign, as far as that is known"""
        record = self._get_record()
        if record is None:
            return []
        if self.source == "document":
            return [{"partner_id": find_contact(record).id}]
        template = self.template_id._origin._filtered_access("read")
        roles = TemplatePaper(template).roles
        found = find_signers(record.sudo(), roles, self.env.user)
        return [
            {"role_id": role.id, "partner_id": partner.id, "sequence": 10 * number}
            for number, (role, partner) in enumerate(found.items(), 1)
        ]

    @api.depends("activity_id")
    def _compute_date_due(self):
        for wizard in self:
            days = wizard.activity_id.activity_type_id.sudo().sign_due_days
            wizard.date_due = find_due_date(wizard, days)

    def _get_record(self):
        """:returns: the record of the activity, or None where the user may not do
        anything with both"""
        activity = self.activity_id._origin
        if not activity or not activity.has_access("write"):
            return None
        record, is_readable = activity._get_queue_record()
        return record if is_readable else None

    # ------------------------------------------------------------
    # What is in the way
    # ------------------------------------------------------------

    @api.depends(
        *("source", "template_id", "document_id", "date_due"),
        *("signer_ids.partner_id", "signer_ids.role_id"),
    )
    @api.depends_context("lang")
    def _compute_problems(self):
        for wizard in self:
            sentences = tell_fresh_reasons(self.env, wizard._find_problems())
            wizard.problems = [
                {"level": "error", "message": sentence} for sentence in sentences
            ]

    def _find_problems(self):
        """:returns: what can be told before a document is printed, as reasons; nothing
        about contacts and templates that the user may not read"""
        problem = self._find_paper_problem()
        problems = [problem] if problem else []
        if problems or not (self.template_id or self.source == "document"):
            return problems
        if self.date_due and self.date_due < fields.Date.context_today(self):
            problems.append(Reason("sign_date_over"))
        if not self.signer_ids.partner_id._origin.has_access("read"):
            return problems
        return problems + find_signer_problems(self._make_signers())

    def _find_paper_problem(self):
        """:returns: why what was chosen can't be signed, as a reason, or False"""
        if self.source == "template":
            template = self.template_id._origin
            if template and not template.has_access("read"):
                return Reason("sign_template_forbidden")
            return template and TemplatePaper(template).find_problem()
        document = self.document_id._origin
        if not document.attachment_id.has_access("read"):
            return False
        # What is printed is looked at when it is sent.
        return document.attachment_id and document._make_paper(False).find_problem()

    def _make_signers(self):
        """:returns: those who sign, in order
        :rtype: list[Signer]"""
        lines = self.signer_ids.sorted(lambda line: (line.sequence, line._origin.id))
        roles = self.source == "template"
        return [
            Signer(
                line.role_id._origin.sudo() if roles else line.role_id.browse(),
                line.partner_id._origin.sudo(),
                10 * number if self.is_ordered else 10,
            )
            for number, line in enumerate(lines, 1)
        ]

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def action_send(self):
        """Send what is to be signed.

        :raises UserError: it can't be; what is in the way is told, and nothing is
            written
        :raises AccessError: the user may not send that, or to those people
        """
        Arguments(self.env).check_single(self)
        wizard = unsteered(self)
        activity = wizard.activity_id
        record = activity._check_can_request_signature()
        wizard.signer_ids.partner_id.check_access("read")
        order = SignatureOrder(
            record=record,
            user=self.env.user,
            paper=wizard._make_paper(),
            signers=wizard._make_signers(),
            message=wizard.message or "",
            date_due=wizard.date_due,
        )
        activity._send_to_sign(order)
        return {"type": "ir.actions.act_window_close"}

    def _make_paper(self):
        """:returns: what is signed, see ``engine.papers``
        :raises UserError: nothing is, or it can't be printed"""
        if self.source == "template":
            template = self.template_id.exists()
            if not template:
                raise reason_error(self.env, Reason("sign_template_missing"))
            if template.sudo().model not in (False, self.res_model):
                raise reason_error(
                    self.env,
                    Reason("sign_template_elsewhere", {"template": name_of(template)}),
                )
            template.check_access("read")
            return TemplatePaper(template)
        document = self.document_id.exists()
        if not document:
            raise reason_error(self.env, Reason("sign_document_missing"))
        if document.wizard_id != self:
            raise AccessError(self.env._("Choose a document of this record."))
        return document._make_paper(self.place == "new_page")
