# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mail_activity_type import APPLICABLE_DOMAIN

# Beyond so many records, a plan is launched in the background, and what the launch
# would do is looked at for the first of them only.
BATCH_SIZE = 500


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"
    # As many as the client selects at once.
    _batch_size = 20_000

    activity_type_id = fields.Many2one(domain=APPLICABLE_DOMAIN)

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

    @api.depends("plan_date")
    def _compute_error(self):
        """What the launch itself would say."""
        super()._compute_error()
        for scheduler in self.filtered(lambda s: not s.plan_id and not s.has_error):
            if len(scheduler._evaluate_res_ids()) > BATCH_SIZE:
                scheduler.has_error = True
                scheduler.error = self.env._(
                    "An activity can be scheduled on %(count)s records at once. Select "
                    "fewer, or launch a plan.",
                    count=BATCH_SIZE,
                )
        for scheduler in self.filtered(lambda s: s.plan_id and not s.has_error):
            try:
                proposals = scheduler._propose()
            except UserError as error:
                scheduler.error = error.args[0]
                scheduler.has_error = True
                scheduler.has_warning = False
                continue
            skipped = [p.skip_reason for p in proposals if p.skip_reason]
            if skipped:
                text = Markup("<ul>%s</ul>") % Markup().join(
                    Markup("<li>%s</li>") % reason for reason in skipped
                )
                if len(skipped) == len(proposals):
                    scheduler.error = text
                    scheduler.has_error = True
                    scheduler.has_warning = False
                else:
                    scheduler.warning = (scheduler.warning or Markup()) + text
                    scheduler.has_warning = True

    @api.depends(
        "plan_date", "plan_id", "plan_on_demand_user_id", "res_model", "res_ids"
    )
    def _compute_plan_schedule_line_ids(self):
        """The summary is what the launch would schedule, and what core suggests to do
        afterwards."""
        for scheduler in self:
            scheduler.plan_schedule_line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(values)
                    for values in scheduler._prepare_summary_lines()
                ),
            ]

    def _prepare_summary_lines(self):
        """:returns: values of the summary's lines"""
        self.ensure_one()
        plan = self.plan_id
        if not plan.template_ids:
            return []
        records = self._get_applied_on_records()
        if records is None or not (record := records.exists()[:1]):
            return []
        # For several records the lines show what is the same for all of them.
        shared = len(records) > 1
        rotation = self.env["mail.activity.round.robin"]._get_rotation(draw=False)
        try:
            steps = plan._propose_steps(
                plan._get_steps(), record, self.plan_on_demand_user_id, rotation
            )
            plan._date_steps(
                steps,
                self.plan_date or fields.Date.context_today(self),
                plan._get_dater(),
                record,
            )
        except UserError:
            return []
        summaries = {}
        lines = []
        for step in steps:
            activity_type = self.env["mail.activity.type"].browse(
                step["activity_type_id"]
            )
            summaries[step["code"]] = step["summary"] or activity_type.name
            user_id = step["user_id"]
            if shared and step["responsible_type"] not in ("on_demand", "other"):
                user_id = False
            lines.append(
                {
                    "line_description": summaries[step["code"]],
                    "line_date_deadline": step["date_deadline"],
                    "responsible_user_id": user_id,
                    "line_after": self.env._(
                        "after %(steps)s",
                        steps=", ".join(summaries[code] for code in step["after"]),
                    )
                    if step["after"]
                    else False,
                }
            )
            if step["template"]:
                lines += self._prepare_suggested_lines(
                    activity_type, step["date_deadline"]
                )
        return lines

    def _prepare_suggested_lines(self, activity_type, deadline):
        return [
            {
                "line_description": suggested.summary or suggested.name,
                "line_date_deadline": suggested.with_context(
                    activity_previous_deadline=deadline
                )._get_date_deadline(),
                "responsible_user_id": suggested.default_user_id.id,
                "line_after": self.env._("suggested"),
            }
            for suggested in activity_type.suggested_next_type_ids
        ]

    def _check_plan_templates_error(self, applied_on):
        return super()._check_plan_templates_error(applied_on[:BATCH_SIZE])

    def _check_plan_templates_warning(self, applied_on):
        return super()._check_plan_templates_warning(applied_on[:BATCH_SIZE])

    def _get_plan(self):
        """:returns: the plan, knowing which pop-up launches it: opening another one is
        no repetition"""
        return self.plan_id.with_context(
            plan_launch_request=f"{self._name}/{self._origin.id}"
        )

    def _propose(self):
        """:returns: what the launch would do"""
        self.ensure_one()
        return self._get_plan()._propose(
            self._get_applied_on_records()[:BATCH_SIZE],
            self.plan_date,
            self.plan_on_demand_user_id.id,
        )

    def action_schedule_plan(self):
        """Launch the plan, by the same way as a program does."""
        self.ensure_one()
        if not self.res_model:
            return super().action_schedule_plan()
        result = self._get_plan().launch(
            self._get_applied_on_records(),
            self.plan_date,
            self.plan_on_demand_user_id.id,
        )
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
        action = self._get_action_after_launch()
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

    def _get_action_after_launch(self):
        records = self._get_applied_on_records()
        if len(records) == 1:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "name": self.env._("Launched: %(plan)s", plan=self.plan_id.name),
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "target": "current",
            "domain": [("id", "in", records.ids)],
        }
