# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from itertools import chain

import psycopg2

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID
from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.environment import by_engine, unsteered
from odoo.addons.crm_activity_plus.engine.locks import take
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint
from odoo.addons.crm_activity_plus.tools.states import OPEN_RUN_STATES

_logger = logging.getLogger(__name__)

# What closing a step goes by of the context of whoever proves it.
KEPT_KEYS = ("allowed_company_ids", "lang", "tz")


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
    is_proved_on_pause = fields.Boolean(
        "Proved while Paused",
        readonly=True,
        help="It has happened while the plan is paused: the step is done once the plan "
        "resumes.",
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
        lines = self._find_unproved(what, records)
        self._close_each(dict.fromkeys(lines, proof))

    @api.model
    def _find_unproved(self, what, records=None, domain=()):
        """:param str what: a value of ``proof``
        :param records: the documents of the steps, of one model; default: any
        :param domain: what else is asked of the steps
        :returns: the steps that wait for it, as the engine"""
        lines = self._as_prover()
        if what not in self.env["mail.activity.plan.template"]._get_used_proofs():
            return lines.browse()
        if records is not None:
            about = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
            domain = [*about, *domain]
        return lines.search(
            [
                ("proof", "=", what),
                ("state", "=", "scheduled"),
                ("run_id.state", "in", OPEN_RUN_STATES),
                *domain,
            ]
        )

    @api.model
    def _match_documents(self, what, records):
        """:param str what: a value of ``proof``
        :param records: what may prove it; their ``_get_proved_documents`` says on which
            documents
        :returns: step that waits for it -> those of the records that are about it
        :rtype: dict"""
        about = defaultdict(records.browse)
        if what not in self.env["mail.activity.plan.template"]._get_used_proofs():
            return {}
        for record in records:
            for document in chain.from_iterable(record._get_proved_documents()):
                about[document._name, document.id] |= record
        found = {}
        for res_model in {res_model for res_model, _id in about}:
            ids = [res_id for model, res_id in about if model == res_model]
            lines = self._find_unproved(what, self.env[res_model].browse(ids))
            found |= {line: about[res_model, line.res_id] for line in lines}
        return found

    @api.model
    def _match_customers(self, what, records, res_models):
        """:param str what: a value of ``proof``
        :param records: what may prove it, each with a ``partner_id`` and a company
        :param res_models: names of models, on whose records a plan is about the
            customer
        :returns: step that waits for it -> those of the records that are of its
            customer, and of the company that it is about or one of its branches
        :rtype: dict"""
        own = records.grouped(lambda record: record.partner_id.commercial_partner_id)
        lines = self._find_unproved(
            what,
            domain=[
                ("res_model", "in", list(res_models)),
                (
                    "run_id.partner_id.commercial_partner_id",
                    "in",
                    [partner.id for partner in own],
                ),
            ],
        )
        found = {}
        for line in lines:
            run = line.run_id
            company = run.company_id or run.working_company_id
            found[line] = own[run.partner_id.commercial_partner_id].filtered(
                lambda record, company=company: company in record.company_id.parent_ids
            )
        return found

    @api.model
    def _as_prover(self):
        """:returns: the model for what the engine does where something is proved: by
        nobody's context, as whoever made it happen or, where that is no colleague, as
        OdooBot"""
        user = self.env.user
        if not user._is_internal():
            user = user.browse(SUPERUSER_ID)
        context = {
            key: value for key, value in self.env.context.items() if key in KEPT_KEYS
        }
        return by_engine(self.with_env(self.env(user=user.id, context=context)))

    @api.model
    def _close_each(self, proofs):
        """Complete the activities of steps: all that end alike at once; where that
        fails, each by itself. Whatever is in the way of it must not stop what proves
        it. Those of paused plans are completed once these resume.

        :param dict proofs: step -> the record that proves it
        """
        lines = self._as_prover().union(*proofs).filtered("activity_id")
        for same in lines.grouped("proof_outcome_id").values():
            if not same._try_to_close(proofs) and len(same) > 1:
                for line in same:
                    line._try_to_close(proofs)

    def _close_by(self, proof):
        """Complete the activity of a step; see :meth:`_close_each`.

        :param proof: the record that proves it
        """
        self._close_each({self: proof})

    def _try_to_close(self, proofs):
        """:returns: whether nothing was in the way"""
        outcome = self.proof_outcome_id
        try:
            with savepoint(self.env.cr):
                # A plan that resumes at this moment would see no proof, and this
                # transaction a pause.
                take(self.run_id.filtered(lambda run: run.state == "paused"))
                for line in self:
                    line._note_proof(proofs[line])
                closed = self.filtered(lambda line: not line.is_proved_on_pause)
                closed.activity_id.complete(outcome.id or None)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.invalidate_all()
            level = logging.INFO if isinstance(error, UserError) else logging.WARNING
            if len(self) == 1:
                _logger.log(level, "The step %s stays open", self.id, exc_info=True)
            return False
        return True

    def _note_proof(self, proof):
        self.write(
            {
                "proof_model": proof._name,
                "proof_res_id": proof.id,
                "is_proved_on_pause": self.run_id.state == "paused",
            }
        )

    def _close_resumed(self):
        """Complete the activities of steps that were proved while their plans were
        paused, unless the proof is gone."""
        proofs = {}
        for line in self.filtered("is_proved_on_pause"):
            line.is_proved_on_pause = False
            model = self.env.get(line.proof_model or "")
            record = model is not None and model.browse(line.proof_res_id).exists()
            if record and line.state == "scheduled":
                proofs[line] = record
        self.browse()._close_each(proofs)

    def _reset(self, delays):
        """A plan that begins again asks for other proofs than those there were."""
        self.write(
            {"is_proved_on_pause": False, "proof_model": False, "proof_res_id": False}
        )
        super()._reset(delays)
        used = self.env["mail.activity.plan.template"]._get_used_proofs()
        if {*self.mapped("proof")} - {False, *used}:
            # No plan asks for it any more, and nothing launched did until now.
            self.env.registry.clear_cache()

    def _get_proof_start(self):
        """:returns: since when something counts as a proof: since the step's turn"""
        self.ensure_one()
        dates = [line.date_done for line in self._get_previous() if line.date_done]
        return max([self.run_id.date_start, *dates])

    @api.readonly
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
