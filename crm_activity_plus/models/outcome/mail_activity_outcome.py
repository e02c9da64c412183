# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.environment import by_engine, is_uninstalling
from ...engine.reasons import name_of
from ...engine.transitions import Transition
from ...tools.reasons import Reason
from ...tools.values import is_id, quote
from ..uninstall.ir_model_data import is_suite_removed


class MailActivityOutcome(models.Model):
    """How an activity ended, as a person chose it, and what follows from that.

    This is the suite's own chaining: it works with and without a plan.
    """

    _name = "mail.activity.outcome"
    _inherit = "mail.activity.code.mixin"
    _description = "Activity Outcome"
    _order = "sequence, id"
    _code_default = "outcome"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    activity_type_ids = fields.Many2many(
        "mail.activity.type",
        "mail_activity_outcome_type_rel",
        "outcome_id",
        "activity_type_id",
        string="Activity Types",
        help="Activity types with this outcome. Leave empty for all types.",
    )
    kind = fields.Selection(
        [("success", "Success"), ("neutral", "Neutral"), ("failure", "Failure")],
        default="neutral",
        required=True,
    )
    effect = fields.Selection(
        [
            ("continue", "Continue the plan"),
            ("retry", "Retry later"),
            ("stop", "Stop the plan"),
        ],
        default="continue",
        required=True,
        help="What happens to the plan the activity belongs to. “Retry later” also "
        "works without a plan.",
    )
    retry_delay_count = fields.Integer("Retry After", default=1)
    retry_delay_unit = fields.Selection(
        [("days", "days"), ("weeks", "weeks"), ("months", "months")],
        default="days",
        required=True,
    )
    retry_asks_date = fields.Boolean(
        "Ask for the Date",
        help="Whoever chooses this outcome can say for which date the next attempt was "
        "agreed. Without a date, it follows after the delay.",
    )
    max_attempts = fields.Integer(
        default=3,
        help="Maximum number of attempts, including the first. After the last one, the"
        " plan continues. 0: no limit.",
    )
    next_type_id = fields.Many2one(
        "mail.activity.type",
        string="Next Activity",
        ondelete="set null",
        help="Type of the activity to schedule next, if the activity does not belong "
        "to a plan.",
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Launch Plan",
        ondelete="set null",
        help="Plan to launch on the record.",
    )
    stage_id = fields.Many2one(
        "crm.stage",
        string="Move to Stage",
        ondelete="set null",
        help="Stage to move the lead to.",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Run Action",
        domain=lambda self: self.env["ir.actions.server"]._get_choosable_domain(),
        ondelete="set null",
        help="Action to run on the record.",
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)",
        "Another outcome already has this code. Choose a different one.",
    )
    _retry_delay_positive = models.Constraint(
        "CHECK (retry_delay_count >= 0)", "The delay of a retry can't be negative."
    )
    _max_attempts_positive = models.Constraint(
        "CHECK (max_attempts >= 0)", "The number of attempts can't be negative."
    )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_branching(self):
        """A step that is taken after some outcomes only would be taken after any."""
        if is_uninstalling(self.env):
            return
        using = [("after_outcome_ids", "in", self.ids)]
        steps = self.env["mail.activity.plan.template"].sudo().search(using)
        under_way = self.env["mail.activity.plan.run.line"].sudo()
        under_way = under_way.search([*using, ("state", "=", "waiting")])
        plans = steps.plan_id | under_way.run_id.plan_id
        if plans:
            raise UserError(
                self.env._(
                    "Steps of “%(plans)s” depend on the outcome “%(outcomes)s”, so it "
                    "can't be deleted. Archive it instead.",
                    plans=", ".join(plans.mapped("name")),
                    outcomes=", ".join(self.mapped("name")),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        outcomes = super().create(vals_list)
        outcomes._check_choices()
        return outcomes

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        result = super().write(vals)
        if vals.keys() & {"plan_id", "server_action_id", "stage_id"}:
            self._check_choices()
        return result

    def _check_choices(self):
        """Whoever saves an outcome must be allowed to do what it does."""
        for outcome in self:
            reason = outcome._get_choice_error()
            if reason:
                raise AccessError(
                    self.env._(
                        "The outcome “%(outcome)s”: %(reason)s",
                        outcome=outcome.name,
                        reason=reason,
                    )
                )

    def _get_choice_error(self):
        """:returns: why the current user can't choose what the outcome does, or
        False"""
        self.ensure_one()
        for name in ("plan_id", "stage_id"):
            if self[name] and not self[name].has_access("read"):
                return self.env._(
                    "You may not use what was chosen as “%(field)s”. Choose another "
                    "one, or ask an administrator to save the outcome.",
                    field=self._fields[name]._description_string(self.env),
                )
        action = self.server_action_id
        return action and action._get_choice_error(action.sudo().model_name)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        """Nobody could tell any more how activities ended, or what an action does."""
        if is_uninstalling(self.env):
            return
        used = self.browse()
        for model, name in (
            ("mail.activity", "outcome_id"),
            ("mail.activity.plan.run.line", "outcome_id"),
            ("ir.actions.server", "activity_outcome_id"),
        ):
            records = self.env[model].sudo().with_context(active_test=False)
            for [outcome] in records._read_group([(name, "in", self.ids)], [name]):
                used |= outcome
        if used:
            raise UserError(
                self.env._(
                    "“%(outcomes)s” can't be deleted: activities ended so, or actions "
                    "use it. Archive it instead.",
                    outcomes=", ".join(used.sudo(False).mapped("name")),
                )
            )

    def unlink(self):
        """The addon that brought them is uninstalled: what was to happen after these
        outcomes only must not happen after any."""
        if is_uninstalling(self.env) and not is_suite_removed(self):
            self._close_branches()
        return super().unlink()

    def _close_branches(self):
        """Skip the steps that come after these outcomes alone, and keep plans with such
        steps from being launched until somebody has looked at them."""
        using = [("after_outcome_ids", "in", self.ids)]
        lines = by_engine(self.env["mail.activity.plan.run.line"])
        lines = lines.search([*using, ("state", "=", "waiting")])
        dead = lines.filtered(lambda line: not line.after_outcome_ids - self)
        transition = Transition(dead.run_id)
        transition.close(
            dead,
            "skipped",
            Reason("outcome_deleted"),
            branch_taken=False,
        )
        transition.advance()
        steps = self.env["mail.activity.plan.template"].sudo().search(using)
        steps.filtered(
            lambda step: not step.after_outcome_ids - self
        ).plan_id.active = False

    @api.model
    def _read_outcome(self, outcome):
        """Find an outcome that a program named, among those that are still offered.

        :param outcome: an outcome, its code or its id; nothing for no outcome
        :rtype: recordset
        :raises UserError: there is none
        """
        if not outcome:
            return self.browse()
        if isinstance(outcome, models.BaseModel):
            return outcome
        domain = Domain.FALSE
        if isinstance(outcome, str):
            code = Arguments(self.env).text(outcome, "outcome")
            domain = Domain("code", "=", code)
        elif is_id(outcome):
            domain = Domain("id", "=", outcome)
        found = self.search(domain & Domain("active", "=", True), limit=1)
        if not found:
            raise UserError(
                self.env._(
                    "There is no outcome “%(outcome)s”. Choose one of these: "
                    "%(outcomes)s.",
                    outcome=quote(outcome),
                    outcomes=", ".join(
                        self.search([("active", "=", True)], limit=50).mapped("code")
                    ),
                )
            )
        return found

    def _is_applicable(self, activity_type):
        """Tell whether an activity of a type can end so. A deleted type counts, too: an
        outcome of that type alone is not one of all types now."""
        self.ensure_one()
        types = self.with_context(active_test=False).activity_type_ids
        return not types or activity_type in types

    @api.model
    def _get_offered(self):
        """:returns: the outcomes that can be chosen, whatever their types"""
        return self.sudo().search([("active", "=", True)])

    def _get_reason_not_applicable(self, activity_type):
        """:returns: why an activity of a type can't end so, or False"""
        self.ensure_one()
        if self._is_applicable(activity_type):
            return False
        return self.env._(
            "“%(outcome)s” is not an outcome of the activity type “%(type)s”. It "
            "belongs to %(types)s.",
            outcome=self.name,
            type=activity_type.name,
            types=", ".join(self.activity_type_ids.mapped("name")),
        )

    def _leads_on_from(self, step):
        """:param step: a step of a plan
        :returns: whether steps that come after it can be taken after this outcome: it
            can be chosen, and neither stops the plan nor is retried for ever"""
        self.ensure_one()
        is_endless = self.effect == "retry" and not (
            self.max_attempts or step.max_attempts
        )
        return (
            self.active
            and self.effect != "stop"
            and not is_endless
            and self._is_applicable(step.activity_type_id)
        )

    def _asks_date(self):
        """:returns: whether a date can be agreed for the next attempt"""
        self.ensure_one()
        return self.effect == "retry" and self.retry_asks_date

    def _allows_another(self, attempt, max_attempts=0):
        """Tell whether it is tried again.

        :param int attempt: the number of the attempt that ended so, from 1
        :param int max_attempts: another limit beside the outcome's own; 0 for none
        :rtype: bool
        """
        limits = [limit for limit in (self.max_attempts, max_attempts) if limit]
        return self.effect == "retry" and attempt < min(limits, default=attempt + 1)

    def _apply(self, activities):
        """Do what the outcome says beyond the plan, for activities that just ended so.

        Whoever is assigned an activity can complete it, also without access to the
        record. But what the outcome does to the record is done only where the user
        could do it by hand, or where the activity is a step of a plan on that record:
        the plan goes on whoever does the step. What isn't done is told.

        :param activities: done activities with this outcome
        :returns: the activities that this created
        """
        self.ensure_one()
        effects = [
            effect
            for res_model, same_model in activities.grouped("res_model").items()
            for effect in self._get_effects(res_model, same_model)
        ]
        created, refused = activities.browse(), defaultdict(list)
        for what, wanted, permitted, do in effects:
            if permitted:
                created |= do(permitted)
            for activity in wanted - permitted:
                refused[activity].append(what)
        for activity, whats in refused.items():
            activity._tell_not_done(self._get_refused_reason(whats))
        return created

    def _get_effects(self, res_model, activities):
        """:param activities: they are on records of that model
        :returns: for each thing that the outcome does: what it is, as a
            :class:`~...tools.reasons.Reason`; the activities after which it should be
            done; those after which it may; and the method that does it, and returns the
            activities that this created. Looked at before any of them changes anything.
        """
        effects = []
        if self.stage_id or self.plan_id or self.server_action_id:
            existing = activities._filter_existing_record()
            allowed = existing._filter_may_lead_on()
            effects += self._get_effects_on_records(res_model, existing, allowed)
        followed = activities.filtered(self._is_followed)
        if followed:
            what = Reason("effect_next", {"type": name_of(self.next_type_id)})
            may_be_followed = followed._filter_may_be_followed()
            effects.append((what, followed, may_be_followed, self._apply_next_type))
        return effects

    def _get_effects_on_records(self, res_model, ended, allowed):
        """:param ended: activities, or steps, on existing records of that model
        :param allowed: those after which their record may be changed
        :returns: see :meth:`_get_effects`"""
        effects = []
        if self.stage_id and res_model == "crm.lead":
            what = Reason("effect_stage", {"stage": name_of(self.stage_id.sudo())})
            effects.append((what, ended, allowed, self._apply_stage))
        plan = self._get_plan_to_launch(res_model)
        if plan:
            what = Reason("effect_plan", {"plan": name_of(plan.sudo())})
            effects.append((what, ended, allowed, self._apply_plan))
        action = self.server_action_id.sudo()
        if action and action.model_name == res_model:
            what = Reason("effect_action", {"action": name_of(action)})
            if action.group_ids:
                # It is for whoever is in one of them, whatever the record.
                may_run = action.group_ids & self.env.user.all_group_ids
                allowed = ended if may_run else ended.browse()
            effects.append((what, ended, allowed, self._apply_action))
        return effects

    def _get_refused_reason(self, whats):
        """:param whats: what of :meth:`_get_effects` the user may not do
        :rtype: Reason"""
        return Reason(
            "effects_refused",
            {
                "outcome": name_of(self),
                "effects": list(whats),
                "user": name_of(self.env.user),
            },
        )

    def _get_records_of(self, ended):
        """:param ended: activities, or steps, on records of one model
        :returns: the records, each once"""
        return self.env[ended[0].res_model].browse(
            dict.fromkeys(ended.mapped("res_id"))
        )

    def _apply_stage(self, ended):
        self.sudo()._move_to_stage(self.sudo()._get_records_of(ended))
        return self.env["mail.activity"]

    def _apply_plan(self, ended):
        result = self.plan_id.sudo().launch(self._get_records_of(ended).ids)
        runs = by_engine(self.env["mail.activity.plan.run"]).browse(result["run_ids"])
        return runs.line_ids.activity_id

    def _apply_action(self, ended):
        """With the user's own rights; only where it is the plan that goes on, and the
        user may not change the record, with the engine's."""
        action, records = self.server_action_id, self._get_records_of(ended)
        before = records._get_all_activities()
        own = records
        if not action.sudo().group_ids:
            own = records._filtered_access("write")
        for some in (own, (records - own).sudo()):
            if some:
                action.with_env(some.env).with_context(
                    active_model=some._name, active_ids=some.ids, active_id=some.ids[0]
                ).run()
        # Nobody else knows what an action does.
        return records._get_all_activities() - before

    def _apply_next_type(self, activities):
        return activities._schedule_following(self.next_type_id)

    def _move_to_stage(self, leads):
        """Writing the stage that they have would make automation rules run."""
        moved = leads.filtered(lambda lead: lead.stage_id != self.stage_id)
        moved.stage_id = self.stage_id

    def _get_plan_to_launch(self, res_model):
        """:returns: the outcome's plan, where it is one for records of a model; it
        mustn't keep anybody from completing an activity that it is archived, or that it
        belongs to another company"""
        plan = self.plan_id.sudo()
        fits = plan.active and plan.res_model == res_model
        if not fits or plan.company_id - self.env.companies:
            return plan.browse()
        return self.plan_id

    def _is_followed(self, activity):
        """:returns: whether the outcome's next activity comes after an activity: it is
        no step of a plan, and its record can have one of that type"""
        return (
            self.next_type_id
            and not activity.run_line_id
            and not self.next_type_id._get_reason_not_applicable(activity.res_model)
        )
