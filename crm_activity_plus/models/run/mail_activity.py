# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...engine.environment import by_engine
from ...tools.internal import read_internal
from ...tools.states import CLOSED_STATUSES
from ..calendar.mail_activity import TIME_FIELDS

# Context key: activities are not created, only their values collected.
VALUES_KEY = "activity_values_only"
# Context key: the :class:`Beginnings` of the steps that the activities are created for.
BEGINNINGS_KEY = "activity_steps_begin"


class MailActivity(models.Model):
    """An activity that somebody does for a step of a running plan: the step has its
    date and its responsible, and is closed with it."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Running Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    run_line_id = fields.Many2one(
        "mail.activity.plan.run.line",
        string="Plan Step",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        collected = read_internal(self.env.context, VALUES_KEY)
        if collected:
            collected.rows.extend(vals_list)
            return self.browse()
        activities = super().create(vals_list)
        beginnings = read_internal(self.env.context, BEGINNINGS_KEY)
        if beginnings and (lines := by_engine(activities).run_line_id):
            lines._begin_with(activities, beginnings)
        return activities

    def _align_steps(self, names, change):
        """A step has the date and responsible that its activity was given.

        :param names: the fields that were just written
        :param change: see :class:`~...engine.change.Change`
        :returns: line -> what changed of it: name -> old and new value
        """
        if not {"date_deadline", *TIME_FIELDS} & set(names):
            return {}
        old_values, vals_by_line = {}, {}
        for activity in by_engine(self).filtered("run_line_id"):
            line = activity.run_line_id
            vals = activity._prepare_step_values(change)
            if vals and activity.status not in CLOSED_STATUSES:
                old_values[line] = line._get_logged_values()
                vals_by_line[line] = vals
        # The activity's row tells of both.
        by_engine(self).run_line_id._write_each(vals_by_line, is_told=True)
        return {
            line: line._get_logged_changes(values)
            for line, values in old_values.items()
        }

    def _prepare_step_values(self, change):
        """:returns: what the step has to say of the activity, and doesn't yet"""
        line, day, vals = self.run_line_id, self.date_deadline, {}
        if line.user_id != self.user_id:
            vals["user_id"] = self.user_id.id
            if change.is_chosen_by_hand:
                vals["is_reassigned"] = True
        if line.date_deadline != day:
            explanation = change.explanations.get(line.id, {})
            if explanation.get("date") != day.isoformat():
                explanation = line._explain_change("rescheduled", day)
            vals |= {"date_deadline": day, "date_explanation": explanation}
        return vals

    def _give_to(self, user, reason=False):
        """Assign the activities to somebody else, as the engine decided: their steps
        follow the record's people as before. Whoever calls this tells those people,
        since core would send one message for each activity.

        :param user: who has them from now on, or nobody
        :param reason: why, for the ledger
        """
        quiet = self.with_context(mail_activity_quick_update=True)
        quiet._saying(reason=reason, is_chosen_by_hand=False).write(
            {"user_id": user.id}
        )

    def _reschedule(self, day, explanations):
        """:param date day: their new due date
        :param dict explanations: why their steps get it: id of a step -> its
            ``date_explanation``
        """
        self._saying(explanations=explanations).write({"date_deadline": day})
