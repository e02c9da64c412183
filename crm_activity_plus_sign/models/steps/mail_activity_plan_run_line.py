# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.reasons import name_of, reason_error
from odoo.addons.crm_activity_plus.tools.reasons import Reason
from odoo.addons.crm_activity_plus.tools.steps import PENDING

from ...engine.papers import TemplatePaper
from ...engine.signature_order import SignatureOrder, find_due_date
from ...engine.signers import Signer, find_signers


class MailActivityPlanRunLine(models.Model):
    """A step that sends a document by itself, and ends with what becomes of it."""

    _inherit = "mail.activity.plan.run.line"

    sign_template_id = fields.Many2one(
        "sign.oca.template", readonly=True, ondelete="set null"
    )
    sign_due_days = fields.Integer(readonly=True)
    sign_message = fields.Text(readonly=True)
    sign_request_id = fields.Many2one(
        "sign.oca.request",
        string="Signature Request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _get_doing_key(self):
        return (*super()._get_doing_key(), self.sign_template_id)

    def _check_action_sign_request(self, record):
        template = self.sign_template_id
        if template and template.model not in (False, record._name):
            reason = Reason("sign_template_elsewhere", {"template": name_of(template)})
            raise reason_error(self.env, reason)
        self._make_signature_order(record).check()

    def _run_action_sign_request(self, record):
        # Of another attempt, or of a run that was restarted.
        self.sign_request_id._withdraw()
        request = self._make_signature_order(record).send()
        self.write({"sign_request_id": request.id})
        return PENDING

    def _make_signature_order(self, record):
        """:param record: the step's document
        :rtype: SignatureOrder"""
        record = self._as_responsible(record)
        paper = TemplatePaper(self.sign_template_id)
        found = find_signers(record, paper.roles, self.user_id)
        return SignatureOrder(
            record=record,
            user=self.user_id,
            paper=paper,
            signers=[Signer(role, partner) for role, partner in found.items()],
            message=self.sign_message or "",
            date_due=find_due_date(record, self.sign_due_days),
        )

    def _end_sign_action(self, code, reason):
        """Close the steps that wait for a signature.

        :param code: that of the outcome, or False: nobody can sign any more
        :param reason: why, for the history
        """
        waiting = self._filter_automatic()
        for activity_type, lines in waiting.grouped("activity_type_id").items():
            outcome = self.env["mail.activity.outcome"]
            if code:
                outcome = outcome._find_of_signature(code, activity_type)
            failed = not outcome and code != "signed"
            lines._finish_action(outcome=outcome, reason=reason, failed=failed)

    @api.model
    def _on_step_closed(self, lines):
        """Nobody signs for a step that was skipped, or whose plan was stopped."""
        result = super()._on_step_closed(lines)
        closed = by_engine(lines).filtered(lambda line: line.state != "done")
        closed.sign_request_id._withdraw()
        return result

    def _get_timeline_values(self):
        request = self._get_sign_request()
        signature = request and request._get_progress_data()
        return {**super()._get_timeline_values(), "signature": signature or False}

    @api.readonly
    def action_open_signature(self):
        """Open what a step has sent to be signed.

        :returns: action
        :raises UserError: it has sent nothing
        :raises AccessError: the user may not read the step
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        return self.sudo()._get_sign_request().sudo(False)._open()

    def _get_sign_request(self):
        """:returns: what was sent to be signed for the step or its activity, or none"""
        self.ensure_one()
        return self.sign_request_id or self.activity_id.sign_request_id

    @api.model
    def _fail_uninstalled(self):
        """Without the addon, nothing ends the steps that wait for a signature."""
        waiting = by_engine(self).search(
            [
                ("action_type", "=", "sign_request"),
                ("state", "=", "scheduled"),
                ("sign_request_id", "!=", False),
            ]
        )
        if waiting:
            reason = waiting[0]._get_unknown_kind_reason()
            waiting._finish_action(reason=reason, failed=True)
