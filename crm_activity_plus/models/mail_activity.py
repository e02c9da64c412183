# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import date, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .mail_activity_type import APPLICABLE_DOMAIN

CLOSED_STATUSES = ("done", "cancelled")

EVENT_BY_STATUS = {
    "new": "reopened",
    "in_progress": "started",
    "on_hold": "held",
    "done": "done",
    "cancelled": "cancelled",
}

# Changes of these are written to the ledger.
LOGGED_FIELDS = (
    "activity_type_id",
    "date_deadline",
    "date_end",
    "date_start",
    "duration",
    "res_id",
    "summary",
    "user_id",
)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)
    chaining_type = fields.Selection(
        selection=lambda self: self.env["mail.activity.type"]
        ._fields["chaining_type"]
        ._description_selection(self.env),
        related=None,
        compute="_compute_chaining_type",
        readonly=True,
    )
    state = fields.Selection(selection_add=[("cancelled", "Cancelled")])
    status = fields.Selection(
        [
            ("new", "New"),
            ("in_progress", "In Progress"),
            ("on_hold", "On Hold"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_status",
        store=True,
        precompute=True,
        readonly=True,
        copy=False,
        index=True,
        help="Where the work stands. The due date's own state is whether it is overdue, "
        "for today or planned.",
    )
    date_start = fields.Datetime("Start")
    date_end = fields.Datetime(
        "End", compute="_compute_date_end", store=True, precompute=True, readonly=False
    )
    duration = fields.Float(
        compute="_compute_duration",
        store=True,
        precompute=True,
        readonly=False,
        help="Planned duration in hours.",
    )
    run_id = fields.Many2one(
        "mail.activity.plan.run",
        string="Plan Run",
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
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
        help="The customer of the record that the activity is on.",
    )
    log_ids = fields.Many2many(
        "mail.activity.log", string="History", compute="_compute_log_ids"
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_end >= date_start)", "An activity can't end before it starts."
    )
    _duration_positive = models.Constraint(
        "CHECK (duration >= 0)", "The duration of an activity can't be negative."
    )

    @api.depends("activity_type_id", "run_line_id")
    def _compute_chaining_type(self):
        """A run has steps of its own for what the types of its steps trigger, so that
        core must not create them once more."""
        expanded = self.sudo().run_line_id._filter_expanded()
        for activity in self:
            activity.chaining_type = (
                "suggest"
                if activity.sudo().run_line_id in expanded
                else activity.activity_type_id.chaining_type
            )

    @api.depends("active")
    def _compute_status(self):
        """What archives or unarchives an activity, whoever it is, closes or reopens
        it."""
        for activity in self:
            status = activity.status or "new"
            if activity.active == (status in CLOSED_STATUSES):
                status = "new" if activity.active else "done"
            activity.status = status

    @api.depends("active", "date_deadline", "status")
    def _compute_state(self):
        super()._compute_state()
        self.filtered(lambda a: a.status == "cancelled").state = "cancelled"

    @api.depends("active", "status")
    def _compute_date_done(self):
        super()._compute_date_done()
        self.filtered(lambda a: a.status == "cancelled").date_done = False

    @api.depends("activity_type_id")
    def _compute_duration(self):
        for activity in self:
            activity.duration = (
                activity.activity_type_id.default_duration or activity.duration
            )

    @api.depends("date_start", "duration")
    def _compute_date_end(self):
        for activity in self:
            if activity.date_start:
                activity.date_end = activity.date_start + timedelta(
                    hours=activity.duration
                )
            else:
                # Reassigned since a stored computed field has to be.
                activity.date_end = activity.date_end

    @api.depends("res_model", "res_id")
    def _compute_partner_id(self):
        self.partner_id = False
        for res_model, activities in self.filtered("res_id").grouped("res_model").items():
            if not res_model or res_model not in self.env:
                continue
            records = self.env[res_model].browse(set(activities.mapped("res_id")))
            partners = records.exists()._mail_get_partners()
            for activity in activities:
                activity.partner_id = partners.get(activity.res_id, self.partner_id)[:1]

    def _compute_log_ids(self):
        logs = self.env["mail.activity.log"].search([("activity_ref", "in", self.ids)])
        by_activity = logs.grouped("activity_ref")
        for activity in self:
            activity.log_ids = by_activity.get(activity._origin.id, False)

    @api.constrains("activity_type_id", "res_model_id")
    def _check_activity_type_applies(self):
        for activity in self:
            reason = activity.activity_type_id._get_reason_not_applicable(
                activity.res_model
            )
            # A launched run keeps its types, like a planned activity does.
            if reason and not (activity.run_line_id and activity.activity_type_id.deleted):
                raise ValidationError(reason)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._align_dates({name for vals in vals_list for name in vals})
        # The steps of a run write their own rows.
        activities.filtered(lambda a: not a.sudo().run_line_id)._log(
            "created", values=activities._get_logged_values()
        )
        return activities

    def write(self, vals):
        self._check_engine_fields(vals)
        if vals.get("active"):
            self._check_reopen()
        logged = vals.keys() & set(LOGGED_FIELDS)
        old_values = self._get_logged_values(logged)
        old_statuses = {activity: activity.status for activity in self}
        shifts = self._get_deadline_shifts(vals)
        result = super().write(vals)
        if shifts:
            self._shift_dates(shifts)
        else:
            self._align_dates(vals)
        self._log_changes(old_values, logged)
        self._align_steps(vals)
        self._follow_statuses(old_statuses)
        return result

    def unlink(self):
        steps = self.filtered("active").sudo().run_line_id
        in_steps = steps.activity_id
        (self - in_steps.sudo(False))._log(
            "deleted",
            get_statuses=lambda activity: (activity.status, False),
            values=self._get_logged_values(),
        )
        steps._close(
            "cancelled",
            reason=self._get_reason() or self.env._("The activity was deleted."),
        )
        result = super().unlink()
        steps.run_id._advance()
        return result

    def _check_engine_fields(self, vals):
        """The engine alone says which step an activity belongs to, and how far it
        is."""
        refused = [name for name in ("run_id", "run_line_id", "status") if name in vals]
        if refused and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(fields)s” can't be written: it follows from what is done with "
                    "the activity. Mark it as done, or cancel it.",
                    fields=", ".join(self._fields[name].string for name in refused),
                )
            )

    def _check_reopen(self):
        for activity in self:
            if not activity.active and activity.sudo().run_line_id:
                raise UserError(
                    self.env._(
                        "“%(activity)s” is a closed step of the plan “%(plan)s” and "
                        "can't be reopened. Schedule a new activity instead.",
                        activity=activity.display_name,
                        plan=activity.sudo().run_id.name,
                    )
                )

    # ------------------------------------------------------------
    # Start, end and deadline
    # ------------------------------------------------------------

    def _get_timezone(self):
        """:returns: the time zone of the responsible, whose days the deadlines are"""
        self.ensure_one()
        return pytz.timezone(self.user_id.sudo().tz or self.env.user.tz or "UTC")

    def _align_dates(self, names):
        """Make start, end, duration and deadline agree.

        :param names: the fields that were just written; the end wins over the duration,
            and both over the deadline
        """
        if not {"date_start", "date_end", "duration", "user_id"} & set(names):
            return
        for activity in self.filtered("date_end"):
            vals = {}
            if "date_end" in names and activity.date_start:
                span = activity.date_end - activity.date_start
                if activity.duration != span.total_seconds() / 3600:
                    vals["duration"] = span.total_seconds() / 3600
                    vals["date_end"] = activity.date_end
            end = pytz.utc.localize(activity.date_end)
            deadline = end.astimezone(activity._get_timezone()).date()
            if activity.date_deadline != deadline:
                vals["date_deadline"] = deadline
            if vals:
                super(MailActivity, activity).write(vals)

    def _get_deadline_shifts(self, vals):
        """:returns: by how much a new deadline moves each activity that has an end"""
        if "date_deadline" not in vals or {"date_start", "date_end"} & vals.keys():
            return {}
        deadline = fields.Date.to_date(vals["date_deadline"])
        return {
            activity: deadline - activity.date_deadline
            for activity in self.filtered("date_end")
            if deadline
        }

    def _shift_dates(self, shifts):
        """Move start and end by whole days. They keep their time of day, also across a
        change of the clock."""
        for activity, shift in shifts.items():
            timezone = activity._get_timezone()
            vals = {}
            for name in ("date_start", "date_end"):
                if activity[name]:
                    local = pytz.utc.localize(activity[name]).astimezone(timezone)
                    moved = timezone.localize(local.replace(tzinfo=None) + shift)
                    vals[name] = moved.astimezone(pytz.utc).replace(tzinfo=None)
            super(MailActivity, activity).write(vals)

    def _align_steps(self, names):
        """A step has the date and responsible that its activity was given."""
        if not {"date_deadline", "date_end", "date_start", "user_id"} & set(names):
            return
        for activity in self.sudo().filtered(lambda a: a.active and a.run_line_id):
            line, vals = activity.run_line_id, {}
            if line.user_id != activity.user_id:
                vals["user_id"] = activity.user_id.id
            if line.date_deadline != activity.date_deadline:
                vals["date_deadline"] = activity.date_deadline
                vals["date_explanation"] = {
                    "base": "rescheduled",
                    "date": activity.date_deadline.isoformat(),
                    "user_id": self.env.uid,
                    "before": line.date_explanation,
                }
            if vals:
                line.write(vals)

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def action_cancel(self):
        """Close the activities without having done them.

        Core deletes them. Here they are kept, with who cancelled them and when."""
        self._cancel()

    def _cancel(self, reason=False):
        """Close the activities as cancelled.

        :param str reason: why, for the ledger and the steps
        """
        self.check_access("write")
        activities = self.filtered("active").sudo()
        if reason:
            activities = activities.with_context(activity_reason=reason)
        activities.write({"active": False, "status": "cancelled"})

    def _hand_over(self, leaving):
        """Give the activities of users who leave to the record's salesperson, else to
        the team leader, else to nobody: then they are shown as unassigned.

        :param leaving: users who can't take any of them
        """
        Plan = self.env["mail.activity.plan"]
        by_user = defaultdict(self.browse)
        for activity in self:
            record = self.env[activity.res_model].browse(activity.res_id)
            candidates = [
                Plan._find_user_by_role(role, record)
                for role in ("salesperson", "team_leader")
            ]
            user = next((c for c in candidates if c and c not in leaving), leaving.browse())
            by_user[user.id] += activity
        for user_id, activities in by_user.items():
            activities.write({"user_id": user_id})

    def _get_reason(self):
        """:returns: why the running operation closes activities, where it said so in
        the context key ``activity_reason``"""
        return self.env.context.get("activity_reason") or False

    def _follow_statuses(self, old_statuses):
        """Tell the ledger about new statuses, and move the runs whose steps were
        closed.

        :param dict old_statuses: the status of each activity before
        """
        changed = self.filtered(lambda a: a.status != old_statuses[a])
        steps = self.env["mail.activity.plan.run.line"].sudo()
        for status, activities in changed.grouped("status").items():
            alone = activities
            if status in CLOSED_STATUSES:
                # A step's row says that its activity was closed, too.
                alone = activities.filtered(lambda a: not a.sudo().run_line_id)
                own_steps = activities.sudo().run_line_id._filter_open()
                own_steps._close(status, reason=activities._get_reason())
                steps += own_steps
            alone._log(
                EVENT_BY_STATUS[status],
                get_statuses=lambda a: (old_statuses[a], a.status),
                reason=activities._get_reason(),
            )
        steps.run_id._advance()

    @api.autovacuum
    def _gc_delete_old_overdue_activities(self):
        activities = self.with_context(
            activity_reason=self.env._(
                "The clean-up of old activities deleted it: it had been overdue for "
                "years."
            )
        )
        return super(MailActivity, activities)._gc_delete_old_overdue_activities()

    # ------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------

    def _get_logged_values(self, names=LOGGED_FIELDS):
        """:returns: for each activity, what the ledger keeps of its fields; JSON-able"""
        return {
            activity: {
                name: value
                for name in names
                if (value := activity._get_logged_value(name))
            }
            for activity in self.sudo()
        }

    def _get_logged_value(self, name):
        value = self[name]
        if isinstance(value, models.BaseModel):
            return value.id
        return value.isoformat() if isinstance(value, date) else value

    def _log_changes(self, old_values, names):
        if not names:
            return
        new_values = self._get_logged_values(names)
        changes = {
            activity: {
                name: [old_values[activity].get(name), new_values[activity].get(name)]
                for name in names
                if old_values[activity].get(name) != new_values[activity].get(name)
            }
            for activity in self
        }
        self.filtered(lambda a: changes[a])._log(
            "changed",
            get_statuses=lambda a: (a.status, a.status),
            reason=self._get_reason(),
            values=changes,
        )

    def _log(self, event, get_statuses=None, reason=False, values=None):
        """Add a row to the ledger for each activity.

        :param str event: one of the ledger's events
        :param get_statuses: gives an activity's old and new status
        :param str reason: why
        :param dict values: activity -> what else there is to tell
        """
        rows = []
        for activity in self.sudo():
            old_status, new_status = (
                get_statuses(activity) if get_statuses else (False, activity.status)
            )
            rows.append(
                {
                    "res_model": activity.res_model,
                    "res_id": activity.res_id,
                    "activity_ref": activity.id,
                    "event": event,
                    "old_status": old_status,
                    "new_status": new_status,
                    "reason": reason,
                    "values": values and values[activity],
                }
            )
        self.env["mail.activity.log"]._add(rows)
