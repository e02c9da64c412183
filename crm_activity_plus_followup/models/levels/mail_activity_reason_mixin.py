# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools.translate import LazyTranslate

# Translated when they are read.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SENTENCES = {
    "followup_accountants": _lt(
        "“%(plan)s” can be launched by those who deal with invoices only. Ask one of "
        "them."
    ),
    "followup_nothing_overdue": _lt("Nothing is overdue of “%(record)s”."),
    "followup_running": _lt("“%(record)s” is followed up already."),
}


class MailActivityReasonMixin(models.AbstractModel):
    """Why customers aren't followed up."""

    _inherit = "mail.activity.reason.mixin"

    @api.model
    def _get_reason_sentences(self):
        return {**super()._get_reason_sentences(), **SENTENCES}
