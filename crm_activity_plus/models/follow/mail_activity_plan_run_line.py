# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import ValidationError

from ...engine.assignment import StepAssigner
from ...engine.notifier import tell_given
from ...engine.rotation import Rotation

# Who has one of these on the record has the steps with it, also when it is somebody
# else by now.
FOLLOWED_ROLES = ("salesperson", "team_leader")


class MailActivityPlanRunLine(models.Model):
    """Steps follow the roles that people have on their record."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _find_heirs(self, documents, moved):
        """Find out to whom open steps belong by now.

        A person who was chosen by hand stays. Others than those with a role on the
        record are replaced only where they can't work in the company that the record
        was moved to.

        :param dict documents: run -> its record
        :param moved: the runs whose record is in another company now
        :returns: line -> a user or nobody, for those that change hands
        :rtype: dict
        """
        heirs = {}
        rotation = Rotation(self.env)
        assigner = StepAssigner(rotation)
        for line in self:
            run, record = line.run_id, documents[line.run_id]
            user = line.user_id
            if line._follows_role():
                user = line._find_by_role(record)
            elif run in moved and user and not user._filter_can_work_in(run.company_id):
                user = line._find_replacement(record, assigner)
            if user != line.user_id:
                heirs[line] = user
        rotation.take()
        return heirs

    def _follows_role(self):
        self.ensure_one()
        return self.responsible_type in FOLLOWED_ROLES and not self.is_reassigned

    def _find_by_role(self, record):
        """:returns: who has the step's role; once it is scheduled, somebody has to do
        it: where nobody has the role, the salesperson or the team leader"""
        if self.state == "scheduled":
            return self.run_id._find_stand_in(record, [self.responsible_type])
        user = self.env["mail.activity.plan"]._find_user_by_role(
            self.responsible_type, record
        )
        return user.sudo()._filter_can_work_in(self.run_id.company_id)

    def _find_replacement(self, record, assigner):
        """:returns: who does the step instead of somebody who can't: by its role, else
        the salesperson or the team leader, or nobody"""
        if self.state == "scheduled" or self.responsible_type != "round_robin":
            user = self._find_responsible(assigner).user.sudo()
            if user := user._filter_can_work_in(self.run_id.company_id):
                return user
        return self.run_id._find_stand_in(record)

    def _give_to(self, users_by_line):
        """Give open steps, and their activities, to other people, and tell those who
        had them and those who get them.

        :param dict users_by_line: line -> a user, or nobody
        """
        before = {line: line.user_id for line in users_by_line}
        lines = self.browse().union(*users_by_line)
        self.env["res.users"].union(*users_by_line.values())._lock_as_active()
        for user, given in lines.grouped(users_by_line.get).items():
            with_activity = given.filtered(lambda line: line._get_open_activity())
            (given - with_activity).write({"user_id": user.id})
            # The steps follow, and the ledger tells both in one row.
            with_activity.activity_id._give_to(user)
        scheduled = lines.filtered(lambda line: line.state == "scheduled")
        scheduled._avoid_days_off(before)
        for line in scheduled.filtered("date_due"):
            # It is done at the same time of day, where the new one is.
            line.date_due = line._get_date_due()
        scheduled._trigger_due()
        tell_given(scheduled, before)

    def _avoid_days_off(self, before):
        """Under a policy that knows days off, steps move on to a day on which their new
        responsible works, where the one before would have worked on theirs.

        :param dict before: line -> who had it
        """
        daters, dates = {}, {}
        for line in self:
            run = line.run_id
            if run.deadline_policy == "calendar" or not line.date_deadline:
                continue
            company = run._get_working_company()
            dater = daters.setdefault(
                run.resource_calendar_id, run._get_dater("shift_forward")
            )
            day = line.date_deadline
            if dater.why_off(day, before[line], company):
                continue
            if not dater.why_off(day, line.user_id, company):
                continue
            try:
                dates[line] = dater.shift(
                    day, 0, "days", "after", line.user_id, company, "reassigned"
                )
            except ValidationError:
                # Nobody works in that calendar at all.
                continue
        self._reschedule(dates, "reassigned")
