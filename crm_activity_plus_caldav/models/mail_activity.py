# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, fields, models

from odoo.addons.crm_activity_plus.tools.states import CLOSED_STATUSES

from ..ical.text import Refused

_logger = logging.getLogger(__name__)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    # So that nobody has to look for the task of any other activity that is done.
    caldav_is_repeated = fields.Boolean(
        "Repeated",
        readonly=True,
        copy=False,
        help="A calendar program repeats it: when it is done, the next one comes.",
    )

    def action_export_ical(self):
        """Download the activities as a file for calendar programs."""
        return self.env["caldav.export"]._download(self)

    @api.model
    def action_export_ical_filter(self, domain):
        """Download all activities that a filter finds.

        :param list domain: the filter
        """
        return self.env["caldav.export"]._download_found(self, domain)

    def _follow_statuses(self, old_statuses, reason=False):
        created = super()._follow_statuses(old_statuses, reason)
        done = self.filtered(
            lambda activity: activity.status == "done"
            and old_statuses[activity] not in CLOSED_STATUSES
            and activity.caldav_is_repeated
        )
        return created | done._schedule_next_occurrences()

    def _schedule_next_occurrences(self):
        """:returns: what comes after these, which are done"""
        created = self.browse()
        if not self:
            return created
        resources = self.env["caldav.resource"].sudo()
        resources = resources.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        for resource in resources.filtered("raw"):
            activity = self.browse(resource.res_id)
            mapper = self.env["caldav.mapper.activity"]
            try:
                created |= mapper._schedule_next(resource, activity)
            except Refused:
                # It was read before, so that this has to do with another release.
                _logger.exception(
                    "What comes after activity %s is unknown", activity.id
                )
        return created
