# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.engine.reasons import tell_fresh_reason

from ...engine.papers import TemplatePaper

# What a run copies of such a step.
COPIED_FIELDS = ("sign_due_days", "sign_message")


class MailActivityPlanTemplate(models.Model):
    """A step that sends a document to be signed, and is done when it is."""

    _inherit = "mail.activity.plan.template"

    action_type = fields.Selection(
        selection_add=[("sign_request", "Signature request")],
        ondelete={"sign_request": "set default"},
    )
    sign_template_id = fields.Many2one(
        "sign.oca.template",
        string="Signature Template",
        compute="_compute_sign_template_id",
        store=True,
        readonly=False,
        domain="[('model', 'in', [False, res_model])]",
        # People can't delete it: see _check_not_used.
        ondelete="set null",
    )
    sign_due_days = fields.Integer(
        "Days to Sign",
        compute="_compute_sign_due_days",
        store=True,
        readonly=False,
        help="So many days after it is sent, the document can still be signed. 0: "
        "without a due date.",
    )
    sign_message = fields.Text(
        "Message to Signers", help="What the email says above the link to the document."
    )

    @api.depends("activity_type_id")
    def _compute_sign_template_id(self):
        for template in self:
            own = template.activity_type_id.sign_template_id
            template.sign_template_id = own or template.sign_template_id

    @api.depends("activity_type_id")
    def _compute_sign_due_days(self):
        for template in self:
            own = template.activity_type_id.sign_due_days
            template.sign_due_days = own or template.sign_due_days

    @api.model
    def _get_step_kinds(self):
        kinds = super()._get_step_kinds()
        kinds["sign_request"] |= {
            "icon": "fa-pencil-square",
            "fields": ["sign_template_id"],
        }
        return kinds

    @api.model
    def _get_action_fields(self):
        return super()._get_action_fields() | {"sign_due_days"}

    def _get_action_error(self):
        if self.sign_due_days < 0:
            return self.env._("The days to sign can't be negative.")
        return super()._get_action_error()

    def _get_needed_error(self, name):
        if name != "sign_template_id":
            return super()._get_needed_error(name)
        template = self.sudo().sign_template_id
        if not template:
            return self.env._("Choose the template of the document to sign.")
        if template.model not in (False, self.plan_id.res_model):
            return self.env._("Choose a template of the plan's own application.")
        return tell_fresh_reason(self.env, TemplatePaper(template).find_problem())

    @api.model
    def _get_choice_fields(self):
        return (*super()._get_choice_fields(), "sign_template_id")

    @api.model
    def _get_guarded_fields(self):
        return (*super()._get_guarded_fields(), "sign_template_id")

    def _get_choice_error(self):
        template = self.sign_template_id
        if (
            self.action_type == "sign_request"
            and template
            and not template.has_access("read")
        ):
            return self.env._(
                "You may not use the signature template that was chosen. Choose "
                "another one, or ask an administrator to save the step."
            )
        return super()._get_choice_error()

    def _prepare_run_line_values(self):
        values = super()._prepare_run_line_values()
        if self.action_type != "sign_request":
            return values
        return {
            **values,
            "sign_template_id": self.sign_template_id.id,
            **{name: self[name] for name in COPIED_FIELDS},
        }
