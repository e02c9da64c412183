# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

from ...engine.arguments import Arguments
from ...engine.done_messages import DoneMessages
from ...engine.environment import by_engine, unsteered
from ...engine.reasons import tell_fresh_reason
from ...tools.internal import Internal, read_internal
from ...tools.states import CLOSED_STATUSES
from ..activity.mail_activity import ENGINE_FIELDS
from .mail_thread import MESSAGES_KEY

# Context key: see ``_action_done``.
RETURN_ALL_KEY = "activity_return_all"


class MailActivity(models.Model):
    """Closing an activity, with an outcome or without, and what follows: another
    attempt, the next activity, what the outcome does."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

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
    chaining_type = fields.Selection(
        selection=lambda self: self.env["mail.activity.type"]
        ._fields["chaining_type"]
        ._description_selection(self.env),
        related=None,
        compute="_compute_chaining_type",
        compute_sudo=True,
        search="_search_chaining_type",
    )

    @api.depends(
        "activity_type_id.chaining_type",
        "attempt",
        "outcome_id",
        "run_line_id",
        "status",
    )
    def _compute_chaining_type(self):
        """Core creates what the type triggers, but not where something else does: here
        the engine creates whatever follows, once the activity is closed."""
        for activity in self:
            chaining_type = activity.activity_type_id.chaining_type
            if chaining_type == "trigger" and not activity._is_triggering():
                chaining_type = "suggest"
            activity.chaining_type = chaining_type

    def _is_triggering(self):
        """:returns: whether what the type triggers follows: the activity is open, its
        run has no step of its own for that, the outcome doesn't lead elsewhere, and the
        record can have an activity of that type"""
        self.ensure_one()
        outcome, line = self.outcome_id, self.sudo().run_line_id
        following = self.activity_type_id.triggered_next_type_id
        return not (
            self.status in CLOSED_STATUSES
            or outcome.effect == "stop"
            or outcome._allows_another(self.attempt, line.max_attempts)
            or line._filter_expanded()
            or following._get_reason_not_applicable(self.res_model)
        )

    def _search_chaining_type(self, operator, value):
        return [("activity_type_id.chaining_type", operator, value)]

    @api.constrains("outcome_id")
    def _check_outcome(self):
        for activity in self.filtered("outcome_id"):
            reason = activity.outcome_id._get_reason_not_applicable(
                activity.activity_type_id
            )
            if reason:
                raise ValidationError(reason)

    @api.onchange("activity_type_id")
    def _onchange_activity_type_id(self):
        """The person of the type may have left."""
        result = super()._onchange_activity_type_id()
        if self.user_id and not self.user_id._filter_can_do_activities():
            self.user_id = self.env.user._filter_can_do_activities()
        return result

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def complete(
        self, outcome=None, feedback=None, attachment_ids=None, retry_date=None
    ):
        """Mark the activities as done, with an outcome.

        :param outcome: code or id of a ``mail.activity.outcome``
        :param str feedback: what to say about it in the chatter
        :param list[int] attachment_ids: files to add to that
        :param retry_date: the date agreed for the next attempt (date or ISO text), for
            an outcome that asks for it; default: after the outcome's delay
        :returns: ids of the activities that this created
        :rtype: list[int]
        :raises UserError: one of them is closed already, or can't end so; none is
            marked then
        """
        activities = unsteered(self)
        activities.check_access("write")
        activities._check_open()
        outcome = activities.env["mail.activity.outcome"]._read_outcome(outcome)
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        retry_date = activities._read_retry_date(retry_date, outcome)
        if outcome:
            # What tells that they are done tells this, too.
            activities._set({"outcome_id": outcome.id, "retry_date": retry_date})
        activities = activities.with_context(**{RETURN_ALL_KEY: Internal(True)})
        _messages, created = activities._action_done(feedback, attachment_ids)
        return sorted(created.sudo().exists().ids)

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

    def _check_open(self):
        for activity in self:
            if activity.status in CLOSED_STATUSES:
                raise UserError(activity._get_closed_reason())

    def _get_closed_reason(self):
        """:returns: who closed the activity and when, in a sentence"""
        self.ensure_one()
        row = (
            self.env["mail.activity.log"]
            .sudo()
            .search(
                [
                    ("activity_ref", "=", self.id),
                    ("event", "in", ("done", "cancelled", "skipped", "failed")),
                ],
                limit=1,
            )
        )
        names = {"activity": self.display_name}
        if not row:
            return self.env._("“%(activity)s” is closed already.", **names)
        names |= {
            "user": row.user_id.name or self.env._("somebody"),
            "date": format_datetime(self.env, row.date, dt_format="short"),
        }
        if self.status == "done":
            return self.env._(
                "“%(activity)s” is closed already: %(user)s marked it done on "
                "%(date)s.",
                **names,
            )
        return self.env._(
            "“%(activity)s” is closed already: %(user)s cancelled it on %(date)s.",
            **names,
        )

    def action_feedback_schedule_next(self, feedback=False, attachment_ids=None):
        """Where somebody else was faster, there is nothing to do, and nothing next.

        :raises UserError: the activity is closed already
        """
        if len(self) > 1:
            Arguments(self.env).check_single(self)
        self._check_open()
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        return super().action_feedback_schedule_next(
            feedback=feedback, attachment_ids=attachment_ids
        )

    def action_done(self):
        """Those on hold can be done, too. For core they are done, being inactive."""
        return self.filtered(
            lambda activity: activity.status not in CLOSED_STATUSES
        ).action_feedback()

    def _action_done(self, feedback=False, attachment_ids=None):
        """Nothing is done twice, and what was on hold is not any more.

        Core posts a message, creates what the type triggers, and archives. Here the
        activities are done before that, so that core creates nothing, and archiving
        them changes nothing any more; what follows comes after the message.

        :returns: messages, and what follows: for core, which asks what to do next where
            that is nothing, what the type triggers; for :meth:`complete`, all of it
        """
        feedback, attachment_ids = self._read_feedback(feedback, attachment_ids)
        # Of many records, they would be read record by record.
        together = unsteered(self.browse(self._ids))
        statuses = together._get_statuses()
        activities = together.filtered(lambda a: statuses[a] not in CLOSED_STATUSES)
        if attachment_ids:
            # Core posts them as superuser, to everybody who follows the record.
            files = self.env["ir.attachment"].browse(attachment_ids)
            files.check_access("read")
        activities.filtered(lambda a: a.status == "on_hold")._take_off_hold()
        activities -= activities._delete_without_record()
        triggering = activities.filtered(lambda a: a.chaining_type == "trigger")
        old_statuses = activities._get_statuses()
        activities._set({"status": "done"})
        written = DoneMessages(activities, feedback, attachment_ids)
        posting = activities.with_context(**{MESSAGES_KEY: Internal(written)})
        messages, following = super(MailActivity, posting)._action_done(
            feedback=feedback, attachment_ids=attachment_ids
        )
        following += triggering._schedule_triggered()
        created = activities._follow_statuses(old_statuses)
        if read_internal(self.env.context, RETURN_ALL_KEY):
            following |= created
        return messages, following

    def _delete_without_record(self):
        """Delete the activities whose record was deleted behind the ORM's back, as core
        does where they are marked as done.

        :returns: these
        """
        on_records = self.filtered("res_model")
        lost = on_records.browse()
        for activities in on_records.grouped("res_model").values():
            lost += activities - activities._filter_existing_record()
        lost.unlink()
        return lost

    # ------------------------------------------------------------
    # What the outcome says
    # ------------------------------------------------------------

    def _forget_outcomes(self, old_statuses):
        """How a reopened activity ended says nothing about how it will end."""
        self.filtered(
            lambda a: old_statuses[a] in CLOSED_STATUSES and a.outcome_id
        )._set({"outcome_id": False, "retry_date": False})

    def _apply_outcomes(self):
        """Do what the outcomes of activities say that were just closed.

        :returns: the activities that this created
        """
        created = self.browse()
        done = self.filtered(lambda a: a.status == "done" and a.outcome_id)
        for outcome, activities in done.grouped("outcome_id").items():
            created += outcome._apply(activities)
            created += activities.filtered(
                lambda a: not a.sudo().run_line_id
                and a.outcome_id._allows_another(a.attempt)
            )._retry()
        return created

    def _tell_not_done(self, reason):
        """Tell what an outcome should have done, and whoever completed the activity
        may not do: in its history, and on the record.

        :param reason: why, a :class:`~...tools.reasons.Reason`
        """
        self.ensure_one()
        self._log("changed", (self.status, self.status), reason)
        record = by_engine(self)._get_records()
        if hasattr(record, "_message_log"):
            record._message_log(body=tell_fresh_reason(self.env, reason))

    # ------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------

    def _prepare_next_activity_values(self):
        """What a type triggers, assigned by the engine's rules."""
        values = super()._prepare_next_activity_values()
        user = self.env["res.users"].browse(values.get("user_id"))
        return {
            **{n: value for n, value in values.items() if n not in ENGINE_FIELDS},
            "user_id": self._find_able(user, self.env.user, self.user_id).id,
        }

    def _schedule_triggered(self):
        """Schedule what the types of these, which are done, trigger. Whoever is
        assigned an activity can mark it as done, also without access to its record,
        where only the engine creates another one."""
        self._fetch_companies()
        return self._create_following(
            [
                activity.with_context(
                    activity_previous_deadline=activity.date_deadline
                )._prepare_next_activity_values()
                for activity in self
            ]
        )

    def _schedule_following(self, activity_type):
        """Schedule an activity of a type after each of these, which are done.

        :param activity_type: its delay counts from the deadline, or from today
        """
        self._fetch_companies()
        return self._create_following(
            [activity._prepare_following_values(activity_type) for activity in self]
        )

    def _create_following(self, vals_list):
        """:returns: new activities, which the engine creates"""
        return self._as_engine().create(vals_list).with_env(self.env)

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
