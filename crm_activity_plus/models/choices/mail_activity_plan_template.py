# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...engine.environment import is_program, is_uninstalling

_logger = logging.getLogger(__name__)

# What a step does, and where: whoever chooses it must be allowed to do it.
CHOICE_FIELDS = ("action_type", "mail_template_id", "plan_id", "server_action_id")
# On which records, when and in whose name it does it. Changing that takes the same.
USE_FIELDS = (
    "activity_type_id",
    "after_codes",
    "after_ids",
    "after_mode",
    "after_outcome_ids",
    "condition_domain",
    "delay_count",
    "delay_from",
    "delay_unit",
    "responsible_id",
    "responsible_type",
    "time_of_day",
)


class MailActivityPlanTemplate(models.Model):
    """What a step does, who may choose it, and that nobody deletes it."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    @api.model
    def _get_choice_fields(self):
        """:returns: names of the fields that say what a step does, see
        :meth:`_check_choices`"""
        return CHOICE_FIELDS

    @api.model
    def _get_guarded_fields(self):
        """:returns: names of the fields by whose change the choice is looked at: the
        engine leaves it to whoever made it"""
        return CHOICE_FIELDS if self.env.su else CHOICE_FIELDS + USE_FIELDS

    def _check_choices(self):
        """Whoever saves a step must be allowed to do what it does: the engine does it
        with elevated rights.

        It is no constraint: these are looked at later, too, as whoever happens to be
        there then.
        """
        for template in self:
            reason = template._get_choice_error()
            if reason:
                raise AccessError(
                    self.env._(
                        "The step “%(step)s”: %(reason)s",
                        step=template.display_name,
                        reason=reason,
                    )
                )

    def _get_choice_error(self):
        """:returns: why the current user can't choose what the step does, or False"""
        self.ensure_one()
        if self.mail_template_id and not self.mail_template_id.has_access("read"):
            return self.env._(
                "You may not use the email template that was chosen. Choose another "
                "one, or ask an administrator to save the step."
            )
        action = self.server_action_id
        return action and action._get_choice_error(self.sudo().plan_id.res_model)

    @api.model
    def _check_not_used(self, name, records):
        """Keep people from deleting what steps need.

        :param str name: a many2one field
        :param records: what is to be deleted
        :raises UserError: a step needs one of them
        """
        if is_uninstalling(self.env):
            return
        steps = self.sudo().search([(name, "in", records.ids)])
        if steps and is_program(self.env):
            _logger.warning("%s need %s, which are deleted.", steps, records)
        elif steps:
            raise UserError(
                self.env._(
                    "“%(records)s” can't be deleted: steps of “%(plans)s” need it. "
                    "Change these plans first.",
                    records=", ".join(steps[name].mapped("display_name")),
                    plans=", ".join(steps.plan_id.mapped("name")),
                )
            )
