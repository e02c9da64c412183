# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.tools.states import OPEN_RUN_STATES

_logger = logging.getLogger(__name__)

# Meetings are looked at for so long after their end.
LOOK_BACK = timedelta(days=3)
# Steps that a meeting closes.
WAITING = [
    ("proof", "=", "meeting"),
    ("state", "=", "scheduled"),
    ("run_id.state", "in", OPEN_RUN_STATES),
    ("is_proved_on_pause", "=", False),
]


class CalendarEvent(models.Model):
    """A meeting is held when its end has passed and nobody has cancelled it."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._trigger_held()
        return events

    def write(self, vals):
        result = super().write(vals)
        if {"stop", "stop_date", "start", "duration"} & vals.keys():
            self._trigger_held()
        return result

    def _trigger_held(self):
        """Have it looked at when the meetings are over."""
        proofs = self.env["mail.activity.plan.template"]._get_used_proofs()
        if "meeting" not in proofs:
            return
        now = fields.Datetime.now()
        ends = {event.stop for event in self if event.stop and event.stop > now}
        if ends:
            cron = self.env.ref("crm_activity_plus_automation.ir_cron_prove_meetings")
            cron.sudo()._trigger(sorted(ends))

    @api.model
    def _cron_prove_meetings(self):
        """Close the steps that wait for a meeting which was held."""
        lines = by_engine(self.env["mail.activity.plan.run.line"])
        proofs = self._find_proofs(lines.search(WAITING))
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(proofs))
        for line_id, event in proofs:
            try:
                # Somebody may have closed it meanwhile.
                for line in lines.browse(line_id).exists().filtered_domain(WAITING):
                    line._close_by(event)
                self.env.flush_all()
            except psycopg2.OperationalError:
                _logger.info("The step %s is closed later", line_id, exc_info=True)
                self.env.cr.rollback()
            if not commit(1):
                break

    @api.model
    def _find_proofs(self, lines):
        """:returns: ids of steps, each with the meeting that closes it"""
        proofs, now = [], fields.Datetime.now()
        for res_model, same in lines.grouped("res_model").items():
            held = self._find_held(res_model, list({*same.mapped("res_id")}), now)
            for line in same:
                since = line._get_proof_start()
                events = held.get(line.res_id, self.browse())
                if event := events.filtered(lambda e, since=since: e.stop >= since)[:1]:
                    proofs.append((line.id, event))
        return proofs

    @api.model
    def _find_held(self, res_model, ids, now):
        """:returns: id of a record -> meetings about it that were held lately"""
        about = [("res_model", "=", res_model), ("res_id", "in", ids)]
        if res_model == "crm.lead":
            about = ["|", ("opportunity_id", "in", ids), "&", *about]
        events = self.sudo().search(
            [("stop", "<=", now), ("stop", ">", now - LOOK_BACK), *about], order="stop"
        )
        held = {}
        for event in events:
            lead = event.opportunity_id.id if res_model == "crm.lead" else False
            res_id = lead or event.res_id
            held[res_id] = held.get(res_id, self.browse()) | event
        return held
