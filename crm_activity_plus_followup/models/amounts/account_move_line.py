# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class AccountMoveLine(models.Model):
    """An open item, which may be kept out of follow-ups."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "account.move.line"

    followup_excluded = fields.Boolean(
        "Excluded from Follow-ups",
        compute="_compute_followup_excluded",
        store=True,
        readonly=False,
        copy=False,
        help="Keep this item out of what the customer is reminded of, because it is "
        "disputed, say.",
    )

    def _auto_init(self):
        """Odoo would compute the field of each of maybe millions of rows."""
        if not column_exists(self.env.cr, "account_move_line", "followup_excluded"):
            create_column(
                self.env.cr, "account_move_line", "followup_excluded", "boolean"
            )
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE account_move_line AS line SET followup_excluded = TRUE
                      FROM account_journal AS journal
                     WHERE journal.id = line.journal_id AND journal.type <> 'general'
                       AND line.no_followup
                    """
                )
            )
        return super()._auto_init()

    @api.depends("no_followup")
    def _compute_followup_excluded(self):
        """Odoo's own field says so for all of an invoice. It is set by default on every
        miscellaneous entry, opening balances too, which customers owe all the same:
        there it says nothing."""
        for line in self:
            line.followup_excluded = (
                line.no_followup and line.journal_id.type != "general"
            )

    def action_followup_exclude(self):
        """Keep the items out of follow-ups."""
        self.followup_excluded = True
        return True

    def action_followup_include(self):
        """Have the items in follow-ups again."""
        self.followup_excluded = False
        return True
