# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import models

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ...engine.open_items import OpenItems
from ..amounts.res_partner import AMOUNTS

_logger = logging.getLogger(__name__)


class ResPartner(models.Model):
    """A customer's follow-up ends when nothing is overdue any more."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    def _refresh_followups(self, reason="settled"):
        """What customers owe the active company has changed: end what is over, and let
        the rest count from what is the oldest now.

        :param str reason: why that is, a value of ``stop_reason``
        """
        # Whoever has become a contact of another has a run of its own until now.
        customers = self | self.commercial_partner_id
        customers.sudo(False).invalidate_recordset(AMOUNTS, flush=False)
        runs = self.env["mail.activity.plan.run"]._find_followups(customers)
        if not runs:
            return
        customers = customers.browse(runs.mapped("res_id"))
        totals = OpenItems(self.env).get_totals(customers)
        oldest = {
            customer_id: row["followup_oldest_date"]
            for customer_id, row in totals.items()
            if row["amount_overdue"] > 0
        }
        over = runs.filtered(lambda run: run.res_id not in oldest)
        over._end_followup(reason)
        (runs - over)._follow_oldest(oldest)
        customers.sudo(False).invalidate_recordset(
            [name for name in self._fields if name.startswith("followup_")]
        )

    def _try_to_refresh_followups(self, reason="settled"):
        """:meth:`_refresh_followups`; but nobody is kept from their accounting by what
        goes wrong there. The daily job looks again.

        :raises psycopg2.OperationalError: the transaction is lost
        """
        try:
            with savepoint(self.env.cr):
                self._refresh_followups(reason)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The follow-ups of contacts %s are not up to date", self)
