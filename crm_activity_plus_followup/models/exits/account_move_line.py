# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

WATCHED_FIELDS = {
    "account_id",
    "date_maturity",
    "followup_excluded",
    "no_followup",
    "partner_id",
}


class AccountMoveLine(models.Model):
    """What changes of an item may end a follow-up."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "account.move.line"

    def write(self, vals):
        watched = WATCHED_FIELDS & vals.keys()
        if not watched:
            return super().write(vals)
        partners = self._get_followup_partners()
        result = super().write(vals)
        is_disputed = watched & {"followup_excluded", "no_followup"}
        self._refresh_followups("disputed" if is_disputed else "settled", partners)
        return result

    def _reconcile_plan(self, reconciliation_plan):
        result = super()._reconcile_plan(reconciliation_plan)
        lines = self.browse(_flatten(reconciliation_plan))
        is_credited = "out_refund" in lines.move_id.mapped("move_type")
        lines._refresh_followups("credited" if is_credited else "paid")
        return result

    def _filter_followed(self):
        """:returns: the lines that customers may be reminded of"""
        return self.filtered(
            lambda line: line.partner_id
            and line.parent_state == "posted"
            and line.account_id.account_type == "asset_receivable"
        )

    def _get_followup_partners(self):
        """:returns: company -> the customers of the lines in it"""
        return {
            company: lines.partner_id
            for company, lines in self._filter_followed()
            .grouped(lambda line: line.company_id.root_id)
            .items()
        }

    def _refresh_followups(self, reason, before=None):
        """What customers owe may have changed.

        :param str reason: a value of ``stop_reason``
        :param dict before: company -> the customers that it may have changed for, too
        """
        # Whoever deals with entries may have no right to the runs of customers.
        found = self.sudo()._get_followup_partners()
        for company, partners in (before or {}).items():
            found[company] = found.get(company, partners) | partners
        for company, partners in found.items():
            partners = partners.sudo().with_company(company)
            partners._try_to_refresh_followups(reason)
            partners._look_at_followups_again(reason)


def _flatten(plan):
    """:param plan: lines, or lists of them in each other: see ``_reconcile_plan``
    :returns: the ids of all of them"""
    if isinstance(plan, models.BaseModel):
        return plan.ids
    return [line_id for part in plan for line_id in _flatten(part)]
