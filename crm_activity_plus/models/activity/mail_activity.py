# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import defaultdict
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import psycopg2
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list
from odoo.tools.misc import format_date
from odoo.tools.sql import column_exists

from odoo.addons.mail.tools.discuss import Store

from ...engine.added_fields import copy_values
from ...engine.arguments import Arguments
from ...engine.deadlines import StepDater
from ...engine.environment import (
    by_engine,
    get_own_defaults,
    is_lenient,
    is_program,
    leniently,
    unsteered,
)
from ...engine.transitions import Transition
from ...tools.dates import get_timezone
from ...tools.internal import Internal, read_internal
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES, INACTIVE_STATUSES
from ...tools.values import is_id, is_in_range, quote
from .mail_activity_type import APPLICABLE_DOMAIN

_logger = logging.getLogger(__name__)


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

# Context key: the engine writes. See ``_as_engine``.
ENGINE_KEY = "activity_engine"
# Context key: the engine is creating, by nobody's defaults.
CREATING_KEY = "activity_engine_creates"
# Beside the values of a new activity: the engine creates it. See
# ``_prepare_next_activity_values``.
FOLLOWING_KEY = "activity_following"
# Where the activities that are created now are collected, beside the transaction.
CREATED_KEY = "crm_activity_plus.created_activities"

# What an activity is on.
DOCUMENT_FIELDS = {"res_id", "res_model", "res_model_id"}

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

HOLDS_POSITION = "holds"

# Changes of these are written to the ledger.
LOGGED_FIELDS = (
    "activity_type_id",
    "attempt",
    "date_deadline",
    "date_end",
    "date_start",
    "duration",
    "outcome_id",
    "res_id",
    "res_model",
    "summary",
    "user_id",
)

# What the start and the end of an activity, its duration and its deadline follow from.
TIME_FIELDS = {"activity_type_id", "date_end", "date_start", "duration", "user_id"}

# What a step has of its activity.
STEP_FIELDS = ("date_deadline", "user_id")
# What an activity of a step has by itself.
OWN_FIELDS = (
    "activity_type_id",
    "attempt",
    "outcome_id",
    "res_id",
    "res_model",
    "summary",
)
# Why steps have the dates that their activities are given, by their ids.
STEP_EXPLANATIONS = "activity_step_explanations"
# Whether it is the engine that gives them to somebody, and no person.
GIVEN_BY_ENGINE = "activity_given_by_engine"


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
        help="Progress of the work. Whether the activity is overdue, due today or "
        "planned follows from its due date.",
    )
    on_hold_until = fields.Date(
        readonly=True,
        copy=False,
        help="The activity resumes automatically on this day.",
    )
    status_before_hold = fields.Char(readonly=True, copy=False)
    held_by_pause = fields.Boolean(
        readonly=True,
        copy=False,
        help="Put on hold because its plan was paused; resumes together with the plan.",
    )
    outcome_id = fields.Many2one(
        "mail.activity.outcome",
        copy=False,
        index="btree_not_null",
        # People can't delete it; but it goes with the addon that brought it.
        ondelete="set null",
        domain="['|', ('activity_type_ids', '=', False),"
        " ('activity_type_ids', '=', activity_type_id)]",
        help="Result of the activity.",
    )
    attempt = fields.Integer(
        default=1, readonly=True, copy=False, help="Number of this attempt."
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
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        # For the engine: see ENGINE_FIELDS.
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="Customer of the record the activity belongs to.",
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

    @api.depends_context("lang")
    def _compute_display_name(self):
        """It may be the name of the type, which everybody reads in another language."""
        return super()._compute_display_name()

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
                activity.date_end = activity._add_hours(
                    activity.date_start, activity.duration
                )
            else:
                # Reassigned since a stored computed field has to be.
                activity.date_end = activity.date_end

    def _add_hours(self, moment, hours):
        try:
            return moment + timedelta(hours=hours)
        except (OverflowError, ValueError) as error:
            raise self._make_range_error("date_start") from error

    def _make_range_error(self, name):
        """:param str name: the field with a date that can't be reckoned with"""
        label = self._fields[name]._description_string(self.env)
        arguments = Arguments(self.env)
        return ValidationError(arguments.explain("range", label, self[name]))

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
            if chaining_type == "trigger" and (
                activity._is_led_elsewhere() or not activity._can_trigger()
            ):
                chaining_type = "suggest"
            activity.chaining_type = chaining_type

    def _can_trigger(self):
        """:returns: whether the record can have an activity of the type that follows"""
        self.ensure_one()
        following = self.activity_type_id.triggered_next_type_id
        return not following._get_reason_not_applicable(self.res_model)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Whoever computes an activity without the server, as the web client's tests
        do, takes the chaining type from the type, as in core."""
        described = super().fields_get(allfields, attributes)
        if "chaining_type" in described and "related" in (attributes or ["related"]):
            described["chaining_type"]["related"] = "activity_type_id.chaining_type"
        return described

    def _search_chaining_type(self, operator, value):
        return [("activity_type_id.chaining_type", operator, value)]

    @api.depends("status", *LOGGED_FIELDS)
    def _compute_log_ids(self):
        logs = self.env["mail.activity.log"].search([("activity_ref", "in", self.ids)])
        by_activity = logs.grouped("activity_ref")
        for activity in self:
            activity.log_ids = by_activity.get(activity._origin.id, False)

    def _validate_fields(self, field_names, excluded_names=()):
        """Constraints are always checked as superuser: tell them who asks."""
        records = leniently(self) if is_program(self.env) else self
        return super(MailActivity, records)._validate_fields(
            field_names, excluded_names
        )

    @api.constrains("activity_type_id", "res_model_id")
    def _check_activity_type_applies(self):
        checked = self.grouped(
            lambda a: (
                a.activity_type_id,
                a.res_model,
                bool(a.run_line_id or a.attempt > 1),
            )
        )
        for (activity_type, res_model, keeps_type), activities in checked.items():
            if not activity_type:
                # Odoo allows that, too.
                continue
            reason = activity_type._get_reason_not_applicable(res_model)
            # A launched run keeps its types, like a planned activity does, and like
            # another attempt at one.
            if not reason or keeps_type:
                continue
            if not is_lenient(self.env):
                raise ValidationError(reason)
            activities._fall_back_on_default_type(reason)

    def _fall_back_on_default_type(self, reason):
        """Give the activities, all on records of one model, a type that can be used
        there, instead of the one that an addon asked for.

        :param str reason: why that one can't be used
        """
        default = self._default_activity_type_for_model(self[0].res_model)
        _logger.warning("%s “%s” is used instead.", reason, default.name)
        for activity in self:
            values = {"activity_type_id": default.id}
            if not activity.summary:
                values["summary"] = activity.activity_type_id.name
            # It is a part of what is being written, and no other change.
            super(MailActivity, activity).write(values)

    @api.constrains("date_end", "date_start")
    def _check_times(self):
        for activity in self.filtered(lambda a: a.date_end or a.date_start):
            for name in ("date_start", "date_end"):
                if activity[name] and not is_in_range(activity[name]):
                    raise activity._make_range_error(name)

    @api.constrains("outcome_id")
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

    @api.model
    def default_get(self, fields):
        """Whatever the context or a user's own defaults say, the engine's fields have
        no other default than their own; and so has all that the engine creates."""
        if read_internal(self.env.context, CREATING_KEY):
            return get_own_defaults(self, fields)
        owned = [name for name in fields if name in ENGINE_FIELDS]
        others = [name for name in fields if name not in ENGINE_FIELDS]
        return super().default_get(others) | get_own_defaults(self, owned)

    @api.model_create_multi
    def create(self, vals_list):
        collected = read_internal(self.env.context, VALUES_KEY)
        if collected:
            collected.rows.extend(vals_list)
            return self.browse()
        if vals_list and all(read_internal(vals, FOLLOWING_KEY) for vals in vals_list):
            return self._create_following(vals_list)
        self, is_engine = self._enter()
        if not is_engine:
            self._check_values(vals_list)
        vals_list = [self._complete_document(vals) for vals in vals_list]
        if not is_engine:
            for vals in vals_list:
                self._check_engine_fields(
                    {
                        name: value
                        for name, value in vals.items()
                        if value and value != INITIAL_VALUES.get(name)
                    }
                )
        creating = self
        if is_engine:
            creating = self.with_context(**{CREATING_KEY: Internal(True)})
        activities = super(MailActivity, creating).create(vals_list).with_env(self.env)
        activities._check_meetings(vals_list)
        for created in self.env.cr.postcommit.data.get(CREATED_KEY, ()):
            created.extend(activities.ids)
        activities._align_dates({name for vals in vals_list for name in vals})
        # The steps of a run write their own rows.
        alone = activities.filtered(lambda a: not a.sudo().run_line_id)
        values = alone._get_logged_values()
        for status, created in alone.grouped("status").items():
            created._log("created", (False, status), self._get_reason(), values)
        return activities

    def copy_data(self, default=None):
        """What is inactive, but was not done, would have a copy that says it was."""
        vals_list = super().copy_data(default)
        for activity, vals in zip(self, vals_list, strict=True):
            if activity.status in ("cancelled", "on_hold"):
                vals["active"] = (default or {}).get("active", True)
        return vals_list

    def _add_precomputed_values(self, vals_list):
        """The model's name is all that is left to precompute for the engine's
        activities; the ORM would make a second, virtual record of each for it."""
        models_by_id = self.env["ir.model"].sudo()
        for vals in vals_list:
            if vals.get("res_model_id"):
                vals["res_model"] = models_by_id.browse(vals["res_model_id"]).model
        super()._add_precomputed_values(vals_list)

    def _create_following(self, vals_list):
        """Create what follows from types, as core's chaining wants it. Whoever is
        assigned an activity can mark it as done, also without access to its record,
        where only the engine creates another one."""
        by_model = defaultdict(set)
        for vals in vals_list:
            by_model[vals["res_model_id"]].add(vals["res_id"])
        existing = {}
        for model_id, res_ids in by_model.items():
            res_model = self.env["ir.model"].sudo().browse(model_id).model
            records = self.env[res_model].browse(res_ids)
            existing[model_id] = set(records.exists()._ids)
        following = [
            {name: value for name, value in vals.items() if name != FOLLOWING_KEY}
            for vals in vals_list
            if vals["res_id"] in existing[vals["res_model_id"]]
        ]
        return self._as_engine().create(following).with_env(self.env)

    def write(self, vals):
        self, is_engine = self._enter()
        if not is_engine:
            self._check_values([vals])
            self._check_has_deadline(vals)
        vals = self._complete_document(vals)
        if not is_engine:
            self._check_engine_fields(vals)
        documents = {}
        if DOCUMENT_FIELDS & vals.keys():
            documents = {a: (a.res_model, a.res_id) for a in self}
        if vals.get("active"):
            self = self._check_reopen()
            if "status" not in vals:
                # Whoever unarchives what is on hold takes it off hold.
                self.filtered(lambda a: a.status == "on_hold").action_resume()
        self._check_outcome_stays(vals)
        is_logged = bool(vals.keys() & {*self._get_logged_fields(), "res_model_id"})
        old_values = self._get_logged_values() if is_logged else {}
        old_statuses = {activity: activity.status for activity in self}
        result = super().write(vals)
        self._check_moved(documents)
        self._check_meetings([vals])
        if "status" in vals:
            self.invalidate_recordset(["state"], flush=False)
        if "date_deadline" in vals and not {"date_start", "date_end"} & vals.keys():
            self._follow_deadline()
        else:
            self._align_dates(vals)
        step_changes = self._align_steps(vals)
        if is_logged:
            self._log_changes(old_values, old_statuses, step_changes)
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
        # All of them: where the record is gone, its runs are stopped now.
        transition = Transition(by_engine(self).run_id)
        transition.close(
            steps,
            "cancelled",
            reason=self._get_reason() or Reason("activity_deleted"),
        )
        result = super().unlink()
        transition.advance()
        return result

    def _as_engine(self):
        """:returns: the activities, for one ``create`` or ``write`` by the engine,
        which may give values to the fields that are its own

        Being superuser isn't enough for that: many an addon creates as superuser what a
        client sent. The key doesn't get any further than to that method, so that it
        isn't there for what other code does in consequence."""
        return by_engine(self).with_context(**{ENGINE_KEY: Internal(True)})

    def _enter(self):
        """:returns: the activities without the key that :meth:`_as_engine` gave them,
        and whether they had it"""
        context = self.env.context
        if ENGINE_KEY not in context:
            return self, False
        kept = {name: value for name, value in context.items() if name != ENGINE_KEY}
        activities = self.with_env(self.env(context=kept))
        return activities, bool(read_internal(context, ENGINE_KEY))

    @api.model
    def _complete_document(self, vals):
        """The model of an activity's record is stored as a name, too. The one never
        says something else than the other."""
        if "res_model" not in vals:
            return vals
        vals, res_model = dict(vals), vals["res_model"]
        if res_model and not vals.get("res_model_id"):
            self._check_has_records(res_model)
            vals["res_model_id"] = self.env["ir.model"]._get_id(res_model)
        del vals["res_model"]
        return {"res_model_id": False, **vals}

    def _check_has_records(self, res_model):
        model = self.env.get(res_model) if isinstance(res_model, str) else None
        if model is None or model._abstract:
            raise UserError(
                self.env._(
                    "There are no records of “%(model)s” to schedule an activity on.",
                    model=quote(res_model),
                )
            )

    def _check_values(self, vals_list):
        """Look at what was sent, before anything else does.

        :param list[dict] vals_list: values as for ``create`` and ``write``
        :raises UserError: something can't be written
        """
        Arguments(self.env).check_values(self, vals_list)
        models = self.env["ir.model"].sudo()
        for model_id in {vals.get("res_model_id") or False for vals in vals_list}:
            model = models.browse(model_id if is_id(model_id) else ()).exists()
            if model:
                self._check_has_records(model.model)

    def _check_has_deadline(self, vals):
        """Odoo itself would stumble over an activity without one."""
        if "date_deadline" in vals and not vals["date_deadline"]:
            raise ValidationError(self.env._("An activity has to be due on some day."))

    def _check_engine_fields(self, vals):
        """The engine alone says which step an activity belongs to, and how far it
        is."""
        refused = [name for name in ENGINE_FIELDS if name in vals]
        if refused:
            raise UserError(
                self.env._(
                    "“%(fields)s” can't be written: it follows from what is done with "
                    "the activity. Mark it as done, or cancel it.",
                    fields=", ".join(self._fields[name].string for name in refused),
                )
            )

    def _check_moved(self, documents):
        """Whoever moves an activity needs the right to change the record that it is
        moved to: completing it may change that. A step stays where its plan is; the
        engine moves the plan first.

        :param dict documents: the model and the id of each one's record before
        """
        if self.env.su:
            return
        moved = self.filtered(
            lambda a: a in documents and documents[a] != (a.res_model, a.res_id)
        )
        for activity in moved:
            step = activity.sudo().run_line_id
            if step and not step._is_on(activity.res_model, activity.res_id):
                raise UserError(
                    self.env._(
                        "“%(activity)s” is a step of the plan “%(plan)s” and can't be "
                        "moved to another record. Schedule a new activity there.",
                        activity=activity.display_name,
                        plan=step.run_id.name,
                    )
                )
        for activity in moved - moved._filter_on_writable():
            raise AccessError(
                self.env._(
                    "“%(activity)s” can't be moved there: that takes the right to "
                    "change the record that it is moved to.",
                    activity=activity.display_name,
                )
            )

    def _check_meetings(self, vals_list):
        """The engine moves the meeting of an activity: so nobody may give it one that
        they could not move themselves."""
        if not self.env.su and any(vals.get("calendar_event_id") for vals in vals_list):
            self.calendar_event_id.check_access("write")

    def _filter_on_writable(self):
        """:returns: the activities on records that the user may change, and those
        without a record that the user is assigned to"""
        kept = self.browse()
        for res_model, activities in self.grouped("res_model").items():
            if not res_model:
                kept += activities.filtered(lambda a: a.user_id == self.env.user)
            elif res_model in self.env:
                records = self.env[res_model].browse(set(activities.mapped("res_id")))
                writable = set(records.exists()._filtered_access("write")._ids)
                kept += activities.filtered(lambda a, ids=writable: a.res_id in ids)
        return kept

    def _filter_may_lead_on(self):
        """:returns: the activities whose record may be changed because they were done:
        by the user, or by the engine, since they are steps of a plan on that record"""
        steps = self.filtered(
            lambda a: a.sudo().run_line_id._is_on(a.res_model, a.res_id)
        )
        return steps + (self - steps)._filter_on_writable()

    def _filter_may_be_followed(self):
        """:returns: the activities on whose record the user may schedule another one"""
        kept = self.browse()
        for res_model, activities in self.grouped("res_model").items():
            if res_model:
                allowed = set(
                    self.env["mail.message"]
                    ._filter_records_for_message_operation(
                        res_model, list(set(activities.mapped("res_id"))), "create"
                    )
                    ._ids
                )
                activities = activities.filtered(lambda a, ids=allowed: a.res_id in ids)
            kept += activities
        return kept

    def _get_records(self):
        """:returns: the records of the activities, which are of one model, each once"""
        if not self:
            return self.browse()
        return self.env[self[0].res_model].browse(dict.fromkeys(self.mapped("res_id")))

    def _filter_existing_record(self):
        """:returns: those of the activities, all on one model, whose record exists"""
        res_model = self[:1].res_model
        if not res_model or res_model not in self.env:
            return self.browse()
        existing = set(self._get_records().exists()._ids)
        return self.filtered(lambda a: a.res_id in existing)

    def _tell_not_done(self, outcome, effects):
        """Tell what an outcome should have done, and whoever completed the activity
        may not do: in its history, and on the record.

        :param list[str] effects: in words
        """
        self.ensure_one()
        reason = self._get_refused_reason(outcome, effects)
        self._log("changed", (self.status, self.status), reason)
        record = by_engine(self)._get_records()
        if hasattr(record, "_message_log"):
            record._message_log(body=reason)

    def _get_refused_reason(self, outcome, effects):
        return self.env._(
            "“%(outcome)s” should %(effects)s, which %(user)s may not do here. "
            "Somebody who may has to do it by hand.",
            outcome=outcome.name,
            effects=format_list(self.env, effects),
            user=self.env.user.name,
        )

    def _check_outcome_stays(self, vals):
        """How a closed activity ended is history."""
        if "outcome_id" not in vals or vals.get("active") or self.env.su:
            return
        for activity in self:
            if (
                activity.status in CLOSED_STATUSES
                and activity.outcome_id.id != vals["outcome_id"]
                and (activity.outcome_id or vals["outcome_id"])
            ):
                raise UserError(
                    self.env._(
                        "“%(activity)s” is closed, and what came of it can't be "
                        "changed any more. Schedule a new activity instead.",
                        activity=activity.display_name,
                    )
                )

    def _check_reopen(self):
        """:returns: the activities that may be reopened
        :raises UserError: one of them may not, and a person asks for it
        """
        steps = self.filtered(
            lambda a: a.status in CLOSED_STATUSES and a.sudo().run_line_id
        )
        if steps and is_program(self.env):
            _logger.warning(
                "%s are closed steps of plans, and are not reopened.", steps
            )
            return self - steps
        for activity in steps:
            raise UserError(
                self.env._(
                    "“%(activity)s” is a closed step of the plan “%(plan)s” and "
                    "can't be reopened. Schedule a new activity instead.",
                    activity=activity.display_name,
                    plan=activity.sudo().run_id.name,
                )
            )
        return self

    # ------------------------------------------------------------
    # Start, end and deadline
    # ------------------------------------------------------------

    def _get_timezone(self):
        """:returns: the time zone of the responsible, whose days the deadlines are"""
        self.ensure_one()
        user = self.user_id.sudo()
        if user == self.env.user:
            # Where the user is now, says the client.
            return unsteered(self).env.tz
        return get_timezone(user.tz or self.env.user.tz)

    def _align_dates(self, names):
        """Make start, end, duration and deadline agree.

        :param names: the fields that were just written; the end wins over the duration,
            and both over the deadline
        """
        if not TIME_FIELDS & set(names):
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
            if not is_in_range(activity.date_deadline):
                raise activity._make_range_error("date_deadline")
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
        """A step has the date and responsible that its activity was given.

        :param names: the fields that were just written
        :returns: line -> what changed of it: name -> old and new value
        """
        if not {"date_deadline", *TIME_FIELDS} & set(names):
            return {}
        explanations = read_internal(self.env.context, STEP_EXPLANATIONS, {})
        by_hand = not read_internal(self.env.context, GIVEN_BY_ENGINE)
        old_values, vals_by_line = {}, {}
        for activity in self.sudo().filtered("run_line_id"):
            if activity.status in CLOSED_STATUSES:
                continue
            line, vals = activity.run_line_id, {}
            if line.user_id != activity.user_id:
                vals["user_id"] = activity.user_id.id
                if by_hand:
                    vals["is_reassigned"] = True
            if line.date_deadline != activity.date_deadline:
                day = activity.date_deadline
                given = explanations.get(line.id, {})
                if given.get("date") != day.isoformat():
                    given = line._explain_change("rescheduled", day)
                vals |= {"date_deadline": day, "date_explanation": given}
            if vals:
                old_values[line] = line._get_logged_values()
                vals_by_line[line] = vals
        # The activity's row tells of both.
        self.env["mail.activity.plan.run.line"].sudo()._write_each(
            vals_by_line, is_told=True
        )
        return {
            line: line._get_logged_changes(values)
            for line, values in old_values.items()
        }

    def _give_to(self, user):
        """Assign the activities to somebody else, as the engine decided: their steps
        follow the record's people as before. Whoever calls this tells those people,
        since core would send one message for each activity.

        :param user: who has them from now on, or nobody
        """
        self.with_context(
            mail_activity_quick_update=True, **{GIVEN_BY_ENGINE: Internal(True)}
        ).write({"user_id": user.id})

    def _follow_with(self, explanations):
        """:param dict explanations: why their steps get the dates that the activities
            are given: id of a step -> its ``date_explanation``
        :returns: the activities, knowing it"""
        return self.with_context(**{STEP_EXPLANATIONS: Internal(explanations)})

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
        reason = Arguments(self.env).text(reason, "reason")
        for status, activities in self.grouped("status").items():
            vals = {"on_hold_until": until, "held_by_pause": False}
            if status != "on_hold":
                vals |= {
                    "active": False,
                    "status": "on_hold",
                    "status_before_hold": status,
                }
            held = activities._because(reason)._as_engine()
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
        activities = self._because(reason)._as_engine()
        activities.write({"active": True, **NO_HOLD, **vals})

    def _hold_for_pause(self):
        """Put the activities of a paused run on hold, until it is resumed."""
        for status, activities in self.grouped("status").items():
            activities = activities._because(self.env._("The plan was paused."))
            activities._as_engine().write(
                {
                    "active": False,
                    "held_by_pause": True,
                    "status": "on_hold",
                    "status_before_hold": status,
                }
            )

    def _read_hold_date(self, until):
        day = Arguments(self.env).day(until, "until")
        if not day:
            return False
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
        IrCron, positions = self.env["ir.cron"], self.env["mail.activity.cron.position"]
        over = self.search(domain, order="id")._filter_hold_over()
        # One that can't be ended must not keep others from it, however short the time.
        last_id = positions._get(HOLDS_POSITION)
        over = over.sorted(lambda a: a.id <= last_id)
        IrCron._commit_progress(remaining=len(over))
        for activity in over:
            try:
                activity._try_end_hold(domain)
                positions._set(HOLDS_POSITION, activity.id)
            except psycopg2.OperationalError:
                # Somebody else changed the same at this moment: it comes back with the
                # next call.
                _logger.info("Activity %s was interrupted", activity.id, exc_info=True)
                self.env.cr.rollback()
                positions._set(HOLDS_POSITION, activity.id)
            if not IrCron._commit_progress(1):
                break

    def _try_end_hold(self, domain):
        """Bring back an activity, unless somebody else has it.

        :param domain: of those whose hold may be over
        """
        try:
            with self.env.cr.savepoint():
                locked = self.try_lock_for_update().filtered_domain(domain)
                locked._filter_hold_over()._end_hold()
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The hold of activity %s can't be ended", self.id)

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
        for activity in by_engine(self)._because(reason):
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
        activities = unsteered(self)
        activities._check_open()
        outcome = activities.env["mail.activity.outcome"]._read_outcome(outcome)
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        with activities._collect_created() as created_ids:
            if outcome:
                # What tells that they are done tells this, too.
                super(MailActivity, activities).write({"outcome_id": outcome.id})
            activities.action_feedback(feedback, attachment_ids)
        return sorted(self.sudo().browse(created_ids).exists().ids)

    @contextmanager
    def _collect_created(self):
        """Find out which activities are created meanwhile, by this transaction alone.

        It is kept beside the transaction: what an automation rule creates, whatever its
        context is, counts, too.

        :returns: a list that their ids are added to
        """
        data = self.env.cr.postcommit.data
        outer, created_ids = data.get(CREATED_KEY, ()), []
        data[CREATED_KEY] = (*outer, created_ids)
        try:
            yield created_ids
        finally:
            data[CREATED_KEY] = outer

    @api.model
    def _read_feedback(self, feedback, attachment_ids):
        """Whatever a program sends, core would take and stumble over.

        :returns: what to say and the ids of files, or nothing
        """
        if isinstance(attachment_ids, models.BaseModel):
            attachment_ids = attachment_ids.ids
        arguments = Arguments(self.env)
        return (
            arguments.text(feedback, "feedback"),
            arguments.ids(attachment_ids, "attachment_ids") or None,
        )

    def action_done(self):
        """Those on hold can be done, too. For core they are done, being inactive."""
        return self.filtered(
            lambda activity: activity.status not in CLOSED_STATUSES
        ).action_feedback()

    def _action_done(self, feedback=False, attachment_ids=None):
        """Nothing is done twice, and what was on hold is not any more."""
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        # Of many records, they would be read record by record.
        together = unsteered(self.browse(self._ids))
        activities = together.filtered(lambda a: a.status not in CLOSED_STATUSES)
        if attachment_ids:
            # Core posts them as superuser, to everybody who follows the record.
            files = self.env["ir.attachment"].browse(attachment_ids)
            files.check_access("read")
        held = activities.filtered(lambda a: a.status == "on_hold")
        if held:
            held._take_off_hold()
        activities.filtered(lambda a: a.chaining_type == "trigger")._fetch_companies()
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

    def _prepare_next_activity_values(self):
        """What a type triggers, the engine creates; assigned by its rules."""
        values = super()._prepare_next_activity_values()
        values = {
            name: value for name, value in values.items() if name not in ENGINE_FIELDS
        }
        user = self.env["res.users"].browse(values.get("user_id"))
        values["user_id"] = self._find_able(user, self.env.user, self.user_id).id
        return {**values, FOLLOWING_KEY: Internal(True)}

    @api.onchange("activity_type_id")
    def _onchange_activity_type_id(self):
        """The person of the type may have left."""
        result = super()._onchange_activity_type_id()
        if self.user_id and not self.user_id._filter_can_do_activities():
            self.user_id = self.env.user._filter_can_do_activities()
        return result

    def action_cancel(self, reason=None):
        """Close the activities without having done them.

        Core deletes them. Here they are kept, with who cancelled them and when.

        :param str reason: why, for the history
        """
        self._cancel(Arguments(self.env).text(reason, "reason"))
        return True

    def _cancel(self, reason=False):
        """Close the activities as cancelled.

        :param str reason: why, for the ledger and the steps
        """
        self.check_access("write")
        activities = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        if reason:
            activities = activities._because(reason)
        activities = activities._as_engine()
        activities.write({"active": False, "status": "cancelled", **NO_HOLD})

    def _schedule_following(self, activity_type):
        """Schedule an activity of a type after each of these, which are done.

        :param activity_type: its delay counts from the deadline, or from today
        """
        self._fetch_companies()
        return self._as_engine().create(
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
            **self._get_document_values(),
            "summary": activity_type.summary,
            "user_id": self._find_able(
                activity_type.default_user_id or self.user_id, self.user_id
            ).id,
        }

    def _get_document_values(self):
        """:returns: values of another activity on the same record"""
        self.ensure_one()
        res_model = self.res_model
        return {
            "res_id": self.res_id,
            "res_model_id": bool(res_model) and self.env["ir.model"]._get_id(res_model),
        }

    def _find_able(self, user, *others):
        """Find who does another activity on the same record.

        :param user: who should; nobody is right, too: then it is unassigned
        :returns: the first of the users who can, else the record's salesperson, else
            nobody; where there is no record, somebody has to
        """
        self.ensure_one()
        if not user and self.res_model:
            return user
        if not self.res_model or self.res_model not in self.env:
            able = (u for u in (user, *others) if u._filter_can_do_activities())
            return next(able, self.env.user)
        record = self.env[self.res_model].browse(self.res_id)
        for candidate in (user, *others):
            if candidate._filter_can_do_activities(record):
                return candidate
        if not record.exists():
            return user.browse()
        plans = self.env["mail.activity.plan"]
        return plans._find_user_by_role("salesperson", record)

    def _fetch_companies(self):
        """Read at once what :meth:`_find_able` would read record by record."""
        for res_model, activities in self.grouped("res_model").items():
            if res_model in self.env and "company_id" in self.env[res_model]._fields:
                records = self.env[res_model].sudo().browse(activities.mapped("res_id"))
                records.exists().fetch(["company_id"])

    def _retry(self):
        """Schedule each of these, which are done, once more."""
        self._fetch_companies()
        return self._as_engine().create(
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
            **self._get_document_values(),
            "summary": self.summary,
            "user_id": self._find_able(self.user_id).id,
        }

    def _replace_type(self, activity_type):
        """Give the activities, of any status, another type: theirs is about to be
        deleted. Whether their outcomes are those of the new type is no question."""
        old_values = self._get_logged_values()
        old_statuses = {activity: activity.status for activity in self}
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_activity SET activity_type_id = %s WHERE id = ANY(%s)",
            [activity_type.id, self.ids],
        )
        self.invalidate_recordset()
        self._log_changes(old_values, old_statuses, {})

    def _move_to(self, record):
        """Put the activities, of any status, on another record of the same model.
        Their runs are moved by ``_merge_into``."""
        self.sudo().write({"res_id": record.id})

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
        changed = unsteered(changed)
        # How a reopened one ended says nothing about how it will end.
        reopened = changed.filtered(
            lambda a: old_statuses[a] in CLOSED_STATUSES and a.outcome_id
        )
        super(MailActivity, reopened).write({"outcome_id": False})
        closed = changed.filtered(lambda a: a.status in CLOSED_STATUSES)
        transition = Transition(closed.sudo().run_line_id._filter_open().run_id)
        by_change = changed.grouped(lambda a: (old_statuses[a], a.status))
        for (old_status, status), activities in by_change.items():
            alone = activities
            if status in CLOSED_STATUSES:
                # A step's row says that its activity was closed, too.
                alone = activities.filtered(lambda a: not a.sudo().run_line_id)
                activities._close_steps(status, transition)
            event = EVENT_BY_STATUS[status]
            if old_status == "on_hold" and status not in CLOSED_STATUSES:
                event = "resumed"
            ends = None
            if {old_status, status} & set(CLOSED_STATUSES):
                ends = {activity: activity._get_logged_end() for activity in alone}
            reason = activities._get_reason()
            alone._log(event, (old_status, status), reason, ends)
        done = changed.filtered(lambda a: a.status == "done" and a.outcome_id)
        for outcome, activities in done.grouped("outcome_id").items():
            outcome._apply(activities)
            activities.filtered(
                lambda a: not a.sudo().run_line_id
                and a.outcome_id._allows_another(a.attempt)
            )._retry()
        transition.advance()

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

    @api.model
    def _get_logged_fields(self):
        """Hook: the fields whose changes are told.

        :rtype: tuple[str]
        """
        return LOGGED_FIELDS

    def _get_logged_values(self):
        """:returns: for each activity, what the ledger keeps of it; JSON-able"""
        names = self._get_logged_fields()
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

    def _get_logged_end(self):
        """:returns: how the activity ended, for the ledger; JSON-able"""
        outcome = self.sudo().outcome_id
        return {
            "attempt": self.attempt,
            "outcome": outcome.code or False,
            "outcome_id": outcome.id,
        }

    def _log_changes(self, old_values, old_statuses, step_changes):
        """Tell the ledger what else was changed along with what was written.

        Where the activity's step has changed with it, the row is the step's, and tells
        of both.

        :param dict old_values: what the ledger keeps of each activity, before
        :param dict old_statuses: the status of each activity before
        :param dict step_changes: line -> what changed of it
        """
        rows = []
        new_values = self._get_logged_values()
        for activity in self.sudo():
            old, new = old_values[activity], new_values[activity]
            # False for what is not set: XML-RPC knows no null.
            changes = {
                name: [old.get(name, False), new.get(name, False)]
                for name in self._get_logged_fields()
                if old.get(name) != new.get(name)
            }
            line = activity.run_line_id
            if step_changes.get(line):
                own = {n: changes.pop(n) for n in OWN_FIELDS if n in changes}
                changes |= step_changes[line]
                rows.append(
                    {
                        **line._prepare_log_values("changed", line.state),
                        "activity_ref": activity.id,
                        "values": changes,
                    }
                )
                changes = own
            if changes:
                status = old_statuses[activity]
                rows.append(
                    {
                        **activity._prepare_log_values("changed", (status, status)),
                        "values": changes,
                    }
                )
        reason = self._get_reason()
        self.env["mail.activity.log"]._add([{**row, "reason": reason} for row in rows])

    def _log(self, event, statuses, reason=False, values=None):
        """Add a row to the ledger for each activity.

        :param str event: one of the ledger's events
        :param tuple statuses: the old and the new status
        :param str reason: why
        :param dict values: activity -> what else there is to tell
        """
        self.env["mail.activity.log"]._add(
            [
                {
                    **activity._prepare_log_values(event, statuses),
                    "reason": reason,
                    "values": values and values[activity],
                }
                for activity in self.sudo()
            ]
        )

    def _prepare_log_values(self, event, statuses):
        """Hook: the values of a ledger row about the activity.

        :param str event: one of the ledger's events
        :param tuple statuses: the old and the new status
        """
        self.ensure_one()
        old_status, new_status = statuses
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "activity_ref": self.id,
            "event": event,
            "old_status": old_status,
            "new_status": new_status,
        }
