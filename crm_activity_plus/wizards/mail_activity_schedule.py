# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.arguments import Arguments
from ..engine.launcher import LAUNCH_BATCH_SIZE, Launcher
from ..engine.planner import Planner
from ..engine.preview import LaunchPreview
from ..models.activity.mail_activity_type import APPLICABLE_DOMAIN
from ..tools.values import is_given

# So many records are on a page of the preview.
PAGE_SIZE = 20

# So many reasons are told in a message; all of them are in the preview.
MAX_REASONS = 5

DAILY_LIMIT_PARAMETER = "crm_activity_plus.daily_activity_limit"


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"
    # As many as the client selects at once.
    _batch_size = 20_000

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)
    plan_overrides = fields.Json(
        help="What a person changed by hand before the launch: by plan, for all "
        "records and for single ones, by step.",
    )
    plan_left_out = fields.Json(
        help="Records that a person left out before the launch, by plan."
    )
    launch_count = fields.Integer(
        compute="_compute_error", help="On how many records the plan is launched."
    )
    plan_preview = fields.Json(
        compute="_compute_error",
        help="What the launch would do, with the first page of the records: see "
        "preview_launch.",
    )
    has_no_plan = fields.Boolean(compute="_compute_has_no_plan")
    can_create_plan = fields.Boolean(compute="_compute_has_no_plan")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_values(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_values([vals])
        return super().write(vals)

    def _check_values(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        for vals in vals_list:
            if is_given(vals.get("res_model")):
                self.env["mail.activity"]._check_has_records(vals["res_model"])

    @api.depends("res_model")
    def _compute_activity_type_id(self):
        super()._compute_activity_type_id()
        for scheduler in self.filtered("activity_type_id"):
            if scheduler.activity_type_id._get_reason_not_applicable(
                scheduler.res_model
            ):
                scheduler.activity_type_id = self.env[
                    "mail.activity"
                ]._default_activity_type_for_model(scheduler.res_model)

    @api.depends("activity_type_id", "res_model")
    def _compute_activity_user_id(self):
        """The person of the type may have left."""
        super()._compute_activity_user_id()
        for scheduler in self:
            if not scheduler.activity_user_id._filter_can_do_activities():
                scheduler.activity_user_id = self.env.user

    @api.depends("plan_date", "plan_left_out", "plan_overrides")
    def _compute_error(self):
        """What the launch itself would say."""
        super()._compute_error()
        self._escape_headers()
        self.launch_count = 0
        self.plan_preview = False
        for scheduler in self.filtered("res_model"):
            if scheduler.plan_id:
                scheduler._check_launch()
            elif not scheduler.has_error and (
                reason := scheduler._get_activity_error()
            ):
                scheduler._set_error(reason)

    def _get_activity_error(self):
        """:returns: why no activity can be scheduled on the records, or False"""
        res_ids = self._evaluate_res_ids()
        if len(res_ids) > LAUNCH_BATCH_SIZE:
            return self.env._(
                "An activity can be scheduled on %(count)s records at once. Select "
                "fewer, or launch a plan.",
                count=LAUNCH_BATCH_SIZE,
            )
        if res_ids and not self._get_applied_on_records():
            return self.env._(
                "There is nothing left to schedule an activity on: it was deleted "
                "while this window was open. Discard it."
            )
        return False

    def _escape_headers(self):
        """Core puts the name of the plan above its list of reasons as it is, so that
        it is taken for HTML, and may swallow the reasons."""
        for scheduler in self.filtered("error"):
            name = scheduler.plan_id.name or ""
            if escape(name) != name:
                scheduler._set_plan_errors(scheduler._get_plan_errors())

    def _set_plan_errors(self, reasons):
        """:param reasons: why the plan can't be launched"""
        header = self.env._(
            "The plan “%(plan)s” can't be launched:", plan=self.plan_id.name
        )
        self._set_error(escape(header) + self._format_reasons(list(reasons)))

    def _get_plan_errors(self):
        """:returns: why the plan can't be launched, as core looks at it"""
        records = self._get_applied_on_records()
        reasons = list(dict.fromkeys(self._check_plan_templates_error(records)))
        if not self.res_ids:
            reasons.append(self.env._("Choose a record to launch the plan on."))
        elif not reasons:
            reasons.append(self.env._("The records must belong to the same company."))
        return reasons

    def _set_error(self, text):
        self.error = escape(text)
        self.has_error = True
        self.has_warning = False

    def _check_launch(self):
        """Tell what the launch itself would say and do: both are found at once."""
        try:
            preview = self._make_preview(
                self.plan_id,
                self._evaluate_res_ids(),
                self.plan_date,
                self.plan_on_demand_user_id.id,
                self._get_overrides(),
                self._get_left_out(),
            )
        except UserError as error:
            self.plan_preview = {"error": error.args[0]}
            if not self.has_error:
                self._set_error(error.args[0])
            return
        self.plan_preview = preview.format_page(
            0, PAGE_SIZE, False, self._get_daily_limit()
        )
        if not self.has_error:
            self._tell_problems(preview.proposals.values())

    def _tell_problems(self, proposals):
        """:param proposals: what the launch would do on the records"""
        try:
            res_ids = self._get_launch_ids()
        except UserError as error:
            self._set_error(error.args[0])
            return
        steps = [step for proposal in proposals for step in proposal.steps]
        refusals = dict.fromkeys(step.reason for step in steps if step.is_refused)
        if refusals:
            self._set_plan_errors(refusals)
            return
        reasons = [p.skip_reason for p in proposals if p.skip_reason]
        self.launch_count = len(res_ids) - len(reasons)
        if reasons and len(reasons) == len(proposals):
            self._set_error(self._format_reasons(reasons))
            return
        # What nobody can do is launched all the same, and fails where it is seen.
        problems = dict.fromkeys(
            step.reason for step in steps if step.reason and step.state != "skipped"
        )
        if reasons or problems:
            self.warning = self._format_reasons([*reasons, *problems])
            self.has_warning = True

    def _format_reasons(self, reasons):
        items = [Markup("<li>%s</li>") % reason for reason in reasons[:MAX_REASONS]]
        if len(reasons) > MAX_REASONS:
            more = self.env._(
                "%(count)s more, which the preview shows.",
                count=len(reasons) - MAX_REASONS,
            )
            items.append(Markup("<li>%s</li>") % more)
        return Markup("<ul>%s</ul>") % Markup().join(items)

    @api.depends("plan_available_ids")
    @api.depends_context("plan_mode")
    def _compute_has_no_plan(self):
        """Whoever wants to launch a plan where there is none is told so."""
        for scheduler in self:
            scheduler.has_no_plan = bool(
                self.env.context.get("plan_mode")
                and scheduler.res_model
                and not scheduler.plan_available_ids
            )
            scheduler.can_create_plan = (
                scheduler.has_no_plan and scheduler._may_create_plan()
            )

    def _may_create_plan(self):
        plans = self.env["mail.activity.plan"]
        if not plans.has_access("create"):
            return False
        domain = self.env["ir.rule"]._compute_domain(plans._name, "create")
        plan = plans.sudo().new({"res_model": self.res_model})
        return bool(plan.filtered_domain(domain))

    def action_create_plan(self):
        """Make the first plan for a kind of records."""
        Arguments(self.env).check_single(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.activity.plan",
            "name": self.env._("New Activity Plan"),
            "views": [(False, "form")],
            "context": {"default_res_model": self.res_model},
        }

    @api.depends("plan_preview")
    def _compute_plan_schedule_line_ids(self):
        """Core's summary, for whoever still reads it: the steps of the preview, and
        what core suggests to do afterwards."""
        for scheduler in self:
            lines = [fields.Command.clear()]
            for step in (scheduler.plan_preview or {}).get("steps", ()):
                lines.append(
                    fields.Command.create(
                        {
                            "line_description": step["summary"],
                            "line_date_deadline": step["date_deadline"],
                            "responsible_user_id": step["user_id"],
                        }
                    )
                )
                if step["template_id"]:
                    lines += scheduler._prepare_suggested_lines(step)
            scheduler.plan_schedule_line_ids = lines

    def _prepare_suggested_lines(self, step):
        activity_type = self.env["mail.activity.type"].browse(step["activity_type_id"])
        return [
            fields.Command.create(
                {
                    "line_description": suggested.summary or suggested.name,
                    "line_date_deadline": suggested.with_context(
                        activity_previous_deadline=fields.Date.to_date(
                            step["date_deadline"]
                        )
                    )._get_date_deadline(),
                    "responsible_user_id": suggested.default_user_id.id,
                }
            )
            for suggested in activity_type.suggested_next_type_ids
        ]

    def _check_plan_templates_error(self, applied_on):
        """Whether there is somebody to ask. What the roles say is told by
        :meth:`_check_launch`, which asks each of them on each record once, and knows
        what was changed by hand."""
        on_demand = self.plan_id.template_ids.filtered(
            lambda template: template.responsible_type == "on_demand"
        )
        return [
            error
            for template in on_demand
            for record in (applied_on or ())[:1]
            if (
                error := template._determine_responsible(
                    self.plan_on_demand_user_id, record
                )["error"]
            )
        ]

    def _check_plan_templates_warning(self, applied_on):
        """Likewise."""
        return []

    def _get_left_out(self):
        """:returns: ids of the records that were left out for the plan that is chosen:
        another one may be for these, too"""
        arguments = Arguments(self.env)
        by_plan = arguments.mapping(self.plan_left_out, "plan_left_out")
        left_out = by_plan.get(str(self.plan_id.id))
        return set(arguments.ids(left_out, "plan_left_out"))

    def _get_launch_ids(self):
        """:returns: ids of the records to launch on
        :raises UserError: a person left out all of them"""
        left_out = self._get_left_out()
        selected_ids = self._evaluate_res_ids()
        res_ids = [res_id for res_id in selected_ids if res_id not in left_out]
        if selected_ids and not res_ids:
            raise UserError(
                self.env._(
                    "All records are left out. Put one back under “Records” to launch "
                    "the plan."
                )
            )
        return res_ids

    def _get_applied_on_records(self):
        """Without those that were left out, or deleted while the pop-up was open."""
        records = super()._get_applied_on_records()
        if records is None:
            return records
        left_out = self._get_left_out()
        return records.filtered(lambda record: record.id not in left_out).exists()

    # ------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------

    @api.readonly
    @api.model
    def preview_launch(
        self,
        plan_id,
        res_ids,
        plan_date=None,
        responsible_id=None,
        overrides=None,
        left_out=(),
        offset=0,
        limit=PAGE_SIZE,
        only_skipped=False,
    ):
        """Compute what the launch of a plan would do, for the pop-up to show.

        :param int plan_id: the plan
        :param list[int] res_ids: the selected records; as many are looked at as are
            launched on at once, which are 500
        :param plan_date: see ``launch`` of ``mail.activity.plan``
        :param int responsible_id: see there
        :param dict overrides: what was changed by hand: ``{"all": {step: values},
            "records": {res_id: {step: values}}}``, with values as in ``launch``; those
            of a record win
        :param list[int] left_out: those of the selected records that the plan is not
            launched on, because a person wants it so
        :param int offset: the first record to tell about
        :param int limit: how many records to tell about
        :param bool only_skipped: tell only about the records that the plan is not
            launched on
        :returns: ``{"error": message}``, or ``selected_count``, ``is_background``,
            ``record_count``, ``left_out_count``, ``skipped_count``, ``steps``,
            ``row_count``, ``records``, ``load``, ``load_count``, ``overload_count`` and
            ``daily_limit``
        :rtype: dict
        """
        arguments = Arguments(self.env)
        try:
            plan_id = arguments.id(plan_id, "plan_id")
            offset = arguments.count(offset, "offset", 0)
            limit = arguments.count(limit, "limit", PAGE_SIZE)
            only_skipped = arguments.flag(only_skipped, "only_skipped")
            left_out = set(arguments.ids(left_out, "left_out"))
        except UserError as error:
            return {"error": error.args[0]}
        plan = self.env["mail.activity.plan"].browse(plan_id)
        if not plan.exists():
            message = self.env._("This plan was deleted. Choose another one.")
            return {"error": message}
        plan.check_access("read")
        try:
            preview = self._make_preview(
                plan, res_ids, plan_date, responsible_id, overrides, left_out
            )
        except UserError as error:
            return {"error": error.args[0]}
        return preview.format_page(offset, limit, only_skipped, self._get_daily_limit())

    @api.model
    def _make_preview(
        self, plan, res_ids, plan_date, responsible_id, overrides, left_out
    ):
        """:param plan: the plan; for the other parameters, see :meth:`preview_launch`
        :returns: what a launch on the first of the records would do
        :rtype: LaunchPreview
        :raises UserError: nothing can be launched
        """
        planner = Planner(plan._as_launched())
        selected_ids = planner.reader.read_res_ids(res_ids)
        launch_ids = [res_id for res_id in selected_ids if res_id not in left_out]
        request = self._read_request(
            planner,
            launch_ids[:LAUNCH_BATCH_SIZE],
            plan_date,
            responsible_id,
            overrides,
        )
        return LaunchPreview(planner, planner.propose(request), selected_ids, left_out)

    @api.model
    def _read_request(self, planner, res_ids, plan_date, responsible_id, overrides):
        """:param dict overrides: see :meth:`preview_launch`
        :rtype: LaunchRequest
        """
        return planner.reader.read(
            res_ids,
            plan_date,
            responsible_id,
            self._expand_overrides(planner, overrides, res_ids),
            # Opening another pop-up is no repetition.
            origin=f"{self._name}/{self._origin.id}" if self else "",
        )

    @api.model
    def _get_daily_limit(self):
        """:returns: how many activities a person can do in a day; 0: no limit"""
        value = self.env["ir.config_parameter"].sudo().get_param(DAILY_LIMIT_PARAMETER)
        return int(value) if value and value.isdigit() else 0

    def _get_overrides(self):
        """:returns: what was changed by hand for the plan that is chosen: somebody who
        looks at another plan, and comes back, finds it again"""
        by_plan = Arguments(self.env).mapping(self.plan_overrides, "plan_overrides")
        return by_plan.get(str(self.plan_id.id))

    @api.model
    def _expand_overrides(self, planner, overrides, res_ids):
        """:returns: the ``overrides`` of ``launch``. What belongs to a step or a record
        that is gone is left out."""
        read = planner.reader.read_mapping
        overrides = read(overrides, "overrides")
        shared = read(overrides.get("all"), "all")
        by_record = read(overrides.get("records"), "records")
        for code in self._get_filtered_codes(planner.plan, res_ids):
            shared = {**shared, code: {**(shared.get(code) or {}), "skip": True}}
        if not shared and not by_record:
            return {}
        codes = [step.code for step in planner.steps]
        expanded = {}
        for res_id in res_ids:
            own = read(by_record.get(str(res_id)), str(res_id))
            values = {
                code: {**read(shared.get(code), code), **read(own.get(code), code)}
                for code in codes
                if code in shared or code in own
            }
            if values:
                expanded[res_id] = values
        return expanded

    @api.model
    def _get_filtered_codes(self, plan, res_ids):
        """:returns: codes of the steps that another addon leaves out of a launch from
        the pop-up, by core's hook"""
        scheduler = self or self.new(
            {"plan_id": plan.id, "res_ids": str(res_ids), "res_model": plan.res_model}
        )
        kept = scheduler._plan_filter_activity_templates_to_schedule()
        return (plan.template_ids - kept).mapped("code")

    # ------------------------------------------------------------
    # Launch
    # ------------------------------------------------------------

    def action_schedule_plan(self):
        """Launch the plan, by the same way as a program does."""
        Arguments(self.env).check_single(self)
        if not self.res_model:
            return super().action_schedule_plan()
        planner = Planner(self.plan_id._as_launched())
        request = self._read_request(
            planner,
            self._get_launch_ids(),
            self.plan_date,
            self.plan_on_demand_user_id.id,
            self._get_overrides(),
        )
        result = Launcher(planner).launch(request)
        if result.get("launch_id"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "mail.activity.plan.launch",
                "res_id": result["launch_id"],
                "views": [(False, "form")],
            }
        if not result["run_ids"]:
            reasons = dict.fromkeys(row["reason"] for row in result["skipped"])
            raise UserError("\n".join(reasons))
        runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        action = self._get_action_after_launch(runs.mapped("res_id"))
        if not result["skipped"]:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._(
                    "Launched on %(launched)s records, %(skipped)s skipped",
                    launched=len(result["run_ids"]),
                    skipped=len(result["skipped"]),
                ),
                "message": "\n".join(row["reason"] for row in result["skipped"][:10]),
                "next": action,
            },
        }

    def _get_action_after_launch(self, res_ids):
        """:param list[int] res_ids: the records that it was launched on"""
        if len(res_ids) == 1:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "name": self.env._("Launched: %(plan)s", plan=self.plan_id.name),
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "target": "current",
            "domain": [("id", "in", res_ids)],
        }
