# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ...tools.internal import Internal, read_internal


class MailActivity(models.Model):
    """What the web client gets of an activity."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _search(self, domain, *args, **kwargs):
        if read_internal(self.env.context, "activity_done_only"):
            domain = Domain(domain) & (
                Domain("active", "=", True) | Domain("status", "=", "done")
            )
        return super()._search(domain, *args, **kwargs)

    @api.readonly
    @api.model
    def get_activity_data(
        self, res_model, domain, limit=None, offset=0, fetch_done=False
    ):
        """What is inactive there is done, not cancelled or on hold; and there is no
        column for types that can't be used on the model."""
        activities = self.with_context(activity_done_only=Internal(bool(fetch_done)))
        data = super(MailActivity, activities).get_activity_data(
            res_model, domain, limit=limit, offset=offset, fetch_done=fetch_done
        )
        types = self.env["mail.activity.type"]
        shown = set(types.search(types._get_applicable_domain(res_model))._ids)
        shown.update(*data["grouped_activities"].values())
        data["activity_types"] = [
            row for row in data["activity_types"] if row["id"] in shown
        ]
        return data

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Whoever computes an activity without the server, as the web client's tests
        do, takes the chaining type from the type, as in core."""
        described = super().fields_get(allfields, attributes)
        if "chaining_type" in described and "related" in (attributes or ["related"]):
            described["chaining_type"]["related"] = "activity_type_id.chaining_type"
        return described

    def _to_store_defaults(self, target):
        """The Done pop-up offers the outcomes, and the chatter tells of the plan and
        the status; with the same number of queries for any number of activities."""
        offered = []

        def get_outcomes(activity):
            if not offered:
                offered.append(self.env["mail.activity.outcome"]._get_offered())
            return activity._get_outcomes_data(offered[0])

        return super()._to_store_defaults(target) + [
            "attempt",
            "on_hold_until",
            "status",
            Store.Attr("outcomes", get_outcomes),
            Store.Attr("plan_step", lambda activity: activity._get_plan_step_data()),
        ]

    def _get_outcomes_data(self, outcomes):
        """:returns: those of the outcomes that the activity can end with; JSON-able"""
        self.ensure_one()
        return [
            {
                "id": outcome.id,
                "name": outcome.name,
                "code": outcome.code,
                "kind": outcome.kind,
            }
            for outcome in outcomes
            if outcome._is_applicable(self.activity_type_id)
        ]

    def _get_plan_step_data(self):
        """:returns: which step of which plan the activity is; JSON-able, or False"""
        self.ensure_one()
        line = self.sudo().run_line_id
        if not line:
            return False
        return {
            "run_id": line.run_id.id,
            "plan": line.run_id.name,
            "name": line.display_name,
            "number": line.run_id.line_ids.ids.index(line.id) + 1,
            "count": len(line.run_id.line_ids),
        }
