# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.environment import by_engine


class MailActivityType(models.Model):
    """What becomes of what needs a type, when the addon that brought it goes, or the
    model that it is for."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.type"

    @api.model
    def _lose_models(self, models_lost):
        """Models are about to vanish: core deletes the types that are for one of them.
        One that is for several, all of which vanish, must not be one for all now.

        :param models_lost: of ``ir.model``
        """
        types = self.with_context(active_test=False)
        lost = types.search([("res_model", "in", models_lost.mapped("model"))])
        lost._replace(self.env.ref("mail.mail_activity_data_todo"))
        limited = types.search([("applies_to_ids", "in", models_lost.ids)]) - lost
        limited.filtered(
            lambda activity_type: not activity_type.applies_to_ids - models_lost
        ).active = False

    def _replace(self, other):
        """Give whatever needs these types, which are about to be deleted, another one:
        activities of any status (core: the open ones), and steps of plans and runs."""
        if not self:
            return
        table = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities = table.search([("activity_type_id", "in", self.ids)])
        activities._replace_type(other)
        triggering = self.sudo().with_context(active_test=False)
        triggering.search(
            [("triggered_next_type_id", "in", self.ids)]
        ).triggered_next_type_id = False
        self._replace_in_steps(other)

    def _replace_in_steps(self, other):
        """Give the steps of plans and runs another type. They keep all that they had
        from the old one."""
        # First the outcomes: some steps come after them.
        for outcome in self._find_outcomes():
            outcome.activity_type_ids += other
            outcome.activity_type_ids -= self
        using = [("activity_type_id", "in", self.ids)]
        lines = by_engine(self.env["mail.activity.plan.run.line"]).search(using)
        for activity_type, same in lines.grouped("activity_type_id").items():
            same.filtered(lambda line: not line.summary).summary = activity_type.name
        lines.activity_type_id = other
        for step in self.env["mail.activity.plan.template"].sudo().search(using):
            step.write(
                {
                    "activity_type_id": other.id,
                    "summary": step.summary or step.activity_type_id.name,
                    "note": step.note,
                    "responsible_type": step.responsible_type,
                    "responsible_id": step.responsible_id.id,
                }
            )
