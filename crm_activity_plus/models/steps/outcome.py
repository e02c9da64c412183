# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

from ...engine.reasons import get_error_reason, name_of, tell_fresh_reason
from ...tools.reasons import Reason
from ...tools.savepoint import savepoint
from ..actions.ir_actions_server import MAX_DEPTH

_logger = logging.getLogger(__name__)


class MailActivityPlanRunLine(models.Model):
    """What the outcome of a step without an activity brings: the same as if the step's
    responsible had marked an activity as done, by the same code. No next activity
    follows, as after any step: the plan says what comes next.

    What ended the step has happened, and nobody is there who could put anything right.
    So what can't be done is told on the record and in the ledger, and the rest goes on.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _end_actions(self, transition, outcome, reason=False, **values):
        """Close steps that did themselves, and do what their outcome says.

        :param transition: that of the steps' runs
        :param outcome: a ``mail.activity.outcome``, or none
        :param reason: why, for the history
        :param values: what else to write on the steps
        """
        ended = transition.end(self, "done", outcome, reason, **values)
        if not outcome:
            return
        for (env, depth), lines in ended.grouped(
            lambda line: (line._get_acting_env(), line.run_id._get_action_depth())
        ).items():
            actions = self.env["ir.actions.server"]
            depth = max(depth, actions._get_depth()) + 1
            if depth > MAX_DEPTH:
                _logger.error(
                    "The outcome “%s” (%s) of steps led to itself again and again. It "
                    "is cut off at the steps %s. Change a plan so that it doesn't go "
                    "round in a circle.",
                    outcome.name,
                    outcome.id,
                    lines.ids,
                )
                continue
            with actions._at_depth(depth):
                lines._apply_outcome(outcome.with_env(env))

    def _get_acting_env(self):
        """:returns: the environment of whoever the step is done for: its responsible,
        else whoever launched the plan, else Odoo itself; in the company whose working
        days count. Nobody else's context gets into it.
        """
        self.ensure_one()
        user = (self.user_id + self.run_id.user_id)._filter_can_do_activities()[:1]
        user = user or user.browse(SUPERUSER_ID)
        context = {"lang": user.lang, "tz": user.tz}
        company = self.run_id._get_working_company()
        if company in user.company_ids:
            others = user.company_ids - company
            context["allowed_company_ids"] = [company.id, *others.ids]
        return self.env(user=user.id, context=context, su=False)

    def _apply_outcome(self, outcome):
        """:param outcome: that of the steps, for whoever they are done for"""
        found = zip(self, self._get_records(), strict=True)
        existing = self.browse().concat(*(line for line, record in found if record))
        for res_model, lines in existing.grouped("res_model").items():
            # On the run's own record, the engine may do what the plan leads to.
            for what, ended, allowed, do in outcome._get_effects_on_records(
                res_model, lines, lines
            ):
                for line in ended:
                    if line in allowed:
                        line._try_effect(outcome, what, do)
                    else:
                        line._tell_not_done(outcome._get_refused_reason([what]))

    def _try_effect(self, outcome, what, do):
        """Do what an outcome says, or tell why that can't be done.

        :param what: a :class:`~...tools.reasons.Reason`
        :param do: a method that does it after steps
        :raises psycopg2.OperationalError: the transaction is lost
        """
        try:
            with savepoint(self.env.cr):
                do(self)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("After the step %s", self.id, exc_info=True)
            values = {"outcome": name_of(outcome), "effects": [what]}
            values["note"] = get_error_reason(error)
            self._tell_not_done(Reason("effects_failed", values))

    def _tell_not_done(self, reason):
        """Tell what an outcome should have done: in the history, and on the record.

        :param reason: why it isn't done, a :class:`~...tools.reasons.Reason`
        """
        self.ensure_one()
        row = self._prepare_log_values("changed", self.state)
        self.env["mail.activity.log"]._add([{**row, "reason": reason}])
        record = self._get_record()
        if hasattr(record, "_message_log"):
            record._message_log(body=tell_fresh_reason(self.env, reason))
