# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

# What a quotation proves in which states, in the order in which it happens.
PROVED_IN = {
    "quotation_sent": ("sent", "sale"),
    "quotation_confirmed": ("sale",),
}


class SaleOrder(models.Model):
    """A quotation that is sent or confirmed, whoever does it and however, closes the
    steps that wait for that."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for what in PROVED_IN:
            orders._filter_reached(what)._close_steps(what)
        return orders

    def write(self, vals):
        if not {"opportunity_id", "state"} & vals.keys():
            return super().write(vals)
        # Whoever writes a quotation need not be allowed to read it then.
        orders = self.sudo()
        before = {what: orders._filter_reached(what) for what in PROVED_IN}
        leads = {order: order.opportunity_id for order in orders}
        result = super().write(vals)
        for what in PROVED_IN:
            (orders._filter_reached(what) - before[what])._close_steps(what)
        moved = orders.filtered(lambda order: order.opportunity_id - leads[order])
        moved._prove_earlier()
        return result

    def _filter_reached(self, what):
        return self.filtered(lambda order: order.state in PROVED_IN[what])

    def _prove_earlier(self):
        """The quotations have got to other steps: what happened to them after a step's
        turn has come closes it, too."""
        for what in PROVED_IN:
            self._filter_reached(what)._close_steps(what, is_new=False)

    def _close_steps(self, what, is_new=True):
        """:param str what: what happened to these quotations
        :param bool is_new: whether it has just happened"""
        if not self:
            return
        # The engine goes by what has happened, whatever of the quotation, the customer
        # or the lead may be read by whoever made it happen.
        orders = self.sudo()
        steps = self.env["mail.activity.plan.run.line"]
        found = steps._match_documents(what, orders)
        if is_new:
            found |= steps._match_customers(what, orders, ("res.partner",))
        proofs = {}
        for line, own in found.items():
            start = line._get_proof_start()
            if reached := own.filtered(
                lambda order, start=start: is_new or order._get_moment(what) >= start
            ):
                proofs[line] = reached[0]
        steps._close_each(proofs)

    def _get_proved_documents(self):
        """Hook: which documents the quotation is about, beside its customer.

        :returns: recordsets
        """
        self.ensure_one()
        return [self, self.opportunity_id]

    def _get_moment(self, what):
        """:returns: when something happened to it, at the earliest
        :rtype: datetime"""
        self.ensure_one()
        is_confirmed = what == "quotation_confirmed"
        moment = self.date_order if is_confirmed else self.create_date
        return moment or fields.Datetime.now()
