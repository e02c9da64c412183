# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    def _insert_followers(
        self,
        res_model,
        res_ids,
        partner_ids,
        subtypes=None,
        customer_ids=None,
        check_existing=True,
        existing_policy="skip",
    ):
        """Whoever creates a record follows it; core takes for granted that nobody does
        yet. An automation rule that launched a plan on it, while it was being created,
        has made the responsible a follower.

        :raises ConcurrencyError: somebody made a partner a follower at this moment,
            such as by launching a plan while the record gets that salesperson. Odoo
            repeats the transaction then
        """
        try:
            return super()._insert_followers(
                res_model,
                res_ids,
                partner_ids,
                subtypes=subtypes,
                customer_ids=customer_ids,
                check_existing=check_existing
                or self.env["ir.actions.server"]._has_done_something(),
                existing_policy=existing_policy,
            )
        except UniqueViolation as error:
            if error.diag.table_name != self._table:
                raise
            raise ConcurrencyError(str(error)) from error
