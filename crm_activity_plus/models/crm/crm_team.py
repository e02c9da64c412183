# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.environment import by_engine
from ...tools.states import OPEN_RUN_STATES, OPEN_STEP_STATES

_logger = logging.getLogger(__name__)


class CrmTeam(models.Model):
    _inherit = "crm.team"

    lead_no_next_step_count = fields.Integer(
        "# Leads Missing a Next Step", compute="_compute_lead_no_next_step_count"
    )

    def _compute_lead_no_next_step_count(self):
        counts = dict(
            self.env["crm.lead"]._read_group(
                [("team_id", "in", self.ids), ("has_no_next_step", "=", True)],
                ["team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.lead_no_next_step_count = counts.get(team, 0)

    def write(self, vals):
        """The steps of a team's leader are the next one's."""
        if "user_id" not in vals:
            return super().write(vals)
        runs = self._get_led_runs()
        result = super().write(vals)
        runs._follow_documents()
        # Of plans that are launched at this moment, this transaction sees nothing.
        self.env.cr.postcommit.add(
            partial(
                type(self)._follow_meanwhile, self.env.registry, self.env.uid, self.ids
            )
        )
        return result

    @staticmethod
    def _follow_meanwhile(registry, uid, ids):
        """Give the new leaders what was launched while they became that; in a
        transaction of its own. What this can't do, the check of the exits does."""
        try:
            with registry.cursor() as cr:
                teams = api.Environment(cr, uid, {})["crm.team"].sudo().browse(ids)
                teams.exists()._get_led_runs()._follow_documents()
        except psycopg2.OperationalError:
            _logger.info("The teams %s are followed later", ids, exc_info=True)
        except Exception:
            _logger.exception("The teams %s can't be followed", ids)

    def unlink(self):
        runs = self._get_led_runs()
        result = super().unlink()
        runs._follow_documents()
        return result

    def _get_led_runs(self):
        """:returns: the open runs on the teams' records that have a step for the
        team leader, or one that went to the leader, or to nobody, for want of
        somebody else; for the engine"""
        steps = by_engine(self.env["mail.activity.plan.run.line"])
        on_records = Domain.FALSE
        for res_model in steps._get_document_models():
            records = self.env.get(res_model)
            field = records is not None and records._fields.get("team_id")
            if field and field.store and field.comodel_name == self._name:
                records = records.sudo().with_context(active_test=False)
                on_records |= Domain("res_model", "=", res_model) & Domain(
                    "res_id", "in", records._search([("team_id", "in", self.ids)])
                )
        is_led = Domain("responsible_type", "=", "team_leader") | Domain(
            "user_id", "in", [*self.user_id.ids, False]
        )
        return steps.search(
            on_records
            & is_led
            & Domain("state", "in", OPEN_STEP_STATES)
            & Domain("run_id.state", "in", OPEN_RUN_STATES)
        ).run_id

    @api.readonly
    def action_view_no_next_step(self):
        """Open the team's leads without a next step, by salesperson."""
        Arguments(self.env).check_single(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.crm_lead_action_no_next_step"
        )
        action["context"] = {
            "create": False,
            "search_default_salesperson": 1,
            "search_default_team_id": self.id,
        }
        return action
