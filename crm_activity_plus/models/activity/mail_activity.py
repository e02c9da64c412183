# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists

from ...engine.change import Change
from ...engine.environment import (
    by_engine,
    each_once,
    is_lenient,
    is_program,
    leniently,
    unsteered,
)
from ...engine.new_rows import together
from ...engine.transitions import Transition
from ...tools.internal import Internal, read_internal
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES, INACTIVE_STATUSES
from ...tools.values import quote
from .mail_activity_type import APPLICABLE_DOMAIN
from .mail_thread import FOLLOWERS_KEY, NewFollowers

_logger = logging.getLogger(__name__)

# Nobody but the engine writes these: see ``models/guard``.
ENGINE_FIELDS = (
    "attempt",
    "held_by_pause",
    "on_hold_until",
    "partner_id",
    "retry_date",
    "run_id",
    "run_line_id",
    "status",
    "status_before_hold",
)

# Context key: the :class:`Change` that is about to be made.
CHANGE_KEY = "activity_engine"
# Context key: the engine is creating, by nobody's defaults.
CREATING_KEY = "activity_engine_creates"

# What an activity is on.
DOCUMENT_FIELDS = {"res_id", "res_model", "res_model_id"}


class MailActivity(models.Model):
    """What an activity is: its type, its status, its record; and what happens when it
    is created, changed or deleted, whoever does it and however.

    The other rooms have what belongs to one topic: times (``calendar``), putting aside
    (``hold``), closing and what follows (``outcome``), the plan's step (``run``), the
    history (``ledger``), and what may be written by whom (``guard``).
    """

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

    def _validate_fields(self, field_names, excluded_names=()):
        """Constraints are always checked as superuser: tell them who asks. Odoo has no
        public method for that. Measured: 4 µs for each call; and there is one for each
        new record about no field at all."""
        if not field_names:
            return None
        records = leniently(self) if is_program(self.env) else self
        return super(MailActivity, records)._validate_fields(
            field_names, excluded_names
        )

    @api.constrains("activity_type_id", "res_model_id")
    def _check_activity_type_applies(self):
        # A launched run keeps its types, like a planned activity does, and like another
        # attempt at one.
        checked = self.filtered(lambda a: not a.run_line_id and a.attempt <= 1)
        for (activity_type, res_model), activities in checked.grouped(
            lambda a: (a.activity_type_id, a.res_model)
        ).items():
            if not activity_type:
                # Odoo allows that, too.
                continue
            reason = activity_type._get_reason_not_applicable(res_model)
            if not reason:
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

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Whoever asks for a status gets it, also where it means inactive."""
        domain = Domain(domain)
        if any(c.field_expr == "status" for c in domain.iter_conditions()):
            kwargs["active_test"] = False
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _default_activity_type_for_model(self, model):
        return self.env["mail.activity.type"].search(
            self.env["mail.activity.type"]._get_applicable_domain(model), limit=1
        )

    # ------------------------------------------------------------
    # Creating, changing, deleting
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self, change = self._take_change()
        creating, followers = self, NewFollowers()
        if change.is_by_engine:
            creating = together(self).with_context(
                **{CREATING_KEY: Internal(True), FOLLOWERS_KEY: Internal(followers)}
            )
        else:
            vals_list = self._guard_new_values(vals_list)
        vals_list = [self._complete_document(vals) for vals in vals_list]
        activities = super(MailActivity, creating).create(vals_list).with_env(self.env)
        followers.insert(self.env)
        activities._check_meetings()
        names = {name for vals in vals_list for name in vals}
        activities._align_times(names | creating._get_default_times())
        activities._log_created(change.reason)
        return activities

    def write(self, vals):
        self, change = self._take_change()
        if not change.is_by_engine:
            vals = self._guard_values(vals)
        vals = self._complete_document(vals)
        if vals.get("active"):
            self = self._reopen(vals)
        self._check_outcome_stays(vals)
        documents = {}
        if DOCUMENT_FIELDS & vals.keys():
            documents = {a: (a.res_model, a.res_id) for a in self}
        old_statuses = self._get_statuses()
        is_logged = bool(vals.keys() & {*self._get_logged_fields(), "res_model_id"})
        old_values = self._get_logged_values() if is_logged else {}
        result = super().write(vals)
        self._check_moved(documents)
        if "calendar_event_id" in vals:
            self._check_meetings()
        if "status" in vals:
            self.invalidate_recordset(["state"], flush=False)
        self._align_times(vals)
        step_changes = self._align_steps(vals, change)
        if is_logged:
            self._log_changes(old_values, old_statuses, step_changes, change.reason)
        self._follow_statuses(old_statuses, change.reason)
        return result

    def unlink(self):
        self, change = self._take_change()
        # Those on hold are inactive, too, but they are open steps.
        open_activities = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        steps = by_engine(open_activities).run_line_id
        self._log_deleted(steps, change.reason)
        # All of them: where the record is gone, its runs are stopped now.
        transition = Transition(by_engine(self).run_id)
        transition.close(
            steps, "cancelled", change.reason or Reason("activity_deleted")
        )
        result = super().unlink()
        transition.advance()
        return result

    def copy_data(self, default=None):
        """What is inactive, but was not done, would have a copy that says it was."""
        vals_list = super().copy_data(default)
        for activity, vals in zip(self, vals_list, strict=True):
            if activity.status in ("cancelled", "on_hold"):
                vals["active"] = (default or {}).get("active", True)
        return vals_list

    def _add_precomputed_values(self, vals_list):
        """The model's name is all that is left to precompute for the engine's
        activities; the ORM would make a second, virtual record of each for it.

        Measured on 500 activities: creating them takes 101 ms of processor time,
        without this 140 ms."""
        ids = {vals["res_model_id"] for vals in vals_list if vals.get("res_model_id")}
        names = {
            model.id: model.model for model in self.env["ir.model"].sudo().browse(ids)
        }
        for vals in vals_list:
            if vals.get("res_model_id"):
                vals["res_model"] = names[vals["res_model_id"]]
        super()._add_precomputed_values(vals_list)

    def _set(self, vals):
        """Write what is a part of what is being changed, and no change of its own."""
        return super().write(vals)

    def _get_statuses(self):
        """:returns: the status of each activity, for :meth:`_follow_statuses`"""
        # As superuser, they are read without another query for who may read them.
        return {activity: activity.status for activity in self.sudo()}

    def _follow_statuses(self, old_statuses, reason=False):
        """Tell the ledger about new statuses, move the runs whose steps were closed,
        and do what the outcomes say.

        :param dict old_statuses: the status of each activity before
        :param reason: why they were changed
        :returns: the activities that this created
        """
        changed = unsteered(self.filtered(lambda a: a.status != old_statuses[a]))
        if not changed:
            return self.browse()
        changed._forget_outcomes(old_statuses)
        closed = changed.filtered(lambda a: a.status in CLOSED_STATUSES)
        steps = by_engine(closed).run_line_id
        scheduled = steps.run_id.line_ids.activity_id
        transition = Transition(steps._filter_open().run_id)
        closed._close_steps(transition, reason)
        changed._log_statuses(old_statuses, reason)
        created = closed._apply_outcomes()
        transition.advance()
        return created | (steps.run_id.line_ids.activity_id - scheduled)

    # ------------------------------------------------------------
    # What this addon says of a change
    # ------------------------------------------------------------

    def _saying(self, **said):
        """Give the next ``create``, ``write`` or ``unlink`` what its signature has no
        parameter for. It doesn't get any further than to that method, so that it isn't
        there for what other code does in consequence.

        :param said: see :class:`Change`
        """
        change = read_internal(self.env.context, CHANGE_KEY) or Change()
        change = replace(change, **said)
        return self.with_context(**{CHANGE_KEY: Internal(change)})

    def _take_change(self):
        """:returns: the activities, each once, without what :meth:`_saying` gave them,
        and that, or what there is to say of any change"""
        self, context = each_once(self), self.env.context
        if CHANGE_KEY not in context:
            return self, Change()
        kept = {name: value for name, value in context.items() if name != CHANGE_KEY}
        change = read_internal(context, CHANGE_KEY) or Change()
        return self.with_env(self.env(context=kept)), change

    def _as_engine(self, **said):
        """:param said: see :class:`Change`
        :returns: the activities, for one ``create`` or ``write`` by the engine, which
            may give values to the fields that are its own. Being superuser isn't enough
            for that: many an addon writes as superuser what a client sent.
        """
        return by_engine(self)._saying(is_by_engine=True, **said)

    def _because(self, reason):
        """:param reason: why, for the ledger and the steps
        :returns: the activities, for one ``write`` or ``unlink`` by whoever asks for it
        """
        return self._saying(reason=reason or False)

    # ------------------------------------------------------------
    # The record
    # ------------------------------------------------------------

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

    def _get_document_values(self):
        """:returns: values of another activity on the same record"""
        self.ensure_one()
        res_model = self.res_model
        return {
            "res_id": self.res_id,
            "res_model_id": bool(res_model) and self.env["ir.model"]._get_id(res_model),
        }

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

    def _move_to(self, record):
        """Put the activities, of any status, on another record of the same model.
        Their runs are moved by ``_merge_into``."""
        self.sudo().write({"res_id": record.id})

    @api.autovacuum
    def _gc_delete_old_overdue_activities(self):
        activities = self._because(Reason("cleaned_up"))
        return super(MailActivity, activities)._gc_delete_old_overdue_activities()
