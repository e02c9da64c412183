# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date


class MailActivityPlanRunLine(models.Model):
    """What was done for a level is noted down."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _note_followup(self, what):
        """Note down what was done for levels that customers have reached. A statement
        between two levels is none of what the next one asks for.

        :param str what: ``printed``, ``sent`` or ``handled``
        """
        today = self._get_followup_today()
        reached = self.filtered(lambda step: step._is_followup_reached(today))
        if reached:
            reached.write({f"followup_{what}": fields.Datetime.now()})

    def _check_followup_reached(self):
        """:raises UserError: a customer hasn't reached the level yet"""
        today = self._get_followup_today()
        early = self.filtered(lambda step: not step._is_followup_reached(today))
        if early:
            customer = self.env["res.partner"].browse(early[0].res_id)
            raise UserError(
                self.env._(
                    "%(customer)s: “%(level)s” comes on %(date)s. Choose an earlier "
                    "date for the next reminder to do it now.",
                    customer=customer.display_name,
                    level=early[0].display_name,
                    date=format_date(self.env, early[0].date_deadline),
                )
            )

    def _is_followup_done_by_email(self):
        """:returns: whether nothing is left to do once the email was sent"""
        self.ensure_one()
        return not self.followup_letter and not self.followup_manual

    def _finish_followup(self):
        """The level is done: the next one comes."""
        manual = self.filtered("activity_id")
        if manual:
            manual.activity_id.complete()
        if others := self - manual:
            others._finish_action()
