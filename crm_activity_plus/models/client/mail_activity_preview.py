# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments
from ...tools.states import OPEN_RUN_STATES


class MailActivity(models.Model):
    """What completing an activity would start, told before anybody clicks."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.readonly
    def preview_complete(self):
        """Tell what :meth:`complete` would start, for each way the activity can end.
        Nothing is written.

        :returns: first for no outcome, then for each outcome: ``outcome_id``, ``note``
            (what else there is to know) and ``steps``: what would be scheduled, each
            with ``kind`` (``step``, ``retry``, ``following``, ``triggered``,
            ``suggested`` or ``plan``), ``name``, ``type``, ``date_deadline``,
            ``user_id``, ``user_name`` and ``action_type``
        :rtype: list[dict]
        :raises UserError: the activity is closed already
        """
        Arguments(self.env).check_single(self)
        self.check_access("read")
        self._check_open()
        outcomes = self.env["mail.activity.outcome"]
        offered = outcomes._get_offered().filtered(
            lambda outcome: outcome._is_applicable(self.activity_type_id)
        )
        return [
            self._try_preview_outcome(outcome)
            for outcome in (outcomes.sudo(), *offered)
        ]

    def _try_preview_outcome(self, outcome):
        try:
            return self._preview_outcome(outcome)
        except UserError as error:
            # It can't be chosen, but the others can.
            return {"outcome_id": outcome.id, "note": error.args[0], "steps": []}

    def _preview_outcome(self, outcome):
        line = self.sudo().run_line_id
        note = False
        if line and not line.is_closed and line.run_id.state in OPEN_RUN_STATES:
            steps, note = line._preview_close(outcome)
        else:
            steps = self._preview_following(outcome)
        steps += self._preview_triggered(outcome)
        plan = outcome._get_plan_to_launch(self.res_model)
        if plan and self._filter_existing_record()._filter_may_lead_on():
            steps.append({"kind": "plan", "name": plan.name})
        refused = [
            name
            for name, wanted, permitted, _do in outcome._get_effects(
                self.res_model, self
            )
            if wanted - permitted
        ]
        if refused:
            sentence = self._get_refused_reason(outcome, refused)
            note = f"{note} {sentence}" if note else sentence
        if not steps and not note:
            steps = self._preview_suggested()
        return {"outcome_id": outcome.id, "note": note, "steps": steps}

    def _preview_following(self, outcome):
        """What an outcome schedules by itself, where there is no plan to do so."""
        steps = []
        if outcome._is_followed(self) and self._filter_may_be_followed():
            values = self._prepare_following_values(outcome.next_type_id)
            steps.append(self._describe_next("following", values))
        if outcome._allows_another(self.attempt):
            steps.append(
                self._describe_next("retry", self._prepare_retry_values(outcome))
            )
        return steps

    def _preview_triggered(self, outcome):
        """What core schedules after each activity of a type."""
        # Nobody sees this one: it is there to be asked what would be.
        done = self.sudo().new(origin=self)
        done.outcome_id = outcome
        if done.chaining_type != "trigger":
            return []
        activity = self.with_context(activity_previous_deadline=self.date_deadline)
        values = activity._prepare_next_activity_values()
        return [self._describe_next("triggered", values)]

    def _preview_suggested(self):
        """What core suggests after activities of a type; nothing of it is scheduled."""
        if self.chaining_type != "suggest":
            return []
        return [
            self._describe_next(
                "suggested", self._prepare_following_values(activity_type)
            )
            for activity_type in self.activity_type_id.suggested_next_type_ids
        ]

    def _describe_next(self, kind, values):
        """:param dict values: those of a new activity
        :returns: it, for :meth:`preview_complete`"""
        activity_type = self.env["mail.activity.type"].browse(
            values.get("activity_type_id")
        )
        user = self.env["res.users"].sudo().browse(values.get("user_id"))
        return {
            "kind": kind,
            "type": activity_type.name,
            "name": values.get("summary") or activity_type.name,
            "date_deadline": fields.Date.to_string(
                fields.Date.to_date(values.get("date_deadline"))
            ),
            "user_id": user.id,
            "user_name": user.name,
            "action_type": "activity",
        }
