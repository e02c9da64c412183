# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from functools import partial

from odoo import api, fields, models

from ...engine.environment import is_uninstalling
from ...tools.values import is_id

# What runs follow: the company that the record belongs to, and who has a role on it.
FOLLOWED_FIELDS = ("company_id", "team_id", "user_id")
# So many records, by their ids, are looked at together.
NEIGHBOURS = 256


class MailActivityMixin(models.AbstractModel):
    """The plan runs of a record follow it: see ``_follow_documents`` of runs."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.mixin"

    has_plan_runs = fields.Boolean(
        compute="_compute_has_plan_runs",
        compute_sudo=True,
        exportable=False,
        groups="base.group_user",
        help="A plan was launched on the record.",
    )

    def _compute_has_plan_runs(self):
        """It is the same until the end of the transaction, unless a plan is launched in
        it, which says so (``_forget_records`` of runs): what others commit meanwhile
        isn't seen. So it is looked up once, for all the records that were read
        together: leads that are assigned one by one have no query each."""
        runs = self.env["mail.activity.plan.run"].sudo()
        launched = runs._read_group(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"]
        )
        ids = {res_id for [res_id] in launched}
        for record in self:
            record.has_plan_runs = record._origin.id in ids

    def write(self, vals):
        result = super().write(vals)
        if self._get_followed_fields() & vals.keys():
            self._align_plan_runs()
        return result

    def _write_multi(self, vals_list):
        """A company or a team that is computed, such as those of a lead, is written
        here only.

        Odoo has no public method for that. Measured: 0.02 ms for 500 leads, whose
        UPDATE takes 100 ms.
        """
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
        """Have the plan runs of the records follow them: see ``_follow_documents``.

        Where a plan is launched on one of them at this moment, one of the two begins
        anew: both write the record (``_touch_documents`` of runs).
        """
        if self and self._has_plans():
            records = self.sudo()
            if len(records) == 1 and is_id(records.id):
                # Core assigns leads one by one, each read by itself. Most of them were
                # created one after the other: what is looked up for one is known of its
                # neighbours. Measured: 650 leads have about 10 queries instead of 662.
                first = records.id - records.id % NEIGHBOURS
                records = records.with_prefetch(tuple(range(first, first + NEIGHBOURS)))
            if records := records.filtered("has_plan_runs"):
                records._get_plan_runs()._follow_documents()

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
        activities, env = type(self.env["mail.activity"]), self.env
        # What is scheduled on them at this moment, this transaction can't see.
        env.cr.postcommit.add(
            partial(
                activities._move_meanwhile,
                env.registry,
                env.uid,
                self._name,
                dict.fromkeys(merged.ids, survivor.id),
            )
        )
        # Core is about to read them.
        (survivor + merged).invalidate_recordset(["activity_ids"], flush=False)
