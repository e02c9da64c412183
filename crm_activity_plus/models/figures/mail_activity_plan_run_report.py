# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityPlanRunReport(models.Model):
    """One row for each run: how it ended, and what came of it."""

    _name = "mail.activity.plan.run.report"
    _inherit = ["mail.activity.figures.mixin"]
    _description = "Launch Analysis"
    _auto = False
    _order = "date_start DESC, id DESC"
    _rec_name = "run_id"

    date_end = fields.Datetime("Ended on", readonly=True)
    launched = fields.Integer(readonly=True)
    running = fields.Integer(readonly=True)
    paused = fields.Integer(readonly=True)
    done = fields.Integer("Completed", readonly=True)
    stopped = fields.Integer(readonly=True)
    failed = fields.Integer(readonly=True)
    days = fields.Float(
        "Days to the End",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="Days from the launch until the plan was completed, stopped or failed, "
        "with the time for which it was paused.",
    )
    replied = fields.Integer(readonly=True, help="The customer's reply stopped it.")
    met = fields.Integer(
        "Meeting Booked",
        readonly=True,
        help="A meeting was booked: it stopped the plan, or one of the plan's steps is "
        "about it.",
    )
    reply_rate = fields.Float(
        aggregator="avg",
        readonly=True,
        help="Share of the launches that the customer's reply stopped. Plans that a "
        "reply doesn't stop aren't counted: nothing is known about them.",
    )
    meeting_rate = fields.Float(
        aggregator="avg",
        readonly=True,
        help="Share of the launches in which a meeting was booked.",
    )

    _depends = {
        "mail.activity": ["activity_type_id", "calendar_event_id", "run_id"],
        "mail.activity.plan.run": ["date_end", "exit_on_reply"],
        "mail.activity.plan.run.line": ["calendar_event_id", "run_id"],
        "mail.activity.type": ["category"],
    }

    @api.model
    def _get_columns(self):
        met = SQL("(run.stop_reason = 'meeting' OR booked.run_id IS NOT NULL)")
        replied = SQL("COALESCE(run.stop_reason = 'reply', FALSE)")
        return {
            **super()._get_columns(),
            "id": SQL("run.id"),
            "date_end": SQL("run.date_end"),
            "launched": SQL("1"),
            **{
                name: SQL("(run.state = %s)::int", name)
                for name in ("running", "paused", "done", "stopped", "failed")
            },
            "days": SQL("EXTRACT(EPOCH FROM run.date_end - run.date_start) / 86400.0"),
            "replied": SQL("%s::int", replied),
            "met": SQL("COALESCE(%s, FALSE)::int", met),
            "reply_rate": SQL(
                "CASE WHEN run.exit_on_reply OR %s THEN %s::int::float END",
                replied,
                replied,
            ),
            "meeting_rate": SQL("COALESCE(%s, FALSE)::int::float", met),
        }

    @api.model
    def _get_joins(self):
        return [
            self._get_runs(),
            # A time to phone somebody is no meeting.
            SQL(
                """
                LEFT JOIN (
                    SELECT run_id FROM mail_activity_plan_run_line
                     WHERE calendar_event_id IS NOT NULL
                     UNION
                    SELECT activity.run_id
                      FROM mail_activity AS activity
                 LEFT JOIN mail_activity_type AS type
                        ON type.id = activity.activity_type_id
                     WHERE activity.run_id IS NOT NULL
                       AND activity.calendar_event_id IS NOT NULL
                       AND type.category IS DISTINCT FROM 'phonecall'
                ) AS booked ON booked.run_id = run.id
                """
            ),
        ]
