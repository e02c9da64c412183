# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain


class MailActivityBackground(models.AbstractModel):
    """The door by which scheduled actions hand over what they have found.

    A scheduled action is called by one process at a time, on one host. An addon that
    has more of them takes the records here, and has batches of them dealt with by the
    method ``_work_<kind>`` of their model. Nobody asks whether there is such an addon:
    without one, nothing is handed over, and the scheduled action does everything.
    """

    _name = "mail.activity.background"
    _description = "Background Work"

    @api.model
    def _hand_over(self, kind, records, domain, order="id"):
        """Hook: have somebody else deal with what a scheduled action has found.

        :param str kind: what is to be done. The model has a method ``_work_<kind>``,
            for some of its records: it does what they still need, in transactions of
            its own, and returns whether that is all. Otherwise somebody was in its way,
            or the time was over, and it is called again
        :param records: the model
        :param domain: which of its records need it
        :param str order: in which they are dealt with
        :returns: the domain of those that are left to the scheduled action
        """
        return Domain(domain)
