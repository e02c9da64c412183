# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError

from ...engine.assignment import StepAssigner
from ...engine.rotation import Rotation


class MailActivityPlanRunLine(models.Model):
    """What closing a step would start.

    The engine itself is asked, on copies of the steps that are never saved: new records
    whose origin they are. So the answer is what the engine would do, by construction.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _preview_close(self, outcome):
        """Tell what would happen if the step's activity were done with an outcome.

        :returns: what would be scheduled, see ``mail.activity.preview_complete``, and
            what else there is to know, in a sentence or False
        """
        self.ensure_one()
        run = self.run_id
        if outcome._allows_another(self.attempt, self.max_attempts):
            day = self._find_retry_deadline(outcome, run._get_dater()).date
            user = self.activity_id._find_able(self.user_id)
            return [self._describe_step("retry", day, user)], False
        if outcome.effect == "stop":
            return [], self.env._("The plan “%(plan)s” ends.", plan=run.name)
        if self._is_won_by(outcome):
            return [], self.env._(
                "The plan “%(plan)s” ends: the lead is won.", plan=run.name
            )
        if run.state == "paused":
            return [], self.env._(
                "The plan “%(plan)s” is paused. It goes on when it is resumed.",
                plan=run.name,
            )
        copies = [line.new(origin=line) for line in run.line_ids]
        lines = self.browse().concat(*copies)
        try:
            steps = lines._preview_advance(self, outcome)
            return steps, not steps and lines._preview_end()
        finally:
            # The next preview begins anew.
            lines.invalidate_recordset()

    def _is_won_by(self, outcome):
        return bool(
            self.res_model == "crm.lead"
            and self.run_id.exit_on_won
            and outcome.stage_id.is_won
        )

    def _preview_advance(self, closed, outcome):
        """Let the copies of a run's steps do what ``_advance`` does.

        :param closed: the step that is done
        :returns: the steps that are scheduled then
        """
        steps = []
        dater = closed.run_id._get_dater()
        assigner = StepAssigner(Rotation(self.env))
        self.filtered(lambda line: line._origin == closed)._pretend(
            state="done", outcome_id=outcome.id, done_by_id=self.env.uid
        )
        while True:
            starting, dead = self._split_by_turn()
            if not starting and not dead:
                return steps
            dead._pretend(state="skipped", branch_taken=False)
            for line in starting:
                step = line._preview_schedule(dater, assigner)
                if step:
                    steps.append(step)

    def _pretend(self, **values):
        for line in self:
            line.update({"date_done": fields.Datetime.now(), **values})

    def _preview_schedule(self, dater, assigner):
        """:returns: the step as it would be scheduled, or None where it would not"""
        try:
            if not self._meets_condition():
                self._pretend(state="skipped")
                return None
            values = self._prepare_schedule_values(dater, assigner)
        except UserError:
            self._pretend(state="failed")
            return None
        self.update({"state": "scheduled"})
        user = self.env["res.users"].browse(values["user_id"])
        day = values.get("date_deadline") or self.date_deadline
        return self._describe_step("step", day, user)

    def _preview_end(self):
        """:returns: what the plan waits for, where nothing follows at once"""
        run = self[0].run_id
        under_way = self.filtered(lambda line: line.state == "scheduled")
        if under_way:
            return self.env._(
                "The plan “%(plan)s” goes on with: %(steps)s.",
                plan=run.name,
                steps=", ".join(under_way.mapped("display_name")),
            )
        return self.env._("The plan “%(plan)s” is finished then.", plan=run.name)

    def _describe_step(self, kind, day, user):
        self.ensure_one()
        return {
            "kind": kind,
            "type": self.activity_type_id.name,
            "name": self.display_name,
            "date_deadline": fields.Date.to_string(day),
            "user_id": user.id,
            "user_name": user.name,
            "action_type": self.action_type,
        }
