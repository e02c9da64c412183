# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo import api, models
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

        :raises ConcurrencyError: see :meth:`_repeating_where_taken`
        """
        with self._repeating_where_taken():
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

    @api.model
    def _insert_pairs(self, res_model, pairs):
        """Make partners followers of records, each of their own, all at once; those who
        are already stay what they are.

        :param set pairs: ids of a record and of a partner
        :raises ConcurrencyError: see :meth:`_repeating_where_taken`
        """
        res_ids = sorted({res_id for res_id, _partner_id in pairs})
        partner_ids = sorted({partner_id for _res_id, partner_id in pairs})
        new, _known = self._add_default_followers(res_model, res_ids, partner_ids)
        with self._repeating_where_taken():
            self.sudo().with_context(default_partner_id=False).create(
                [
                    {**values, "res_id": res_id}
                    for res_id, vals_list in new.items()
                    for values in vals_list
                    if (res_id, values["partner_id"]) in pairs
                ]
            )

    @contextmanager
    def _repeating_where_taken(self):
        """:raises ConcurrencyError: somebody made a partner a follower at this moment,
        such as by launching a plan while the record gets that salesperson. Odoo
        repeats the transaction then
        """
        try:
            yield
        except UniqueViolation as error:
            if error.diag.table_name != self._table:
                raise
            raise ConcurrencyError(str(error)) from error
