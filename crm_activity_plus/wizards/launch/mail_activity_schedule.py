# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...engine.arguments import Arguments
from ...engine.launcher import LAUNCH_BATCH_SIZE, Launcher
from ...engine.planner import Planner
from ...engine.preview import LaunchPreview
from ..mail_activity_schedule import MAX_REASONS

# So many records are on a page of the preview.
PAGE_SIZE = 20

DAILY_LIMIT_PARAMETER = "crm_activity_plus.daily_activity_limit"


class MailActivitySchedule(models.TransientModel):
    """A plan is previewed, changed by hand, and launched."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.schedule"

    plan_overrides = fields.Json(
        help="Changes made before the launch: by plan, for all records and for single "
        "ones, by step.",
    )
    plan_left_out = fields.Json(help="Records skipped before the launch, by plan.")
    launch_count = fields.Integer(
        compute="_compute_error",
        help="Number of records on which the plan is launched.",
    )
    plan_preview = fields.Json(
        compute="_compute_error",
        help="What the launch would do, with the first page of the records: see "
        "preview_launch.",
    )

    is_told_in_preview = fields.Boolean(
        compute="_compute_error",
        help="The preview says what the error or the warning says, and what can be done"
        " about it.",
    )

    @api.depends_context("plan_mode", "uid")
    @api.depends("plan_available_ids")
    def _compute_plan_id(self):
        """Core chooses the first plan there is. Here it is the one that the user has
        launched last, or none."""
        self.plan_id = False
        if not self.env.context.get("plan_mode"):
            return
        for scheduler in self:
            scheduler.plan_id = scheduler._find_last_plan()

    def _find_last_plan(self):
        """:returns: the plan that the user has launched last from this pop-up on the
        same kind of records, if it can still be chosen"""
        launch = (
            self.env["mail.activity.plan.launch"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("plan_id.res_model", "=", self.res_model),
                ],
                limit=1,
            )
        )
        return launch.plan_id.sudo(False) & self.plan_available_ids._origin

    @api.depends_context("plan_mode")
    def _compute_activity_type_id(self):
        """Whoever wants to launch a plan, and has to choose one, wants no activity."""
        choosing = self.filtered(
            lambda scheduler: scheduler.env.context.get("plan_mode")
            and scheduler.plan_available_ids
        )
        choosing.activity_type_id = False
        super(MailActivitySchedule, self - choosing)._compute_activity_type_id()

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
            self._tell_problems(preview)

    def _tell_problems(self, preview):
        """:param LaunchPreview preview: what the launch would do on the records"""
        proposals = preview.proposals.values()
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
        skipped_count = len(preview.proposals) - len(preview.accepted)
        self.launch_count = len(res_ids) - skipped_count
        texts = self._format_reasons([one["text"] for one in preview.warnings.values()])
        if skipped_count and skipped_count == len(proposals):
            self._set_error(texts)
            self.is_told_in_preview = True
        elif preview.warnings:
            # What nobody can do is launched all the same, and fails where it is seen.
            self.warning = texts
            self.has_warning = self.is_told_in_preview = True

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
                    "All records are skipped. Include one under “Records” to launch "
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
        warning=None,
    ):
        """Compute what the launch of a plan would do, for the pop-up to show.

        :param plan_id: the plan
        :param res_ids: the selected records; the first 500 of them are looked at
        :param plan_date: as in ``launch`` of the plan; ``responsible_id``, too
        :param overrides: what was changed by hand: ``{"all": {step: values},
            "records": {res_id: {step: values}}}``, as in ``launch``; the latter win
        :param left_out: selected records that a person leaves out
        :param offset: the first record to tell about; ``limit`` says about how many
        :param only_skipped: tell about those only that it isn't launched on
        :param warning: tell about those only that a warning is about, by its key
        :returns: ``{"error": message}``, or what ``format_page`` of
            :class:`LaunchPreview` returns
        """
        arguments = Arguments(self.env)
        try:
            plan = self.env["mail.activity.plan"].browse(
                arguments.id(plan_id, "plan_id")
            )
            page = self._read_page(offset, limit, only_skipped, warning)
            return self._make_preview(
                plan,
                res_ids,
                plan_date,
                responsible_id,
                overrides,
                set(arguments.ids(left_out, "left_out")),
            ).format_page(**page)
        except AccessError:
            raise
        except UserError as error:
            return {"error": error.args[0]}

    def _read_page(self, offset, limit, only_skipped, warning):
        arguments = Arguments(self.env)
        return {
            "offset": arguments.count(offset, "offset", 0),
            "limit": arguments.count(limit, "limit", PAGE_SIZE),
            "only_skipped": arguments.flag(only_skipped, "only_skipped"),
            "warning": arguments.text(warning, "warning"),
            "daily_limit": self._get_daily_limit(),
        }

    @api.model
    def _make_preview(
        self, plan, res_ids, plan_date, responsible_id, overrides, left_out
    ):
        """:param plan: the plan; for the others, see :meth:`preview_launch`
        :returns: what a launch on the first of the records would do
        :rtype: LaunchPreview
        :raises UserError: nothing can be launched
        """
        if not plan.exists():
            raise UserError(self.env._("This plan was deleted. Choose another one."))
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
        return planner.reader.parse(
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
        result = Launcher(planner).launch_noted(request)
        if not result["run_ids"] and not result["skipped"]:
            # It is launched in the background.
            return {
                "type": "ir.actions.act_window",
                "res_model": "mail.activity.plan.launch",
                "res_id": result["launch_id"],
                "views": [(False, "form")],
            }
        if not result["run_ids"]:
            raise UserError("\n".join(result["reasons"]))
        runs = self.env["mail.activity.plan.run"].browse(result["run_ids"])
        return {
            "type": "ir.actions.client",
            "tag": "crm_activity_plus.launched",
            "params": {
                "launch_id": result["launch_id"],
                "type": "warning" if result["skipped"] else "success",
                "message": self._tell_launched(result),
                "next": self._get_action_after_launch(runs.mapped("res_id")),
            },
        }

    def _tell_launched(self, result):
        """:param dict result: see ``launch_noted`` of :class:`Launcher`
        :returns: on how many records the plan was launched, on how many not, and why
        """
        values = {
            "plan": self.plan_id.name,
            "records": self.plan_id._tell_record_count(len(result["run_ids"])),
            "skipped": len(result["skipped"]),
        }
        if not result["skipped"]:
            return self.env._("“%(plan)s” was launched on %(records)s.", **values)
        launched = self.env._(
            "“%(plan)s” was launched on %(records)s; %(skipped)s skipped.", **values
        )
        return "\n".join([launched, *result["reasons"][:MAX_REASONS]])

    def _get_action_after_launch(self, res_ids):
        """:param list[int] res_ids: the records that it was launched on"""
        if len(res_ids) == 1:
            # Whatever opened the pop-up looks again by itself when it is closed.
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "name": self.env._("Launched: %(plan)s", plan=self.plan_id.name),
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "target": "current",
            "domain": [("id", "in", res_ids)],
        }
