# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import by_engine, unsteered
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

_logger = logging.getLogger(__name__)


class MailActivityPlanRunLine(models.Model):
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    proof = fields.Selection(
        selection=lambda self: self._get_template_selection("proof"),
        string="Done When",
        readonly=True,
    )
    proof_outcome_id = fields.Many2one(
        "mail.activity.outcome", readonly=True, ondelete="set null"
    )
    proof_model = fields.Char(readonly=True)
    proof_res_id = fields.Many2oneReference(
        "Proved by", model_field="proof_model", readonly=True
    )

    _proof_index = models.Index(
        "(proof, res_model, res_id) WHERE proof IS NOT NULL AND state = 'scheduled'"
    )

    @api.model
    def _prove(self, what, records, proof):
        """Close the steps that wait for something which has just happened.

        Whoever made it happen need not have the right to complete the activities: what
        they say to be done has happened on the run's own record.

        :param str what: a value of ``proof``
        :param records: the documents that it happened on
        :param proof: the record that proves it
        """
        if what not in self.env["mail.activity.plan.template"]._get_used_proofs():
            return
        lines = by_engine(self).search(
            [
                ("proof", "=", what),
                ("state", "=", "scheduled"),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("run_id.state", "=", "running"),
            ]
        )
        for line in lines:
            line._close_by(proof)

    def _close_by(self, proof):
        """Complete the activity of a step; whatever is in the way of it must not stop
        what proves it."""
        activity = self.activity_id
        if not activity:
            return
        outcome = self.proof_outcome_id
        try:
            with savepoint(self.env.cr):
                self.write({"proof_model": proof._name, "proof_res_id": proof.id})
                activity.complete(outcome.id or None)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            level = logging.INFO if isinstance(error, UserError) else logging.WARNING
            _logger.log(level, "The step %s stays open", self.id, exc_info=True)

    def _get_proof_start(self):
        """:returns: since when something counts as a proof: since the step's turn"""
        self.ensure_one()
        dates = [line.date_done for line in self._get_previous() if line.date_done]
        return max([self.run_id.date_start, *dates])

    def action_open_proof(self):
        """Open what has proved that the step is done.

        :raises UserError: nothing has, or it was deleted
        """
        line = unsteered(self)
        Arguments(self.env).check_single(line)
        line.check_access("read")
        model = self.env.get(line.proof_model or "")
        record = model is not None and model.browse(line.proof_res_id).exists()
        if not record:
            raise UserError(
                self.env._("Nothing is there that proves “%s”.", line.display_name)
            )
        if record._name == "mail.message":
            # It is read on the record that it is about.
            record = self.env[line.res_model].browse(line.res_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
