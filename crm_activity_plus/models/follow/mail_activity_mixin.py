# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...engine.environment import is_uninstalling
from ...engine.locks import lock

# What runs follow: the company that the record belongs to, and who has a role on it.
FOLLOWED_FIELDS = ("company_id", "team_id", "user_id")


class MailActivityMixin(models.AbstractModel):
    """The plan runs of a record follow it: see ``_follow_documents`` of runs."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.mixin"

    def write(self, vals):
        is_followed = self._get_followed_fields() & vals.keys() and self._has_plans()
        if is_followed:
            # Where a plan is launched at this moment, this begins anew; and it does so
            # before the new salesperson becomes a follower, as by the launch.
            lock(self)
        result = super().write(vals)
        if is_followed:
            self._align_plan_runs()
        return result

    def _write_multi(self, vals_list):
        """A company or a team that is computed, such as those of a lead, is written
        here only."""
        super()._write_multi(vals_list)
        self._filter_computed(vals_list, self._get_followed_fields())._align_plan_runs()

    @api.model
    def _get_followed_fields(self):
        """:returns: the names of the fields that say whom the runs of a record follow;
            the salesperson of an invoice has another one behind its ``user_id``
        :rtype: set[str]
        """
        names = set()
        for name in FOLLOWED_FIELDS:
            if field := self._fields.get(name):
                names.add(name)
                if field.related:
                    names.add(field.related.partition(".")[0])
        return names

    def _align_plan_runs(self):
        """Have the plan runs of the records follow them: see ``_follow_documents``."""
        if self and self._has_plans():
            self._get_plan_runs()._follow_documents()

    @api.model
    def _has_plans(self):
        """:returns: whether there may be plan runs on records of the model"""
        # While an addon is uninstalled, the engine's tables may be gone already.
        if is_uninstalling(self.env):
            return False
        plans = self.env["mail.activity.plan"]
        return self._name in plans._get_watched_models("launched")

    def _merge_activities_into(self, survivor):
        """These records are about to be merged into another one and deleted: give it
        their plans, and their activities of every status. Core moves the open ones
        only, and deletes what is left.

        :param survivor: the record of the same model that stays
        """
        merged = self - survivor
        if not merged:
            return
        (survivor + merged)._get_plan_runs()._merge_into(survivor)
        merged._get_all_activities()._move_to(survivor)
        self.env["mail.activity.log"]._add_merges(merged, survivor)
        # Core is about to read them.
        (survivor + merged).invalidate_recordset(["activity_ids"], flush=False)
