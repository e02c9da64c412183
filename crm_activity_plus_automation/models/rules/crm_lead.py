# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import split_every

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

_logger = logging.getLogger(__name__)

# So many leads are looked at in a transaction.
BATCH_SIZE = 500


class CrmLead(models.Model):
    """What automation rules can be triggered by: a merge, and a next step that is
    missing."""

    _inherit = "crm.lead"

    merge_date = fields.Datetime("Last Merged on", readonly=True, copy=False)
    merge_user_id = fields.Many2one(
        "res.users", "Last Merged by", readonly=True, copy=False
    )
    merged_names = fields.Char(
        "Merged Into This",
        readonly=True,
        copy=False,
        help="Names of the opportunities that the last merge added to this one.",
    )
    missing_step_since = fields.Datetime(
        "Missing Next Step since",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the daily check found that nothing is planned next.",
    )

    def _merge_data(self, fnames=None):
        """The first of them stays: it says what was merged into it, and by whom."""
        return {
            **super()._merge_data(fnames),
            "merge_date": fields.Datetime.now(),
            "merge_user_id": self.env.uid,
            "merged_names": ", ".join(f"“{lead.name}”" for lead in self[1:]),
        }

    def log_meeting(self, meeting):
        """The record has one note about all visits of a series."""
        if meeting.plan_recurrence_id:
            return self.env["mail.message"]
        return super().log_meeting(meeting)

    @api.model
    def _cron_note_missing_steps(self):
        """Note down on which leads nothing is planned next, and on which something is
        again; automation rules hear of the first."""
        cron, leads = self.env["ir.cron"], self.sudo()
        for missing in (False, True):
            value = False if missing else fields.Datetime.now()
            domain = [
                ("has_no_next_step", "=", not missing),
                ("missing_step_since", "!=" if missing else "=", False),
            ]
            for ids in split_every(BATCH_SIZE, leads.search(domain).ids, list):
                batch = leads.browse(ids).exists().filtered_domain(domain)
                batch._note_missing_steps(value)
                if not cron._commit_progress(len(batch)):
                    return

    def _note_missing_steps(self, value):
        """A lead on which a rule fails is in no other one's way: it is tried again the
        next day."""
        if not self:
            return
        try:
            with savepoint(self.env.cr):
                self.write({"missing_step_since": value})
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception:
            self.env.invalidate_all()
            if len(self) == 1:
                _logger.exception("The missing step of the lead %s isn't noted", self)
                return
            half = len(self) // 2
            self[:half]._note_missing_steps(value)
            self[half:]._note_missing_steps(value)
