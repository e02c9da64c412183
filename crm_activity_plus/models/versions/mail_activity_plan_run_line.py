# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL

from ...engine.versions import REMOVED


class MailActivityPlanRunLine(models.Model):
    """Steps that a later version of the plan no longer has."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _is_removed(self):
        """:returns: whether the step was skipped because the plan no longer has it"""
        self.ensure_one()
        return self.state == "skipped" and self.reason_code == REMOVED

    @api.model
    def _replace_links(self, links):
        """Have steps wait for others; with two queries, where the ORM has two for each.

        :param dict links: step -> the steps that it waits for from now on
        """
        steps = self.browse().union(*links)
        field = self._fields["after_ids"]
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                steps.ids,
            )
        )
        pairs = [
            (step.id, other.id) for step, others in links.items() for other in others
        ]
        self._insert_links("after_ids", pairs)
        self.invalidate_model(["after_ids", "followed_by_ids"])
        steps.modified(["after_ids"])
