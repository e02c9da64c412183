# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class MailActivityPlanTemplate(models.Model):
    """A step may say what proves that it is done.

    A kind of proof is a value of ``proof``, and a call of ``_prove`` of the run's step
    when it has happened. See ``docs/architecture.rst``.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    proof = fields.Selection(
        [
            ("email", "An email to the customer is sent"),
            ("meeting", "A meeting is held"),
        ],
        string="Done When",
        help="The activity is marked as done when this has happened on the record. It "
        "can be marked as done manually all the same.",
    )
    proof_outcome_id = fields.Many2one(
        "mail.activity.outcome",
        string="With the Outcome",
        ondelete="set null",
        help="Outcome of the activity that is proved to be done.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        if any(templates.mapped("proof")):
            self.env.registry.clear_cache()
        return templates

    def write(self, vals):
        if "proof" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.constrains("proof", "plan_id")
    def _check_proof(self):
        models_by_proof = self._get_proof_models()
        for template in self.filtered("proof"):
            res_model = template.plan_id.res_model
            known = models_by_proof.get(template.proof)
            if known and res_model and res_model not in known:
                labels = dict(self._fields["proof"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "“%(step)s” can't be done when this happens: %(proof)s. That "
                        "doesn't happen on these records: %(model)s.",
                        step=template.display_name,
                        proof=labels[template.proof],
                        model=self.env["ir.model"]._get(res_model).name,
                    )
                )

    @api.model
    def _get_proof_models(self):
        """Hook: on which records something can happen.

        :returns: kind of proof -> names of models; one that isn't there: on all
        :rtype: dict[str, set[str]]
        """
        return {}

    def _prepare_run_line_values(self):
        values = super()._prepare_run_line_values()
        if not self.proof or self.action_type != "activity":
            return values
        return {
            **values,
            "proof": self.proof,
            "proof_outcome_id": self.proof_outcome_id.id,
        }

    @api.model
    @tools.ormcache()
    def _get_used_proofs(self):
        """:returns: the kinds of proof that plans, or what was launched, ask for
        :rtype: frozenset"""
        steps = self.sudo()._read_group([("proof", "!=", False)], ["proof"])
        lines = self.env["mail.activity.plan.run.line"].sudo()
        launched = lines._read_group(
            [("proof", "!=", False), ("state", "in", ("waiting", "scheduled"))],
            ["proof"],
        )
        return frozenset(proof for [proof] in [*steps, *launched])
