# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict

import psycopg2

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class MailActivity(models.Model):
    """Activities that somebody scheduled on a record while it was merged into another
    one: there is no foreign key that would have kept the one from the other."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.autovacuum
    def _move_left_behind(self):
        """Put the activities of merged records on the records that stayed. The history
        tells of those that had any when they were merged."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT log.res_model, log.merged_res_id, log.res_id
                  FROM mail_activity_log AS log
                 WHERE log.merged_res_id IS NOT NULL
                   AND EXISTS (
                        SELECT FROM mail_activity AS activity
                         WHERE activity.res_model = log.res_model
                           AND activity.res_id = log.merged_res_id
                       )
                 ORDER BY log.id
                """
            )
        )
        ends = defaultdict(dict)
        for res_model, merged_id, res_id in rows:
            # What was merged twice is where it was merged last.
            ends[res_model][merged_id] = res_id
        for res_model, res_ids in ends.items():
            if res_model in self.env:
                self._move_from_merged(res_model, res_ids)

    @api.model
    def _move_from_merged(self, res_model, res_ids):
        """:param dict res_ids: ids of merged records -> ids of those that stayed"""
        records = self.env[res_model].sudo()
        existing = set(records.browse({*res_ids, *res_ids.values()}).exists()._ids)
        for merged_id, res_id in res_ids.items():
            # A merged record may be kept, and have activities of its own.
            if res_id in existing and merged_id not in existing:
                merged = records.browse(merged_id)
                merged._get_all_activities()._move_to(records.browse(res_id))

    @staticmethod
    def _move_meanwhile(registry, uid, res_model, res_ids):
        """The same right after a merge; in a transaction of its own."""
        try:
            with registry.cursor() as cr:
                activities = api.Environment(cr, uid, {})["mail.activity"]
                activities.sudo()._move_from_merged(res_model, res_ids)
        except psycopg2.OperationalError:
            _logger.info("What was merged is looked at later", exc_info=True)
        except Exception:
            _logger.exception("What was merged can't be looked at")
