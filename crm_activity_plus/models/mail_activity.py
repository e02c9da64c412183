# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date
from odoo.tools.sql import column_exists

from odoo.addons.mail.tools.discuss import Store

from ..tools.internal import Internal, read_internal
from .added_fields import copy_values
from .mail_activity_type import APPLICABLE_DOMAIN
from .step_dater import StepDater

_logger = logging.getLogger(__name__)

CLOSED_STATUSES = ("done", "cancelled")
# An activity on hold is inactive, too: so it is off the to-do lists, counters and
# reminders of Odoo and of every other addon.
INACTIVE_STATUSES = ("done", "cancelled", "on_hold")

# Nobody else writes these.
ENGINE_FIELDS = (
    "attempt",
    "held_by_pause",
    "on_hold_until",
    "partner_id",
    "run_id",
    "run_line_id",
    "status",
    "status_before_hold",
)
# Of those, what any new activity has.
INITIAL_VALUES = {"attempt": 1, "status": "new"}

# What an activity says that isn't on hold.
NO_HOLD = {"held_by_pause": False, "on_hold_until": False, "status_before_hold": False}

# Context key: activities are not created, only their values collected.
VALUES_KEY = "activity_values_only"

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
        # For the engine: see ENGINE_FIELDS.
        readonly=False,
        copy=False,
        index=True,
        help="Where the work stands. The due date's own state is whether it is "
        "overdue, for today or planned.",
    )
    on_hold_until = fields.Date(
        readonly=True, copy=False, help="The day on which it comes back by itself."
    )
    status_before_hold = fields.Char(readonly=True, copy=False)
    held_by_pause = fields.Boolean(
        readonly=True,
        copy=False,
        help="It was put on hold because its plan was paused, and comes back with it.",
    )
    outcome_id = fields.Many2one(
        "mail.activity.outcome",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="['|', ('activity_type_ids', '=', False),"
        " ('activity_type_ids', '=', activity_type_id)]",
        help="How the activity ended.",
    )
    attempt = fields.Integer(
        default=1, readonly=True, copy=False, help="The how manieth try this is."
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
        # For the engine: see ENGINE_FIELDS.
        readonly=False,
        index="btree_not_null",
        help="The customer of the record that the activity is on.",
    )
    # In core it is that of the type.
    chaining_type = fields.Selection(
        selection=lambda self: self.env["mail.activity.type"]
        ._fields["chaining_type"]
        ._description_selection(self.env),
        related=None,
        compute="_compute_chaining_type",
        compute_sudo=True,
        search="_search_chaining_type",
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

    @api.depends("active")
    def _compute_status(self):
        """What archives or unarchives an activity, whoever it is, closes or reopens
        it."""
        for activity in self:
            status = activity.status or "new"
            if activity.active == (status in INACTIVE_STATUSES):
                status = "new" if activity.active else "done"
            activity.status = status

    @api.depends("active", "date_deadline")
    def _compute_state(self):
        """It follows the status by :meth:`write`. If it depended on it, uninstalling
        would remove what inherits the state (of users) along with the status."""
        super()._compute_state()
        self.filtered(lambda a: a.status == "cancelled").state = "cancelled"
        self.filtered(lambda a: a.status == "on_hold").state = "planned"

    @api.depends("active", "status")
    def _compute_date_done(self):
        super()._compute_date_done()
        self.filtered(lambda a: a.status in ("cancelled", "on_hold")).date_done = False

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
        self.partner_id = nobody = self.env["res.partner"]
        for res_model, activities in (
            self.filtered("res_id").grouped("res_model").items()
        ):
            if not res_model or res_model not in self.env:
                continue
            records = self.env[res_model].browse(set(activities.mapped("res_id")))
            partners = records.exists()._mail_get_partners()
            for activity in activities:
                activity.partner_id = partners.get(activity.res_id, nobody)[:1]

    @api.depends(
        "activity_type_id.chaining_type", "attempt", "outcome_id", "run_line_id"
    )
    def _compute_chaining_type(self):
        """Core creates what the type triggers, but not where something else does."""
        for activity in self:
            chaining_type = activity.activity_type_id.chaining_type
            if chaining_type == "trigger" and activity._is_led_elsewhere():
                chaining_type = "suggest"
            activity.chaining_type = chaining_type

    def _search_chaining_type(self, operator, value):
        return [("activity_type_id.chaining_type", operator, value)]

    @api.depends("status", *LOGGED_FIELDS)
    def _compute_log_ids(self):
        logs = self.env["mail.activity.log"].search([("activity_ref", "in", self.ids)])
        by_activity = logs.grouped("activity_ref")
        for activity in self:
            activity.log_ids = by_activity.get(activity._origin.id, False)

    @api.constrains("activity_type_id", "res_model_id")
    def _check_activity_type_applies(self):
        checked = self.grouped(
            lambda a: (
                a.activity_type_id,
                a.res_model,
                bool(a.run_line_id or a.attempt > 1),
            )
        )
        for activity_type, res_model, keeps_type in checked:
            reason = activity_type._get_reason_not_applicable(res_model)
            # A launched run keeps its types, like a planned activity does, and like
            # another attempt at one.
            if reason and not (keeps_type and activity_type.deleted):
                raise ValidationError(reason)

    @api.constrains("outcome_id", "activity_type_id")
    def _check_outcome(self):
        for activity in self.filtered("outcome_id"):
            reason = activity.outcome_id._get_reason_not_applicable(
                activity.activity_type_id
            )
            if reason:
                raise ValidationError(reason)

    def _auto_init(self):
        """The activities of a database that the addon comes to are new or done, and
        have no end. The ORM would compute that for one after the other, which takes
        minutes where there are some 100,000."""
        if not column_exists(self.env.cr, self._table, "status"):
            self.env.cr.execute(
                """
                ALTER TABLE mail_activity
                        ADD COLUMN status varchar DEFAULT 'new',
                        ADD COLUMN attempt int4 DEFAULT 1,
                        ADD COLUMN duration float8 DEFAULT 0,
                        ADD COLUMN date_end timestamp;
                ALTER TABLE mail_activity
                      ALTER COLUMN status DROP DEFAULT,
                      ALTER COLUMN attempt DROP DEFAULT,
                      ALTER COLUMN duration DROP DEFAULT;
                UPDATE mail_activity SET status = 'done' WHERE active IS NOT TRUE;
                """
            )
        return super()._auto_init()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Whoever asks for a status gets it, also where it means inactive."""
        domain = Domain(domain)
        if any(c.field_expr == "status" for c in domain.iter_conditions()):
            kwargs["active_test"] = False
        if read_internal(self.env.context, "activity_done_only"):
            domain &= Domain("active", "=", True) | Domain("status", "=", "done")
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
    def _default_activity_type_for_model(self, model):
        return self.env["mail.activity.type"].search(
            self.env["mail.activity.type"]._get_applicable_domain(model), limit=1
        )

    @api.model_create_multi
    def create(self, vals_list):
        collected = read_internal(self.env.context, VALUES_KEY)
        if collected:
            collected.rows.extend(vals_list)
            return self.browse()
        for vals in vals_list:
            self._check_engine_fields(
                {
                    name: value
                    for name, value in vals.items()
                    if value and value != INITIAL_VALUES.get(name)
                }
            )
        activities = super().create(vals_list)
        activities._align_dates({name for vals in vals_list for name in vals})
        # The steps of a run write their own rows.
        alone = activities.filtered(lambda a: not a.sudo().run_line_id)
        values = alone._get_logged_values()
        for status, created in alone.grouped("status").items():
            created._log("created", (False, status), self._get_reason(), values)
        return activities

    def _add_precomputed_values(self, vals_list):
        """The model's name is all that is left to precompute for the engine's
        activities; the ORM would make a second, virtual record of each for it."""
        models_by_id = self.env["ir.model"].sudo()
        for vals in vals_list:
            if vals.get("res_model_id"):
                vals["res_model"] = models_by_id.browse(vals["res_model_id"]).model
        super()._add_precomputed_values(vals_list)

    def write(self, vals):
        self._check_engine_fields(vals)
        if vals.get("active"):
            self._check_reopen()
            if "status" not in vals:
                # Whoever unarchives what is on hold takes it off hold.
                self.filtered(lambda a: a.status == "on_hold").action_resume()
        logged = vals.keys() & set(LOGGED_FIELDS)
        old_values = self._get_logged_values(logged)
        old_statuses = {activity: activity.status for activity in self}
        result = super().write(vals)
        if "status" in vals:
            self.invalidate_recordset(["state"], flush=False)
        if "date_deadline" in vals and not {"date_start", "date_end"} & vals.keys():
            self._follow_deadline()
        else:
            self._align_dates(vals)
        self._log_changes(old_values, logged)
        self._align_steps(vals)
        self._follow_statuses(old_statuses)
        return result

    def unlink(self):
        # Those on hold are inactive, too, but they are open steps.
        open_activities = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        steps = open_activities.sudo().run_line_id
        in_steps = steps.activity_id
        values = self._get_logged_values()
        alone = self - in_steps.sudo(False)
        for status, activities in alone.grouped("status").items():
            activities._log("deleted", (status, False), self._get_reason(), values)
        steps._close(
            "cancelled",
            reason=self._get_reason() or self.env._("The activity was deleted."),
        )
        # All of them: where the record is gone, its runs are stopped now.
        runs = self.sudo().run_id
        result = super().unlink()
        runs._advance()
        return result

    def _check_engine_fields(self, vals):
        """The engine alone says which step an activity belongs to, and how far it
        is."""
        refused = [name for name in ENGINE_FIELDS if name in vals]
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
            if activity.status in CLOSED_STATUSES and activity.sudo().run_line_id:
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
        user = self.user_id.sudo()
        tz = user.tz or self.env.user.tz
        if user == self.env.user:
            # Where the user is now, says the client.
            tz = self.env.context.get("tz") or tz
        return pytz.timezone(tz or "UTC")

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

    def _follow_deadline(self):
        """Move start and end to the deadline. The end keeps its time of day, also
        across a change of the clock, and the duration stays."""
        for activity in self.filtered(lambda a: a.date_end and a.date_deadline):
            timezone = activity._get_timezone()
            local = pytz.utc.localize(activity.date_end).astimezone(timezone)
            shift = activity.date_deadline - local.date()
            if not shift:
                continue
            moved = timezone.localize(local.replace(tzinfo=None) + shift)
            end = moved.astimezone(pytz.utc).replace(tzinfo=None)
            vals = {"date_end": end}
            if activity.date_start:
                vals["date_start"] = end - (activity.date_end - activity.date_start)
            super(MailActivity, activity).write(vals)

    def _align_steps(self, names):
        """A step has the date and responsible that its activity was given."""
        if not {"date_deadline", "date_end", "date_start", "user_id"} & set(names):
            return
        for activity in self.sudo().filtered("run_line_id"):
            if activity.status in CLOSED_STATUSES:
                continue
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
    # Working on it
    # ------------------------------------------------------------

    def action_start(self):
        """Begin to work on the activities.

        :raises UserError: one of them is closed, or its plan is paused
        """
        self._check_open()
        self._check_not_paused()
        self._resume({"status": "in_progress"}, self.env._("Started."))
        return True

    def action_hold(self, until=None, reason=None):
        """Put the activities on hold: they are off the to-do lists until then.

        :param until: the day on which they come back by themselves (date or ISO
            string); without it they stay on hold until somebody resumes them
        :param str reason: why, for the history
        :raises UserError: one of them is closed, or the date is no date or over
        """
        self._check_open()
        self.check_access("write")
        until = self._read_hold_date(until)
        for status, activities in self.grouped("status").items():
            vals = {"on_hold_until": until, "held_by_pause": False}
            if status != "on_hold":
                vals |= {
                    "active": False,
                    "status": "on_hold",
                    "status_before_hold": status,
                }
            held = activities.sudo()._because(reason)
            held.write(vals)
            if status == "on_hold":
                held._log("held", (status, status), reason)
        return True

    def action_resume(self):
        """Take the activities off hold: each has the status it had before.

        :raises UserError: one of them is not on hold, or its plan is paused
        """
        for activity in self:
            if activity.status != "on_hold":
                raise UserError(
                    self.env._(
                        "“%(activity)s” is not on hold, so that there is nothing to "
                        "resume.",
                        activity=activity.display_name,
                    )
                )
        self._check_not_paused()
        self._take_off_hold()
        return True

    def _take_off_hold(self):
        for status, activities in self.grouped("status_before_hold").items():
            activities._resume({"status": status or "new"})

    def _check_not_paused(self):
        """The activities of a paused plan are off the to-do lists, all of them."""
        for activity in self:
            if activity.sudo().run_id.state == "paused":
                raise UserError(
                    self.env._(
                        "“%(activity)s” belongs to the plan “%(plan)s”, which is "
                        "paused. Resume the plan first.",
                        activity=activity.display_name,
                        plan=activity.sudo().run_id.name,
                    )
                )

    def _resume(self, vals, reason=False):
        self.check_access("write")
        activities = self.sudo()._because(reason)
        activities.write({"active": True, **NO_HOLD, **vals})

    def _hold_for_pause(self):
        """Put the activities of a paused run on hold, until it is resumed."""
        for status, activities in self.grouped("status").items():
            activities._because(self.env._("The plan was paused.")).write(
                {
                    "active": False,
                    "held_by_pause": True,
                    "status": "on_hold",
                    "status_before_hold": status,
                }
            )

    def _read_hold_date(self, until):
        if not until:
            return False
        try:
            if not isinstance(until, str | date):
                raise ValueError
            day = fields.Date.to_date(until)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no date. Write the day until which to hold the "
                    "activity as year-month-day, such as 2026-03-31.",
                    value=until,
                )
            ) from error
        if day <= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The activity can't be on hold until %(date)s, which is not in the "
                    "future. Choose a later day.",
                    date=format_date(self.env, day),
                )
            )
        return day

    def _check_open(self):
        for activity in self:
            if activity.status in CLOSED_STATUSES:
                raise UserError(activity._get_closed_reason())

    @api.model
    def _cron_end_holds(self):
        """Bring back the activities whose hold is over."""
        domain = [
            ("status", "=", "on_hold"),
            ("held_by_pause", "=", False),
            # Where some of the responsibles are, it is tomorrow already.
            ("on_hold_until", "<=", fields.Date.today() + timedelta(days=1)),
        ]
        activities = self.search(domain, order="on_hold_until, id")
        over = activities._filter_hold_over()
        self.env["ir.cron"]._commit_progress(remaining=len(over))
        for activity in over:
            try:
                with self.env.cr.savepoint():
                    locked = activity.try_lock_for_update().filtered_domain(domain)
                    locked._filter_hold_over()._end_hold()
            except Exception:
                _logger.exception("The hold of activity %s can't be ended", activity.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _filter_hold_over(self):
        """:returns: the held activities that come back now: the day has come where the
        responsible is, and the plan that they belong to isn't paused"""
        return self.filtered(
            lambda a: a.status == "on_hold"
            and not a.held_by_pause
            and a.on_hold_until
            and a.on_hold_until <= datetime.now(a._get_timezone()).date()
            and a.run_id.state != "paused"
        )

    def _end_hold(self):
        """It is due on the day it comes back, where it would have been due before."""
        reason = self.env._("The hold ended.")
        for activity in self.sudo()._because(reason):
            until = activity.on_hold_until
            activity._resume({"status": activity.status_before_hold or "new"}, reason)
            if activity.date_deadline < until:
                if activity.run_line_id:
                    activity.run_line_id._come_back(until)
                else:
                    activity.date_deadline = until

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def complete(self, outcome=None, feedback=None, attachment_ids=None):
        """Mark the activities as done, with an outcome.

        :param outcome: code or id of a ``mail.activity.outcome``
        :param str feedback: what to say about it in the chatter
        :param list[int] attachment_ids: files to add to that
        :returns: ids of the activities that this created
        :rtype: list[int]
        :raises UserError: one of them is closed already, or can't end so; none is
            marked then
        """
        self._check_open()
        outcome = self.env["mail.activity.outcome"]._read_outcome(outcome)
        self._check_feedback(feedback, attachment_ids)
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        last = Activity.search([], order="id DESC", limit=1)
        if outcome:
            self.outcome_id = outcome
        self.action_feedback(
            feedback=feedback or False, attachment_ids=attachment_ids or None
        )
        return Activity.search([("id", ">", last.id or 0)], order="id").ids

    def _check_feedback(self, feedback, attachment_ids):
        """Whatever a program sends, core would take and stumble over."""
        attachment_ids = attachment_ids or []
        if not isinstance(feedback or "", str):
            raise UserError(self.env._("The feedback has to be a text."))
        if not isinstance(attachment_ids, list | tuple) or not all(
            isinstance(id_, int) and not isinstance(id_, bool) for id_ in attachment_ids
        ):
            raise UserError(
                self.env._("The attachments have to be a list of the ids of files.")
            )

    def action_done(self):
        """Those on hold can be done, too. For core they are done, being inactive."""
        return self.filtered(
            lambda activity: activity.status not in CLOSED_STATUSES
        ).action_feedback()

    def _action_done(self, feedback=False, attachment_ids=None):
        """Nothing is done twice, and what was on hold is not any more."""
        # Of many records, they would be read record by record.
        together = self.browse(self._ids)
        activities = together.filtered(lambda a: a.status not in CLOSED_STATUSES)
        held = activities.filtered(lambda a: a.status == "on_hold")
        if held:
            held._take_off_hold()
        return super(MailActivity, activities)._action_done(
            feedback=feedback, attachment_ids=attachment_ids
        )

    def _is_led_elsewhere(self):
        """:returns: whether core must not create what the type triggers: the run has a
        step of its own for it, or the outcome leads elsewhere"""
        self.ensure_one()
        outcome, line = self.outcome_id, self.sudo().run_line_id
        return bool(
            outcome.effect == "stop"
            or outcome._allows_another(self.attempt, line.max_attempts)
            or line._filter_expanded()
        )

    def action_cancel(self, reason=None):
        """Close the activities without having done them.

        Core deletes them. Here they are kept, with who cancelled them and when.

        :param str reason: why, for the history
        """
        self._cancel(reason)
        return True

    def _cancel(self, reason=False):
        """Close the activities as cancelled.

        :param str reason: why, for the ledger and the steps
        """
        self.check_access("write")
        activities = self.filtered(lambda a: a.status not in CLOSED_STATUSES).sudo()
        if reason:
            activities = activities._because(reason)
        activities.write({"active": False, "status": "cancelled", **NO_HOLD})

    def _schedule_following(self, activity_type):
        """Schedule an activity of a type after each of these, which are done.

        :param activity_type: its delay counts from the deadline, or from today
        """
        return self.create(
            [activity._prepare_following_values(activity_type) for activity in self]
        )

    def _prepare_following_values(self, activity_type):
        """:returns: values of an activity of a type that follows this one"""
        self.ensure_one()
        following = activity_type.with_context(
            activity_previous_deadline=self.date_deadline
        )
        return {
            "activity_type_id": activity_type.id,
            "automated": True,
            "date_deadline": following._get_date_deadline(),
            "note": activity_type.default_note,
            "previous_activity_type_id": self.activity_type_id.id,
            "res_id": self.res_id,
            "res_model_id": self.res_model_id.id,
            "summary": activity_type.summary,
            "user_id": (activity_type.default_user_id or self.user_id).id,
        }

    def _retry(self):
        """Schedule each of these, which are done, once more."""
        return self.create(
            [activity._prepare_retry_values(activity.outcome_id) for activity in self]
        )

    def _prepare_retry_values(self, outcome):
        """:returns: values of the next attempt after an outcome"""
        self.ensure_one()
        dater = StepDater(self.env, "calendar", self.env["resource.calendar"])
        deadline = dater.shift(
            fields.Date.context_today(self),
            outcome.retry_delay_count,
            outcome.retry_delay_unit,
            "after",
            self.user_id,
            self.env.company,
            "retry",
        )
        added = self.env["mail.activity.plan.template"]._get_activity_fields()
        return {
            **copy_values(self, added.values()),
            "activity_type_id": self.activity_type_id.id,
            "attempt": self.attempt + 1,
            "automated": True,
            "date_deadline": deadline.date,
            "note": self.note,
            "res_id": self.res_id,
            "res_model_id": self.res_model_id.id,
            "summary": self.summary,
            "user_id": self.user_id.id,
        }

    def _move_to(self, record):
        """Put the activities, of any status, on another record of the same model.
        Their runs are moved by ``_merge_into``."""
        self.sudo().write({"res_id": record.id})

    def _hand_over(self, leaving):
        """Give the activities of users who leave to the record's salesperson, else to
        the team leader, else to nobody: then they are shown as unassigned.

        :param leaving: users who can't take any of them
        """
        Plan = self.env["mail.activity.plan"]
        by_user = defaultdict(self.browse)
        for res_model, activities in self.grouped("res_model").items():
            records = self.env[res_model].browse(activities.mapped("res_id")).exists()
            known = records.grouped("id")
            for activity in activities:
                record = known.get(activity.res_id, records.browse())
                candidates = [
                    Plan._find_user_by_role(role, record)
                    for role in ("salesperson", "team_leader")
                ]
                user = next(
                    (c for c in candidates if c and c not in leaving), leaving.browse()
                )
                by_user[user.id] += activity
        for user_id, activities in by_user.items():
            activities.write({"user_id": user_id})

    def _get_reason(self):
        """:returns: why the running operation changes activities, where it said so: see
        :meth:`_because`"""
        return read_internal(self.env.context, "activity_reason") or False

    def _because(self, reason):
        """:param str reason: why they are changed, for the ledger
        :returns: the activities; what is done with them is done for that reason"""
        return self.with_context(activity_reason=Internal(reason or False))

    def _follow_statuses(self, old_statuses):
        """Tell the ledger about new statuses, move the runs whose steps were closed,
        and do what the outcomes say.

        :param dict old_statuses: the status of each activity before
        """
        changed = self.filtered(lambda a: a.status != old_statuses[a])
        # How a reopened one ended says nothing about how it will end.
        changed.filtered(
            lambda a: old_statuses[a] in CLOSED_STATUSES and a.outcome_id
        ).outcome_id = False
        steps = self.env["mail.activity.plan.run.line"].sudo()
        by_change = changed.grouped(lambda a: (old_statuses[a], a.status))
        for (old_status, status), activities in by_change.items():
            alone = activities
            if status in CLOSED_STATUSES:
                # A step's row says that its activity was closed, too.
                alone = activities.filtered(lambda a: not a.sudo().run_line_id)
                steps += activities.sudo().run_line_id
                activities._close_steps(status)
            event = EVENT_BY_STATUS[status]
            if old_status == "on_hold" and status not in CLOSED_STATUSES:
                event = "resumed"
            alone._log(event, (old_status, status), reason=activities._get_reason())
        done = changed.filtered(lambda a: a.status == "done" and a.outcome_id)
        for outcome, activities in done.grouped("outcome_id").items():
            outcome._apply(activities)
            activities.filtered(
                lambda a: not a.sudo().run_line_id
                and a.outcome_id._allows_another(a.attempt)
            ).sudo()._retry()
        steps.run_id._advance()

    def _close_steps(self, status):
        """Close the steps of activities that were closed, or try them again."""
        for outcome, activities in self.sudo().grouped("outcome_id").items():
            steps = activities.run_line_id._filter_open()
            if status == "done" and outcome.effect == "retry":
                steps -= steps._retry(outcome)
            steps._close(status, reason=self._get_reason(), outcome_id=outcome.id)
            if status == "done" and outcome.effect == "stop":
                steps.run_id._stop("outcome", outcome.name)

    @api.autovacuum
    def _gc_delete_old_overdue_activities(self):
        activities = self._because(
            self.env._(
                "The clean-up of old activities deleted it: it had been overdue for "
                "years."
            )
        )
        return super(MailActivity, activities)._gc_delete_old_overdue_activities()

    # ------------------------------------------------------------
    # Web client
    # ------------------------------------------------------------

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

    # ------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------

    def _get_logged_values(self, names=LOGGED_FIELDS):
        """:returns: for each activity, what the ledger keeps of it; JSON-able"""
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
        changes = {}
        for activity in self:
            old, new = old_values[activity], new_values[activity]
            # False for what is not set: XML-RPC knows no null.
            changes[activity] = {
                name: [old.get(name, False), new.get(name, False)]
                for name in names
                if old.get(name) != new.get(name)
            }
        for status, activities in self.filtered(changes.get).grouped("status").items():
            activities._log("changed", (status, status), self._get_reason(), changes)

    def _log(self, event, statuses, reason=False, values=None):
        """Add a row to the ledger for each activity.

        :param str event: one of the ledger's events
        :param tuple statuses: the old and the new status
        :param str reason: why
        :param dict values: activity -> what else there is to tell
        """
        old_status, new_status = statuses
        self.env["mail.activity.log"]._add(
            [
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
                for activity in self.sudo()
            ]
        )
