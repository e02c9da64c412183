# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools.translate import LazyTranslate

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SENTENCES = {
    "visit_no_room": _lt(
        "%(user)s has %(limit)s visits on each working day until %(last)s. Raise the "
        "number of visits per day, or assign the record to somebody else."
    ),
    "visit_failed": _lt("The visit couldn't be planned: %(error)s"),
}


class MailActivityReasonMixin(models.AbstractModel):
    _inherit = "mail.activity.reason.mixin"

    @api.model
    def _get_reason_sentences(self):
        return {**super()._get_reason_sentences(), **SENTENCES}
