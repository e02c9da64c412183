# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from collections import Counter
from typing import NamedTuple

import psycopg2.errors

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...engine.arguments import Arguments
from ...engine.assignment import StepAssigner
from ...engine.condition import Condition
from ...engine.deadlines import StepDater
from ...engine.environment import is_program, is_uninstalling, unsteered
from ...tools.codes import make_code
from ...tools.graph import sort_in_waves
from ...tools.internal import read_internal
from ...tools.steps import PREVIOUS_STEP_DELAYS
from ...tools.values import WrongValue, is_given, is_id, quote, read_id, read_ids
from ..uninstall.ir_model_data import is_suite_removed

_logger = logging.getLogger(__name__)

# So many records are launched on in one transaction; more of them in the background.
LAUNCH_BATCH_SIZE = 500

# Exits that a hook looks for on the models of such plans only.
WATCHED_EXITS = ("exit_domain", "exit_on_meeting")


class Proposal(NamedTuple):
    """What a launch would do on one record."""

    record: models.BaseModel
    #: why nothing is launched on it, or False
    skip_reason: str | bool
    #: values of run lines, with ``after`` (codes) and ``explanation`` beside them
    steps: list


class MailActivityPlan(models.Model):
    _name = "mail.activity.plan"
    _inherit = [
        "mail.activity.plan",
        "mail.activity.code.mixin",
        "mail.activity.plan.save.mixin",
        "mail.activity.plan.exit.mixin",
    ]
    _code_default = "plan"
    _condition_names = ("domain", "exit_domain")

    description = fields.Html()
    allow_parallel = fields.Boolean(
        "Allow Several at Once",
        compute="_compute_allow_parallel",
        store=True,
        precompute=True,
        readonly=False,
        help="Launch the plan on a record where it is already under way. Plans for "
        "leads don't by default; those of other applications do, as in Odoo itself.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        help="The plan is launched on records of these teams only. Leave it empty for "
        "all of them.",
    )
    domain = fields.Char(
        "Applies to Records",
        help="The plan is launched on records that meet this only.",
    )
    deadline_policy = fields.Selection(
        [
            ("calendar", "Every day counts"),
            ("working_days", "Working days only"),
            ("shift_forward", "Every day counts, then on to the next working day"),
            ("shift_backward", "Every day counts, then back to the last working day"),
        ],
        default="calendar",
        required=True,
        string="Deadlines",
        help="Working days are those of the working hours below, less public holidays "
        "and the responsible's time off.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        # People can't delete them: see resource.calendar.
        ondelete="set null",
        help="Leave it empty for the responsible's own, else the company's.",
    )
    version = fields.Integer(
        readonly=True, copy=False, help="It counts the changes of the plan's steps."
    )
    run_ids = fields.One2many("mail.activity.plan.run", "plan_id", string="Runs")
    run_count = fields.Integer(compute="_compute_run_count")

    _code_unique = models.Constraint(
        "UNIQUE (code)", "Another activity plan has this code already. Choose another."
    )

    @api.depends("res_model")
    def _compute_allow_parallel(self):
        for plan in self:
            plan.allow_parallel = plan.res_model != "crm.lead"

    @api.depends("run_ids")
    def _compute_run_count(self):
        counts = dict(
            self.env["mail.activity.plan.run"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.run_count = counts.get(plan._origin, 0)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_launched(self):
        if is_uninstalling(self.env):
            return
        launched = self.sudo().filtered("run_ids")
        if launched:
            raise UserError(
                self.env._(
                    "“%(plans)s” has been launched and can't be deleted, or its runs "
                    "would lose their plan. Archive it instead.",
                    plans=", ".join(launched.mapped("name")),
                )
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_actions(self):
        if is_uninstalling(self.env):
            return
        actions = self.env["ir.actions.server"].sudo()
        launching = actions.search([("activity_plan_id", "in", self.ids)])
        if launching and is_program(self.env):
            _logger.warning("%s launch %s, which are deleted.", launching, self)
        elif launching:
            raise UserError(
                self.env._(
                    "“%(plans)s” can't be deleted: it is launched by “%(actions)s”. "
                    "Change that first, or archive the plan.",
                    plans=", ".join(launching.activity_plan_id.mapped("name")),
                    actions=", ".join(launching.mapped("name")),
                )
            )

    def unlink(self):
        """An addon takes its plans along when it is uninstalled: what was launched
        ends. One that deletes a plan for other reasons archives it, where it was
        launched."""
        if is_uninstalling(self.env):
            if not is_suite_removed(self):
                self.sudo().run_ids._stop("plan_deleted")
                self.env.flush_all()
        elif is_program(self.env):
            launched = self.filtered(lambda plan: plan.sudo().run_ids)
            if launched:
                _logger.warning("%s were launched: they are archived.", launched)
                launched.active = False
            self -= launched
        return super().unlink()

    def _count_change(self, activity_types):
        """Count a change of the plans' steps.

        Two people may change steps of one plan at the same moment. Each of them looks
        whether the steps fit together as they were when the transaction began, without
        what the other one does. Both write this row, so that the second one has to
        begin again, and sees it. The same goes for the types of the steps, which
        somebody else may be about to delete, or to limit to other applications.

        :param activity_types: types of the steps that were saved
        """
        for records, setting in (
            (self, SQL("version = COALESCE(version, 0) + 1")),
            (activity_types, SQL("write_date = write_date")),
        ):
            if records:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE id IN %s",
                        SQL.identifier(records._table),
                        setting,
                        tuple(sorted(records.ids)),
                    )
                )
        self.invalidate_recordset(["version"], flush=False)

    @api.model_create_multi
    def create(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        # Whatever was given for it.
        plans = super().create([{**vals, "version": 0} for vals in vals_list])
        known = self._get_watched_models("launched")
        if not known.issuperset(plans.mapped("res_model")) or any(
            plan[name] for plan in plans for name in WATCHED_EXITS
        ):
            self.env.registry.clear_cache()
        return plans

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        vals = {name: value for name, value in vals.items() if name != "version"}
        if "res_model" in vals:
            self._check_res_model_stays(vals["res_model"])
        result = super().write(vals)
        names = {"active", "company_id", "domain", "res_model", "team_ids"}
        if vals.keys() & names and not self.env.su:
            # On other records, the actions of its steps do something else.
            self.filtered("active").template_ids._check_choices()
        if {"res_model", *WATCHED_EXITS} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _check_res_model_stays(self, res_model):
        """What was launched, is about to be, or launches the plan, is for records of
        one model.

        :param str res_model: the model that the plans are to be for
        :raises UserError: they are needed for another one
        """
        changed = self.sudo().filtered(lambda plan: plan.res_model != res_model)
        launched = changed.filtered("run_ids")
        waiting = [("plan_id", "in", changed.ids)]
        waiting.append(("state", "in", ("pending", "running")))
        launches = self.env["mail.activity.plan.launch"].sudo().search(waiting)
        launched |= launches.plan_id
        if launched:
            raise UserError(
                self.env._(
                    "“%(plans)s” has been launched, so that it stays a plan for the "
                    "same records. Create another plan instead.",
                    plans=", ".join(launched.mapped("name")),
                )
            )
        actions = self.env["ir.actions.server"].sudo()
        actions = actions.search([("activity_plan_id", "in", changed.ids)])
        if actions:
            raise UserError(
                self.env._(
                    "“%(plans)s” is launched by the action “%(action)s”, so that it "
                    "stays a plan for the same records. Create another plan instead.",
                    plans=", ".join(actions.activity_plan_id.mapped("name")),
                    action=actions[0].name,
                )
            )

    def action_view_runs(self):
        Arguments(self.env).check_single(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus.mail_activity_plan_run_action"
        )
        return {
            **action,
            "domain": [("plan_id", "=", self.id)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------
    # Launch and preview
    # ------------------------------------------------------------

    def launch(self, res_ids, plan_date=None, responsible_id=None, overrides=None):
        """Launch the plan on records: each gets a run, and the activities of the steps
        that wait for nothing.

        :param list[int] res_ids: records of the plan's model
        :param plan_date: date the steps are counted from (date or ISO string);
            default: today
        :param int responsible_id: user for the steps that ask at launch; default: the
            current user
        :param dict overrides: ``{res_id: {step: {"date_deadline": .., "user_id": ..,
            "skip": True}}}``, where a step is known by its code or id
        :returns: ``{"run_ids": [..], "skipped": [{"res_id": .., "reason": ".."}]}``.
            Records that can't be launched on are skipped and the others launched, so
            that calling it again launches nothing twice. More than 500 records are
            launched on in the background: then both lists are empty, and ``launch_id``
            is the ``mail.activity.plan.launch`` to follow.
        :rtype: dict
        :raises UserError: the plan, the date, the responsible or the overrides are no
            good; nothing is launched then
        """
        self = unsteered(self)
        Arguments(self.env).check_single(self)
        res_ids = self._read_res_ids(res_ids)
        if len(res_ids) <= LAUNCH_BATCH_SIZE:
            return self._launch_now(res_ids, plan_date, responsible_id, overrides)
        self.check_access("read")
        self._check_launchable()
        self._read_overrides(overrides, res_ids, self._get_steps())
        launch = self.env["mail.activity.plan.launch"]._enqueue(
            self,
            res_ids,
            self._read_plan_date(plan_date),
            self._read_responsible(responsible_id),
            overrides,
        )
        return {"run_ids": [], "skipped": [], "launch_id": launch.id}

    def _launch_now(self, res_ids, plan_date=None, responsible_id=None, overrides=None):
        """Launch in this transaction; see :meth:`launch`."""
        # What is still to be computed may make an automation rule launch a plan: before
        # it is looked which plans are under way.
        self.env.flush_all()
        proposals = self._propose(
            res_ids, plan_date, responsible_id, overrides, draw=True
        )
        accepted = [proposal for proposal in proposals if not proposal.skip_reason]
        skipped = [proposal for proposal in proposals if proposal.skip_reason]
        runs, late = self._launch_batch(accepted, plan_date, responsible_id)
        skipped += late
        return {
            "run_ids": runs.ids,
            "skipped": [
                {"res_id": proposal.record.id, "reason": proposal.skip_reason}
                for proposal in skipped
            ],
        }

    @api.readonly
    def preview(self, res_ids, plan_date=None, responsible_id=None):
        """Compute what :meth:`launch` would do, without doing it.

        :param list[int] res_ids: see :meth:`launch`
        :param plan_date: see :meth:`launch`
        :param int responsible_id: see :meth:`launch`
        :returns: ``{"records": [{"res_id", "display_name", "skip_reason", "lines":
            [{"code", "template_id", "activity_type_id", "summary", "date_deadline",
            "user_id", "user_name", "explanation", "skip_reason", "waits"}]}],
            "load": [{"user_id", "user_name", "date", "planned", "existing"}]}``. A line
            that waits for another has the deadline it would have if each were done on
            its own. ``load`` counts activities per user and day: those of this launch,
            and the open ones that there are.
        :rtype: dict
        :raises UserError: see :meth:`launch`
        """
        self = unsteered(self)
        Arguments(self.env).check_single(self)
        proposals = self._propose(res_ids, plan_date, responsible_id)
        return {
            "records": self._format_proposals(proposals),
            "load": self._get_load(proposals),
        }

    def _propose(
        self, res_ids, plan_date=None, responsible_id=None, overrides=None, draw=False
    ):
        """Check a launch and compute it, without writing anything.

        :param bool draw: take turns in the round robin, instead of only looking
        :returns: a :class:`Proposal` for each record, in the given order
        :raises UserError: see :meth:`launch`
        """
        self.ensure_one()
        self.check_access("read")
        self._check_launchable()
        res_ids = self._read_res_ids(res_ids)
        plan_date = self._read_plan_date(plan_date)
        responsible = self._read_responsible(responsible_id)
        steps = self._get_steps()
        overrides = self._read_overrides(overrides, res_ids, steps)
        skip_reasons = self._get_skip_reasons(res_ids, plan_date, responsible)
        records = self.env[self.res_model].browse(res_ids)
        dater = self._get_dater()
        candidates = records.filtered(lambda record: record.id not in skip_reasons)
        unmet = self._get_unmet(steps, candidates)
        rotation = self.env["mail.activity.round.robin"]._get_rotation(draw)
        # Whoever has two such steps has two turns; who is left out has none.
        rotation.reserve(
            records.browse(
                record.id
                for step in steps
                for record in candidates
                if step["responsible_type"] == "round_robin"
                and not step["after"]
                and (step["code"], record.id) not in unmet
            )
        )
        assigner = StepAssigner(rotation)
        chosen = self._get_override_users(overrides)
        proposals, error = [], None
        for record in records:
            reason = skip_reasons.get(record.id, False)
            proposed = []
            if not reason:
                proposed = self._propose_steps(
                    steps, record, responsible, assigner, unmet
                )
                self._apply_overrides(proposed, overrides.get(record.id, {}))
                reason = self._get_unusable_override_reason(
                    overrides.get(record.id, {}), record, chosen
                )
                try:
                    self._date_steps(proposed, plan_date, dater, record)
                except ValidationError as undatable:
                    error = undatable
                    reason = undatable.args[0]
            proposals.append(Proposal(record, reason, [] if reason else proposed))
        if error and all(proposal.skip_reason for proposal in proposals):
            # It isn't about one record of many: say so, and launch nothing.
            raise error
        # Where other dates were chosen for all of the steps.
        Arguments(self.env).check_range(plan_date, "plan_date")
        return proposals

    def _get_dater(self):
        return StepDater(self.env, self.deadline_policy, self.resource_calendar_id)

    def _check_launchable(self):
        """:raises UserError: the plan itself can't be launched"""
        reason = self._get_unavailable_reason()
        if reason:
            raise UserError(reason)
        if not self.template_ids:
            raise UserError(
                self.env._(
                    "The plan “%(plan)s” has no steps. Add one before you launch it.",
                    plan=self.name,
                )
            )
        for template in self.template_ids:
            reason = template.activity_type_id._get_reason_not_applicable(
                self.res_model
            )
            if template.responsible_type == "other" and not reason:
                reason = self._get_unusable_responsible_reason(
                    template.sudo().responsible_id
                )
            if reason:
                raise UserError(
                    self.env._(
                        "The step “%(step)s” of the plan “%(plan)s” can't be launched. "
                        "%(reason)s",
                        step=template.display_name,
                        plan=self.name,
                        reason=reason,
                    )
                )
        self._check_condition_texts()

    def _check_condition_texts(self):
        """A condition that can't be read, as an older version left it, is none that
        every record meets."""
        for owner, texts in (
            (self, (self.domain, self.exit_domain)),
            *((step, (step.condition_domain,)) for step in self.template_ids),
        ):
            for text in filter(None, texts):
                Condition(self.env, text, owner.display_name).check_text()

    def _get_unavailable_reason(self):
        """:returns: why nobody can begin with the plan now, neither by a launch nor by
        a restart, or False"""
        if not isinstance(
            self.env.get(self.res_model), self.pool["mail.activity.mixin"]
        ):
            return self.env._(
                "The application that the plan “%(plan)s” is for isn't there any more. "
                "Choose another plan.",
                plan=self.name,
            )
        if not self.active:
            return self.env._(
                "The plan “%(plan)s” is archived. Restore it, or choose another one.",
                plan=self.name,
            )
        if self.company_id and self.company_id not in self.env.companies:
            return self.env._(
                "The plan “%(plan)s” belongs to the company “%(company)s”, which "
                "you are not working in. Switch to it, or choose another plan.",
                plan=self.name,
                company=self.sudo().company_id.name,
            )
        return False

    def _read_res_ids(self, res_ids):
        """:returns: the given ids, each once; a single one may be given by itself"""
        if isinstance(res_ids, models.BaseModel):
            if res_ids._name != self.res_model:
                raise UserError(
                    self.env._(
                        "The plan “%(plan)s” is for “%(model)s”. It can't be launched "
                        "on “%(other)s”.",
                        plan=self.name,
                        model=self.env["ir.model"]._get(self.res_model).name,
                        other=self.env["ir.model"]._get(res_ids._name).name,
                    )
                )
            res_ids = res_ids.ids
        try:
            if not is_given(res_ids):
                raise WrongValue("ids")
            return read_ids(res_ids)
        except WrongValue as error:
            if error.kind != "ids":
                sentence = Arguments(self.env).explain(error.kind, "res_ids", res_ids)
                raise UserError(sentence) from error
            raise UserError(
                self.env._(
                    "The records to launch the plan on have to be a list of ids, not "
                    "“%(value)s”.",
                    value=quote(res_ids),
                )
            ) from error

    def _read_plan_date(self, plan_date):
        day = Arguments(self.env).day(plan_date, "plan_date", anywhere=True)
        return day or fields.Date.context_today(self)

    def _read_responsible(self, responsible_id):
        """:returns: who does the steps that ask for somebody at the launch; nobody
        where nobody was chosen and the launch is a visitor's, through an automation:
        see :class:`StepAssigner`"""
        user = self._read_user(responsible_id)
        if not user:
            return self.env.user._filter_can_do_activities()
        reason = self._get_unusable_responsible_reason(user.sudo())
        if reason:
            raise UserError(reason)
        return user

    def _read_user(self, user_id):
        """:returns: a user, who may not exist; none where none is given"""
        if isinstance(user_id, models.BaseModel):
            user_id = user_id.id
        try:
            return self.env["res.users"].browse(read_id(user_id))
        except WrongValue as error:
            raise UserError(
                self.env._("“%(value)s” is no id of a user.", value=quote(user_id))
            ) from error

    def _get_unusable_responsible_reason(self, user, record=None):
        """:param record: what the activities are on, if that is known already
        :returns: why a user can't be responsible for activities, or False"""
        if not user.exists():
            return self.env._(
                "There is no user with the id %(id)s to be responsible.", id=user.id
            )
        if user._filter_can_do_activities(record):
            return False
        if not user.active:
            return self.env._(
                "“%(user)s” is archived and can't be responsible. Choose somebody "
                "else.",
                user=user.name,
            )
        if user._filter_can_do_activities():
            return self.env._(
                "“%(user)s” doesn't work in the company “%(company)s” of “%(record)s”.",
                user=user.name,
                company=record.company_id.sudo().name,
                record=record.display_name,
            )
        return self.env._(
            "“%(user)s” is no internal user and can't be responsible. Choose somebody "
            "else.",
            user=user.name,
        )

    def _get_skip_reasons(self, res_ids, plan_date, responsible):
        """Say on which records the plan isn't launched.

        :returns: record id -> a sentence
        :rtype: dict
        """
        Model = self.env[self.res_model].with_context(active_test=False)
        existing = Model.browse(filter(is_id, res_ids)).exists()
        readable = existing._filtered_access("read")
        writable = readable._filtered_access("write")
        known = set(existing._ids)
        # Translated once, however many they are.
        missing = self.env._("There is no record with the id %(id)s: it was deleted.")
        reasons = {
            res_id: missing % {"id": res_id}
            for res_id in res_ids
            if res_id not in known
        }
        for record in existing - readable:
            reasons[record.id] = self.env._("You may not read this record.")
        for record in readable - writable:
            reasons[record.id] = self.env._(
                "You may not change “%(record)s”.", record=record.display_name
            )
        reasons |= self._get_unfit_reasons(writable, responsible, self)
        candidates = writable.filtered(lambda record: record.id not in reasons)
        return reasons | self._get_running_reasons(candidates, plan_date, responsible)

    def _get_unfit_reasons(self, records, responsible, exits):
        """Say on which records the plan can't begin, because of how they are.

        :param responsible: who does the steps that ask for it
        :param exits: what has the exits that count: the plan, or a run of it
        :returns: record id -> a sentence
        :rtype: dict
        """
        reasons = self._get_closed_reasons(records, exits)
        reasons |= self._get_company_reasons(records, responsible)
        reasons |= self._get_condition_reasons(
            records.filtered(lambda record: record.id not in reasons)
        )
        left = records.filtered(lambda record: record.id not in reasons)
        return reasons | self._get_met_reasons(left, exits)

    def _get_closed_reasons(self, records, exits):
        """A plan isn't launched where what stops it has happened already, maybe while
        the pop-up was open."""
        reasons = {}
        for record in records:
            match self._get_closed_state(record, exits):
                case "won":
                    reasons[record.id] = self.env._(
                        "“%(record)s” is won, and the plan stops when that happens.",
                        record=record.display_name,
                    )
                case "lost":
                    reasons[record.id] = self.env._(
                        "“%(record)s” is lost, and the plan stops when that happens.",
                        record=record.display_name,
                    )
                case "archived":
                    reasons[record.id] = self.env._(
                        "“%(record)s” is archived, and the plan stops when that "
                        "happens.",
                        record=record.display_name,
                    )
        return reasons

    @api.model
    def _get_closed_state(self, record, exits):
        """:param exits: what has the exits that count: a plan, or a run
        :returns: what has happened to a record that such a plan stops for: ``won``,
            ``lost``, ``archived``, or False
        """
        status = record.won_status if "won_status" in record else False
        if exits.exit_on_won and status == "won":
            return "won"
        if not exits.exit_on_lost:
            return False
        if status == "lost":
            return "lost"
        active = record._active_name
        return "archived" if active and not record[active] else False

    def _get_met_reasons(self, records, exits):
        """Likewise where a record meets the exit condition already."""
        if not exits.exit_domain or not records:
            return {}
        # Who launched a run stays so, whoever restarts it.
        user = exits.user_id if "user_id" in exits else self.env.user
        try:
            met = self._filter_records(
                records.sudo(), exits.exit_domain, self.name, user
            )
        except ValidationError:
            # It never stops the plan either: see ``_stop_where_met`` of runs.
            return {}
        return {
            record.id: self.env._(
                "“%(record)s” meets the condition that stops the plan.",
                record=record.display_name,
            )
            for record in met.sudo(False)
        }

    def _get_company_reasons(self, records, responsible):
        if "company_id" not in records:
            return {}
        reasons = {}
        for record in records.filtered("company_id"):
            company = record.company_id.sudo()
            if self.company_id and company != self.company_id:
                reasons[record.id] = self.env._(
                    "“%(record)s” belongs to the company “%(company)s”, the plan to "
                    "“%(other)s”.",
                    record=record.display_name,
                    company=company.name,
                    other=self.sudo().company_id.name,
                )
            elif (
                self.has_user_on_demand
                and responsible
                and not responsible._filter_can_do_activities(record)
            ):
                reasons[record.id] = self._get_unusable_responsible_reason(
                    responsible.sudo(), record
                )
        return reasons

    def _get_condition_reasons(self, records):
        reasons = {}
        if self.team_ids and "team_id" in records:
            for record in records.filtered(lambda r: r.team_id not in self.team_ids):
                reasons[record.id] = self.env._(
                    "“%(record)s” belongs to none of the sales teams of the plan.",
                    record=record.display_name,
                )
        if self.domain:
            for record in records - self._filter_records(
                records, self.domain, self.name
            ):
                reasons.setdefault(
                    record.id,
                    self.env._(
                        "“%(record)s” doesn't meet the plan's condition.",
                        record=record.display_name,
                    ),
                )
        return reasons

    def _check_domain(self, domain, name):
        """Look whether the current user may have a domain on the plan's records; see
        :meth:`Condition.check`.

        :param str domain: what a person typed
        :param str name: what it belongs to, for the message
        :raises ValidationError: the user may not, or it can't be evaluated
        """
        Condition(self.env, domain, name).check(self.res_model)

    @api.model
    def _filter_records(self, records, domain, name, user=None):
        """Find the records that meet a domain that a person typed; see
        :meth:`Condition.filter`.

        :param records: any records: those of a run are what they are, whatever its plan
            is for by now
        :param user: whoever launched the plan; default: the current user
        """
        user = self.env.user if user is None else user
        return Condition(self.env, domain, name).filter(records, user)

    @api.model
    @tools.ormcache("what")
    def _get_watched_models(self, what):
        """Models whose records a hook has to look at; so that writing or deleting the
        others costs nothing.

        :param str what: one of ``WATCHED_EXITS``, ``automatic_steps``, or ``launched``
            for all that there are plans for
        :rtype: frozenset[str]
        """
        plans = self.sudo().with_context(active_test=False)
        open_runs = [("run_id.state", "in", ("running", "paused"))]
        lines = self.env["mail.activity.plan.run.line"].sudo()
        # Runs keep what they were launched with, whatever the plan says now.
        if what == "launched":
            planned = plans._read_group([], ["res_model"])
            return frozenset(
                [*(model for [model] in planned), *lines._get_document_models()]
            )
        if what in WATCHED_EXITS:
            plans = plans.search([(what, "!=", False)])
            lines = lines.search([*open_runs, (f"run_id.{what}", "!=", False)])
        else:
            plans = plans.search([("template_ids.action_type", "!=", "activity")])
            lines = lines.search([*open_runs, ("action_type", "!=", "activity")])
        return frozenset([*plans.mapped("res_model"), *lines.mapped("res_model")])

    @api.constrains("res_model")
    def _check_res_model_compatibility_with_templates(self):
        super()._check_res_model_compatibility_with_templates()
        self.template_ids._check_action()
        self.template_ids._check_condition_domain()

    @api.constrains("domain", "exit_domain", "res_model")
    def _check_domains(self):
        for plan in self:
            for domain in filter(None, (plan.domain, plan.exit_domain)):
                plan._check_domain(domain, plan.name)

    def _get_running_reasons(self, records, plan_date, responsible):
        runs = self.env["mail.activity.plan.run"].sudo()
        under_way = runs.search_fetch(
            [
                ("plan_id", "=", self.id),
                ("res_model", "=", self.res_model),
                ("res_id", "in", records.ids),
                ("state", "in", runs._open_states),
                ("launch_key", "=", self._get_launch_key(plan_date, responsible)),
            ],
            ["res_id"],
        )
        return {run.res_id: self._get_running_reason() for run in under_way}

    def _get_running_reason(self):
        if self.allow_parallel:
            return self.env._(
                "The plan “%(plan)s” is already under way here with the same date and "
                "responsible.",
                plan=self.name,
            )
        return self.env._(
            "The plan “%(plan)s” is already under way here. Stop it before you launch "
            "it again.",
            plan=self.name,
        )

    def _get_launch_key(self, plan_date, responsible):
        """:returns: what tells two launches on one record apart. A plan that allows
        several at once still isn't launched twice by a request that was repeated, nor
        by a button that was clicked twice: the context key ``plan_launch_request``
        tells which pop-up it was."""
        if not self.allow_parallel:
            return ""
        request = read_internal(self.env.context, "plan_launch_request", "")
        return f"{plan_date}/{responsible.id}/{request}"

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _get_steps(self):
        """:returns: values of the lines that a run of this plan starts with, in order;
        with ``after``, the codes of the lines they wait for, and ``template``"""
        steps = []
        codes = set(self.template_ids.mapped("code"))
        for template in self.template_ids:
            steps.append(
                {
                    **template._prepare_run_line_values(),
                    "template": template,
                    "after": template.after_ids.mapped("code"),
                }
            )
            steps += self._get_triggered_steps(template, codes)
        for sequence, step in enumerate(steps, 1):
            step["sequence"] = sequence
        return steps

    def _get_triggered_steps(self, template, codes):
        """The types that a step's type triggers are steps of the run, too: they are
        seen before the launch, and scheduled when their turn comes."""
        steps = []
        previous, code = template.activity_type_id, template.code
        seen = previous
        # A type that triggers itself goes on by core's own chaining, without end.
        while (following := previous.triggered_next_type_id) and following not in seen:
            seen += following
            after = code
            code = make_code(f"{template.code}_{following.code}", codes)
            codes.add(code)
            steps.append(
                {
                    **following._prepare_triggered_line_values(),
                    "code": code,
                    "after": [after],
                    "template": self.env["mail.activity.plan.template"],
                }
            )
            previous = following
        return steps

    def _get_unmet(self, steps, records):
        """Look at the conditions of the steps whose turn is at the launch.

        :returns: step code and record id -> its state, and the reason
        :rtype: dict
        """
        unmet = {}
        for step in steps:
            if step["after"] or not step.get("condition_domain"):
                continue
            name = step["template"].display_name
            met = records.browse()
            values = ("skipped", self._get_unmet_reason())
            try:
                met = self._filter_records(records, step["condition_domain"], name)
            except ValidationError as error:
                values = ("failed", error.args[0])
            unmet |= {(step["code"], record.id): values for record in records - met}
        return unmet

    def _get_unmet_reason(self):
        return self.env._("The record doesn't meet its condition.")

    def _propose_steps(self, steps, record, responsible, assigner, unmet=None):
        """:returns: the steps with who does them on a record, and their state at the
        launch"""
        proposed = []
        for step in steps:
            if unmet and (step["code"], record.id) in unmet:
                state, reason = unmet[step["code"], record.id]
                user = self.env["res.users"]
            else:
                user, reason = assigner.find(step, record, responsible)
                state = "waiting" if step["after"] else "scheduled"
                if state == "scheduled" and reason and not user:
                    state = "failed"
            proposed.append(
                {**step, "user_id": user.id, "state": state, "reason": reason}
            )
        by_code = {step["code"]: step for step in proposed}
        for step in proposed:
            if step["responsible_type"] == "previous" and not step["user_id"]:
                # Most likely; the engine decides when the step's turn comes.
                step["user_id"] = by_code[step["after"][0]]["user_id"]
        return proposed

    def _get_nobody_asked_reason(self, step, record):
        return self.env._(
            "Nobody was asked who does “%(step)s”, and “%(record)s” has no active user "
            "as salesperson.",
            step=step["template"].display_name,
            record=record.display_name,
        )

    def _date_steps(self, steps, plan_date, dater, record):
        """Date the steps of a record; those that count from another one as if each were
        done on its day.

        :param list[dict] steps: with ``user_id``; gets dates and explanations, but
            for steps that have one already
        """
        Users = self.env["res.users"]
        company = self._get_company(record)
        by_code = {step["code"]: step for step in steps}
        for wave in sort_in_waves({step["code"]: step["after"] for step in steps}):
            for code in wave:
                step = by_code[code]
                if step.get("date_deadline"):
                    continue
                base, base_date = "plan_date", plan_date
                if step["delay_from"] in PREVIOUS_STEP_DELAYS:
                    base = step["delay_from"].removeprefix("after_")
                    base_date = max(by_code[c]["date_deadline"] for c in step["after"])
                user = Users.browse(step["user_id"])
                deadline = dater.find(
                    step, base_date, base, user, company, anywhere=True
                )
                step["date_deadline"] = deadline.date
                step["date_explanation"] = deadline.explanation
        dater.check_steps(steps)

    def _get_company(self, record):
        """:returns: the company whose calendar counts for a record"""
        company = record.company_id if "company_id" in record else self.company_id
        return company or self.company_id or self.env.company

    @api.model
    def _find_user_by_role(self, role, record):
        """Find who has a role on a record.

        :param str role: ``salesperson``, ``team_leader`` or ``creator``
        :param record: any record; one without such a field has nobody
        :returns: an active internal user, or none
        """
        record = record.sudo()
        user = self.env["res.users"].sudo()
        if role == "salesperson" and "user_id" in record:
            user = record.user_id
        elif role == "team_leader" and "team_id" in record:
            team = record.team_id
            user = team.user_id if "user_id" in team else user
        elif role == "creator":
            user = record.create_uid
        return user._filter_can_do_activities(record).sudo(False)

    # ------------------------------------------------------------
    # Overrides
    # ------------------------------------------------------------

    def _read_overrides(self, overrides, res_ids, steps):
        """:returns: record id -> step code -> values of run lines, checked"""
        known = {}
        for step in steps:
            known[step["code"]] = step["code"]
            if step["template"]:
                known[str(step["template"].id)] = step["code"]
        by_record = self._read_dict(overrides, "overrides")
        if not by_record:
            return {}
        launched_on = {str(res_id): res_id for res_id in res_ids}
        left_out = self.env._("Left out at the launch.")
        result = {}
        for name, by_step in by_record.items():
            res_id = launched_on.get(str(name))
            if res_id is None:
                raise UserError(
                    self.env._(
                        "There are overrides for the record %(id)s, which the plan "
                        "isn't launched on.",
                        id=quote(name),
                    )
                )
            result[res_id] = {}
            for key, given in self._read_dict(by_step, name).items():
                code = known.get(str(key))
                if code is None:
                    raise UserError(
                        self.env._(
                            "The plan “%(plan)s” has no step “%(step)s” to override. "
                            "Its steps are: %(steps)s.",
                            plan=self.name,
                            step=quote(key),
                            steps=", ".join(step["code"] for step in steps),
                        )
                    )
                result[res_id][code] = self._read_override(given, code, left_out)
        self._check_override_users(result)
        return result

    def _read_dict(self, value, name):
        # Most of them are what they have to be, and they may be many.
        if isinstance(value, dict):
            return value
        return Arguments(self.env).mapping(value, quote(name))

    def _read_override(self, given, code, left_out):
        given = self._read_dict(given, code)
        unknown = given.keys() - {"date_deadline", "user_id", "skip"}
        if unknown:
            raise UserError(
                self.env._(
                    "The step “%(step)s”: “%(names)s” can't be overridden, only "
                    "date_deadline, user_id and skip.",
                    step=code,
                    names=quote(", ".join(sorted(map(str, unknown)))),
                )
            )
        arguments = Arguments(self.env)
        result = {}
        deadline = arguments.day(given.get("date_deadline"), "date_deadline")
        if deadline:
            result["date_deadline"] = deadline
            result["date_explanation"] = {
                "base": "chosen_at_launch",
                "date": deadline.isoformat(),
            }
        user = self._read_user(given.get("user_id"))
        if user:
            result["user_id"] = user.id
            result["reason"] = False
        if arguments.flag(given.get("skip"), "skip"):
            result["state"] = "skipped"
            result["reason"] = left_out
        return result

    def _check_override_users(self, overrides):
        """Look at whoever was chosen for steps, each once, and at all of them together.

        :param dict overrides: record id -> step code -> values
        :raises UserError: one of them can't do anything
        """
        users = self._get_override_users(overrides).sudo()
        usable = users.exists()._filter_can_do_activities()
        for user in users - usable:
            raise UserError(self._get_unusable_responsible_reason(user))

    def _apply_overrides(self, steps, overrides):
        for step in steps:
            values = overrides.get(step["code"])
            if not values:
                continue
            if values.get("state") == "skipped":
                # Whatever the record is like, also when the run is restarted.
                step["condition_domain"] = False
            elif step["state"] == "skipped":
                # Whoever is chosen for it: the record doesn't meet its condition.
                continue
            if values.get("user_id"):
                # The engine must not look for somebody else when its turn comes.
                step["responsible_type"] = "other"
                if step["state"] == "failed":
                    step["state"] = "scheduled"
            step.update(values)

    def _get_override_users(self, overrides):
        """:returns: all who were chosen for steps"""
        user_ids = {
            override.get("user_id")
            for by_step in overrides.values()
            for override in by_step.values()
        }
        return self.env["res.users"].browse(user_ids - {None})

    def _get_unusable_override_reason(self, overrides, record, chosen):
        """:param dict overrides: those of the record
        :param chosen: who was chosen for steps on all records; they are read at once
        :returns: why somebody who was chosen for a step can't do it there, or False"""
        users = chosen.browse(
            values["user_id"] for values in overrides.values() if values.get("user_id")
        ).with_prefetch(chosen._ids)
        unusable = users - users._filter_can_do_activities(record)
        if not unusable:
            return False
        return self._get_unusable_responsible_reason(unusable[0].sudo(), record)

    # ------------------------------------------------------------
    # Launching
    # ------------------------------------------------------------

    def _launch_batch(self, proposals, plan_date, responsible_id):
        """Launch on some records, with a number of queries that doesn't depend on how
        many they are.

        :returns: the runs, and the proposals that somebody else launched meanwhile
        """
        Run = self.env["mail.activity.plan.run"].sudo()
        plan_date = self._read_plan_date(plan_date)
        responsible = self._read_responsible(responsible_id)
        late = []
        while proposals:
            try:
                with self.env.cr.savepoint():
                    runs = Run.create(
                        self._prepare_runs_values(proposals, plan_date, responsible)
                    )
            except psycopg2.errors.UniqueViolation:
                # This transaction can't see the runs that another one launched at the
                # same moment. A new one can.
                running = self._get_launched_meanwhile(
                    [proposal.record.id for proposal in proposals],
                    plan_date,
                    responsible,
                )
                if not running:
                    raise
                reason = self._get_running_reason()
                late += [
                    proposal._replace(skip_reason=reason)
                    for proposal in proposals
                    if proposal.record.id in running
                ]
                proposals = [
                    proposal
                    for proposal in proposals
                    if proposal.record.id not in running
                ]
            else:
                runs._touch_documents()
                runs._launch([proposal.steps for proposal in proposals])
                runs._on_launched(runs)
                return runs.sudo(False), late
        return Run.sudo(False), late

    def _get_launched_meanwhile(self, res_ids, plan_date, responsible):
        with self.env.registry.cursor() as cr:
            plan = self.with_env(self.env(cr=cr))
            records = plan.env[plan.res_model].browse(res_ids)
            return plan._get_running_reasons(
                records, plan_date, responsible.with_env(plan.env)
            ).keys()

    def _prepare_runs_values(self, proposals, plan_date, responsible):
        """Hook: values of the runs of a launch."""
        records = self.env[self.res_model].browse(
            [proposal.record.id for proposal in proposals]
        )
        partners = records.sudo()._mail_get_partners()
        runs = self.env["mail.activity.plan.run"]
        steps = self.env["mail.activity.plan.run.line"]
        return [
            {
                "plan_id": self.id,
                "name": self.name,
                "res_model": self.res_model,
                "res_id": record.id,
                "lead_id": runs._get_lead_id(record),
                "partner_id": partners[record.id][:1].id,
                "company_id": runs._get_document_company(record).id,
                "working_company_id": self._get_company(record).id,
                "user_id": self.env.uid,
                "responsible_id": responsible.id,
                "plan_date": plan_date,
                "deadline_policy": self.deadline_policy,
                **self._get_exit_values(),
                "resource_calendar_id": self.resource_calendar_id.id,
                "launch_key": self._get_launch_key(plan_date, responsible),
                "action_depth": self.env["ir.actions.server"]._get_depth(),
                **steps._sum_up(proposal.steps),
            }
            for record, proposal in zip(records, proposals, strict=True)
        ]

    # ------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------

    def _format_proposals(self, proposals):
        """:returns: the ``records`` of :meth:`preview`"""
        skipped = [p.record.id for p in proposals if p.skip_reason]
        records = self.env[self.res_model].with_context(active_test=False)
        readable = records.browse(filter(is_id, skipped)).exists()
        readable = readable._filtered_access("read")
        names = {record.id: record.display_name for record in readable}
        user_ids = {step["user_id"] for p in proposals for step in p.steps}
        users = self.env["res.users"].sudo().browse(user_ids - {False})
        user_names = {user.id: user.name for user in users}
        return [
            self._format_proposal(proposal, names, user_names) for proposal in proposals
        ]

    def _format_proposal(self, proposal, names, user_names):
        """:param dict names: names of the skipped records that the user may read
        :param dict user_names: names of those who do the steps
        """
        record = proposal.record
        return {
            "res_id": record.id,
            "display_name": names.get(record.id, False)
            if proposal.skip_reason
            else record.display_name,
            "skip_reason": proposal.skip_reason,
            "lines": [
                {
                    "code": step["code"],
                    "template_id": step["template"].id,
                    "activity_type_id": step["activity_type_id"],
                    "summary": step["summary"]
                    or self.env["mail.activity.type"]
                    .browse(step["activity_type_id"])
                    .name,
                    "date_deadline": step["date_deadline"],
                    "user_id": step["user_id"],
                    "user_name": user_names.get(step["user_id"], False),
                    "explanation": step["date_explanation"],
                    "skip_reason": step["state"] in ("failed", "skipped")
                    and step["reason"],
                    "waits": step["state"] == "waiting",
                }
                for step in proposal.steps
            ],
        }

    def _get_load(self, proposals):
        planned = Counter(
            (step["user_id"], step["date_deadline"])
            for proposal in proposals
            for step in proposal.steps
            if step["user_id"] and step["state"] in ("waiting", "scheduled")
        )
        if not planned:
            return []
        user_ids = {user_id for user_id, _day in planned}
        days = [day for _user_id, day in planned]
        # Somebody's load counts, also where the activities themselves are not to be
        # read.
        existing = {
            (user.id, day): count
            for user, day, count in self.env["mail.activity"]
            .sudo()
            ._read_group(
                [
                    ("user_id", "in", list(user_ids)),
                    ("date_deadline", ">=", min(days)),
                    ("date_deadline", "<=", max(days)),
                ],
                ["user_id", "date_deadline:day"],
                ["__count"],
            )
        }
        names = {
            user.id: user.name for user in self.env["res.users"].sudo().browse(user_ids)
        }
        return [
            {
                "user_id": user_id,
                "user_name": names[user_id],
                "date": day,
                "planned": count,
                "existing": existing.get((user_id, day), 0),
            }
            for (user_id, day), count in sorted(planned.items())
        ]
