# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.tools.dates import Deadline
from odoo.addons.crm_activity_plus.tools.states import OPEN_RUN_STATES


class MailActivityPlanRun(models.Model):
    """The run of a customer who has reached a level, in one company.

    It is the customer's as long as anything is overdue there, also when all of its
    levels are done or somebody has stopped it: each level comes once in that time.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    followup_company_id = fields.Many2one(
        "res.company",
        "Follow-up of",
        readonly=True,
        ondelete="set null",
        help="Company that the customer owes something.",
    )
    followup_is_open = fields.Boolean(
        "Still Overdue",
        readonly=True,
        help="Something has been overdue ever since the plan was launched.",
    )
    followup_next_mode = fields.Selection(
        [("auto", "Automatic"), ("manual", "Manual")],
        "Next Reminder",
        default="auto",
        readonly=True,
    )
    followup_manual_date = fields.Date("Chosen Reminder Date", readonly=True)
    stop_reason = fields.Selection(
        selection_add=[
            ("paid", "Nothing is overdue any more: it was paid"),
            ("credited", "Nothing is overdue any more: it was credited"),
            ("disputed", "Nothing is overdue any more: items were excluded"),
            ("settled", "Nothing is overdue any more"),
        ],
        ondelete={
            "paid": "set condition",
            "credited": "set condition",
            "disputed": "set condition",
            "settled": "set condition",
        },
    )

    # One for each customer and company.
    _followup_open = models.UniqueIndex(
        "(followup_company_id, res_id) WHERE followup_is_open",
        "The customer's follow-up has begun already.",
    )

    # The order of the list.
    _followup_next = models.Index(
        "(followup_company_id, next_deadline, id) WHERE followup_is_open"
    )

    @api.model
    def _find_followups(self, partners):
        """:returns: the runs of customers in the active company, where anything is
        overdue; for the engine"""
        return by_engine(self).search(
            [
                ("followup_is_open", "=", True),
                ("followup_company_id", "=", self.env.company.root_id.id),
                ("res_id", "in", partners.ids),
            ]
        )

    def _get_followup_step(self):
        """:returns: the step of the level that comes next, or is due, or none"""
        self.ensure_one()
        if self.state not in OPEN_RUN_STATES:
            return self.line_ids.browse()
        return self.line_ids.filtered(lambda line: line.state == "scheduled")[:1]

    def _get_followup_status(self, today):
        """:returns: whether there is something to do"""
        self.ensure_one()
        step = self._get_followup_step()
        if not step:
            return "none"
        is_due = self.state == "running" and step.date_deadline <= today
        return "in_need" if is_due else "waiting"

    def _get_followup_reached(self, today):
        """:returns: the step of the level that the customer has reached, or none"""
        self.ensure_one()
        return self.line_ids.sorted("sequence").filtered(
            lambda line: line.state == "done" or line._is_followup_reached(today)
        )[-1:]

    def _set_followup_reminder(self, day):
        """:param date day: when the customers come back into the list; none for the
        dates of their levels"""
        for run in self:
            run.write(
                {
                    "followup_next_mode": "manual" if day else "auto",
                    "followup_manual_date": day,
                }
            )
            if step := run._get_followup_step():
                step._put_off(Deadline(day) if day else step._find_followup_deadline())

    def _put_off_followup(self, day, today):
        """Take a customer off the list, though nothing was done.

        :param date day: until when; none for the date that was chosen before, for that
            of the next level or, where that is past, for a week
        """
        step = self._get_followup_step()
        if day:
            self.write({"followup_next_mode": "manual", "followup_manual_date": day})
        else:
            following = step.followed_by_ids[:1].date_deadline
            chosen = self.followup_next_mode == "manual" and self.followup_manual_date
            days = [chosen, following, today + timedelta(days=7)]
            day = next(day for day in days if day and day > today)
        step._put_off(Deadline(day))

    def _follow_oldest(self, oldest):
        """The oldest overdue item is another one: what isn't done yet counts from it.

        :param dict oldest: id of a customer -> due date of that item
        """
        deadlines = {}
        for run in self:
            day = oldest.get(run.res_id)
            if not day or day == run.plan_date:
                continue
            run.plan_date = day
            step = run._get_followup_step()
            if step and run.followup_next_mode == "auto":
                deadline = step._find_followup_deadline()
                if deadline.date != step.date_deadline:
                    deadlines[step] = deadline
        if deadlines:
            moved = self.line_ids.browse().union(*deadlines)
            moved.followup_put_off = False
            moved._reschedule(deadlines, "rescheduled")

    def _end_followup(self, reason):
        """Nothing is overdue any more.

        :param str reason: a value of ``stop_reason``
        """
        # Whoever stops a run takes it first.
        self.filtered(lambda run: run.state in OPEN_RUN_STATES)._stop(reason)
        self.write({"followup_is_open": False})

    def _on_run_ended(self, runs):
        result = super()._on_run_ended(runs)
        gone = runs.filtered(
            lambda run: run.followup_is_open
            and run.stop_reason in ("lost", "merged", "record_deleted")
        )
        gone.followup_is_open = False
        return result

    def _merge_into(self, record):
        """Of the runs of two customers in one company, one stays."""
        customers = self.filtered("followup_is_open")
        if customers:
            others = self._find_all_followups(record) - customers
            for same in (customers + others).grouped("followup_company_id").values():
                furthest = max(
                    same, key=lambda run: (run.state in OPEN_RUN_STATES, run.progress)
                )
                (same - furthest)._end_followup("merged")
        return super()._merge_into(record)

    @api.model
    def _find_all_followups(self, record):
        domain = [("followup_is_open", "=", True), ("res_id", "=", record.id)]
        return by_engine(self).search([*domain, ("res_model", "=", record._name)])

    def _post_launch_notes(self):
        """What is done for a level is told in the chatter, and not that there is one:
        customers reach them by the thousand."""
        return super(
            MailActivityPlanRun, self.filtered(lambda run: not run.followup_is_open)
        )._post_launch_notes()

    @api.model
    def _select_open_followups(self, company):
        """:returns: a query for the customers whose follow-up has begun"""
        return SQL(
            "SELECT res_id FROM mail_activity_plan_run"
            " WHERE followup_is_open AND followup_company_id = %s",
            company.id,
        )
