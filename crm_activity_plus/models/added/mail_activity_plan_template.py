# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.added_fields import KEPT_TYPES, is_added, is_writable, read_values
from ...tools.steps import KNOWN_DELAYS, KNOWN_ROLES, KNOWN_UNITS


class MailActivityPlanTemplate(models.Model):
    """What other addons add to a step."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    @api.model
    def _get_added_fields(self):
        """:returns: names of the fields that other addons add to the steps of plans"""
        return [
            name
            for name, field in self._fields.items()
            if is_added(field) and field.store and field.type in KEPT_TYPES
        ]

    @api.model
    def _get_activity_fields(self):
        """Hook: which of the fields that other addons add to a step are meant for its
        activity.

        These are the fields that they add to activities as well, by the same name; or
        by the name without ``activity_``, with which Odoo's own models begin the names
        of what they say about an activity.

        :returns: names of fields here -> of fields of ``mail.activity``
        :rtype: dict
        """
        targets = self.env["mail.activity"]._fields
        found = {}
        for name in self._get_added_fields():
            field = self._fields[name]
            for other in (name, name.removeprefix("activity_")):
                target = targets.get(other)
                if (
                    target
                    and is_added(target)
                    and is_writable(target)
                    and (target.type, target.comodel_name)
                    == (field.type, field.comodel_name)
                    and target.type != "one2many"
                ):
                    found[name] = other
                    break
        return found

    def _has_added_delay(self):
        """:returns: whether another addon knows what the step's delay means"""
        self.ensure_one()
        return self.delay_from not in KNOWN_DELAYS or self.delay_unit not in KNOWN_UNITS

    def _read_added_values(self):
        """:returns: what other addons say about the step, for its run to keep;
        JSON-able, or None"""
        self.ensure_one()
        values = read_values(self.sudo(), self._get_added_fields())
        if self.responsible_id and self.responsible_type not in KNOWN_ROLES:
            values["responsible_id"] = self.responsible_id.id
        return values or None
