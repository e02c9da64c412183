# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import models

from ...tools.internal import read_internal

# Context key: who is to follow records is collected, in a :class:`NewFollowers`.
FOLLOWERS_KEY = "activity_new_followers"


class NewFollowers:
    """Who is to follow the records of activities that the engine creates. Core makes
    the people followers one after the other, each by a dozen queries."""

    def __init__(self):
        # Name of a model -> ids of records and of partners.
        self._pairs = defaultdict(set)

    def add(self, records, partner_ids):
        """:param records: who is to follow them, beside whoever does already"""
        self._pairs[records._name].update(
            (res_id, partner_id)
            for res_id in records._ids
            for partner_id in partner_ids
        )

    def insert(self, env):
        """Make them followers."""
        # Their ids come from superusers alone: see message_subscribe.
        partners = env["res.partner"].sudo()
        for res_model, pairs in self._pairs.items():
            ids = {partner_id for _res_id, partner_id in pairs}
            # As core does: the others are told of nothing.
            active = set(partners.search([("id", "in", list(ids))])._ids)
            pairs = {pair for pair in pairs if pair[1] in active}
            env["mail.followers"]._insert_pairs(res_model, pairs)


class MailThread(models.AbstractModel):
    """People follow the records that they have something to do on."""

    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        collected = read_internal(self.env.context, FOLLOWERS_KEY)
        if not collected or subtype_ids or not self.env.su:
            return super().message_subscribe(partner_ids, subtype_ids)
        collected.add(self, partner_ids or ())
        return True
