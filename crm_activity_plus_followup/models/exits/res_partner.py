# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from functools import partial

import psycopg2

from odoo import models
from odoo.api import SUPERUSER_ID, Environment
from odoo.service.model import retrying

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ...engine.open_items import OpenItems
from ..amounts.res_partner import AMOUNTS

_logger = logging.getLogger(__name__)

# Of a transaction: whose follow-ups are looked at again once it is committed.
AGAIN_KEY = "crm_activity_plus_followup.again"


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

    def _look_at_followups_again(self, reason="settled"):
        """Look again when this transaction is committed. One that pays the rest at the
        same moment, or launches a plan, doesn't see it, nor does this one see that: by
        itself, neither ends anything. Whichever is committed last sees both.

        :param str reason: see :meth:`_refresh_followups`
        """
        postcommit = self.env.cr.postcommit
        if AGAIN_KEY not in postcommit.data:
            postcommit.data[AGAIN_KEY] = {}
            postcommit.add(partial(_refresh_again, self.env.registry, postcommit.data))
        ids = postcommit.data[AGAIN_KEY].setdefault(
            (self.env.company.id, reason), set()
        )
        ids.update(self.ids)


def look_no_more(cr):
    """Whoever launched in this transaction looks again by themselves."""
    cr.postcommit.data.pop(AGAIN_KEY, None)


def _refresh_again(registry, data):
    """:param dict data: what was put off until the commit"""
    for (company_id, reason), ids in data.pop(AGAIN_KEY, {}).items():
        try:
            # Closed by the error, if any: nothing half done is committed.
            with registry.cursor() as cr:
                env = Environment(cr, SUPERUSER_ID, {})
                company = env["res.company"].browse(company_id)
                partners = env["res.partner"].browse(sorted(ids)).exists()
                partners = partners.with_company(company)
                retrying(partial(partners._refresh_followups, reason), env)
        except Exception:
            # What was committed stays so, whoever waits for an answer.
            _logger.exception("Follow-ups of contacts %s", sorted(ids))
