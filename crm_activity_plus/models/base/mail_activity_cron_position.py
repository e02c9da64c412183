# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class MailActivityCronPosition(models.Model):
    """How far scheduled actions came that go through long lists.

    Where the time of a call is over, the next one goes on from here, instead of looking
    at the beginning of the list again and again.
    """

    _name = "mail.activity.cron.position"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Scheduled Action Position"

    name = fields.Char(required=True, readonly=True)
    last_id = fields.Integer(
        "Last Record", required=True, readonly=True, help="0: at the end of the list."
    )

    _name_unique = models.Constraint(
        "UNIQUE (name)", "A scheduled action has only one position."
    )

    @api.model
    def _get(self, name):
        """:returns: the id of the last record that was looked at, or 0"""
        return self.sudo().search([("name", "=", name)]).last_id

    @api.model
    def _set(self, name, last_id):
        """Remember a position; it is committed together with what was done there."""
        self.env.execute_query(
            SQL(
                """
                INSERT INTO mail_activity_cron_position (name, last_id)
                     VALUES (%(name)s, %(last_id)s)
                ON CONFLICT (name) DO UPDATE SET last_id = EXCLUDED.last_id
                  RETURNING id
                """,
                name=name,
                last_id=last_id,
            )
        )
        self.invalidate_model(["last_id"], flush=False)

    @api.model
    def _find_start(self, name, records, domain):
        """:param records: a model
        :param domain: of the records to go through, in the order of their ids
        :returns: the id behind which to begin, and how many records there are; those
            before were looked at by an earlier call, unless that came to the end
        """
        last_id = self._get(name)
        if last_id:
            behind = Domain(domain) & Domain("id", ">", last_id)
            if count := records.search_count(behind):
                return last_id, count
        return 0, records.search_count(domain)

    @api.model
    def _go_through(self, name, records, do):
        """Do something with each record in a transaction of its own. Where the time of
        a call is over, the next one begins behind the last record, so that one that
        fails again and again doesn't keep others from it.

        :param str name: of the position
        :param records: in the order of their ids
        :param do: function of a record; it doesn't raise, except where somebody else
            changes the same at this moment
        """
        cron = self.env["ir.cron"]
        last_id = self._get(name)
        records = records.sorted(lambda record: record.id <= last_id)
        cron._commit_progress(remaining=len(records))
        for record in records:
            try:
                do(record)
                self._set(name, record.id)
            except psycopg2.OperationalError:
                # It comes back with the next call.
                _logger.info("%s was interrupted", record, exc_info=True)
                self.env.cr.rollback()
                self._set(name, record.id)
            if not cron._commit_progress(1):
                break
