# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MailActivityPlanRunLine(models.Model):
    """What was done for a level is noted down."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _note_followup(self, what):
        """:param str what: ``printed``, ``sent`` or ``handled``"""
        if self:
            self.write({f"followup_{what}": fields.Datetime.now()})

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
