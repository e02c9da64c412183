# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tools.misc import format_date

from ..engine.arguments import Arguments

# So many running plans are shown; of more, all are moved or none.
MAX_SHOWN = 200


class MailActivityPlanApply(models.TransientModel):
    """What would change in running plans if they went on by the changed plan, for
    somebody to choose."""

    _name = "mail.activity.plan.apply"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Apply Changes to Running Plans"

    plan_id = fields.Many2one(
        "mail.activity.plan", required=True, readonly=True, ondelete="cascade"
    )
    run_count = fields.Integer("On Older Versions", readonly=True)
    left_out_count = fields.Integer("Can't Be Changed", readonly=True)
    left_out_text = fields.Text(readonly=True)
    has_more = fields.Boolean(compute="_compute_has_more")
    line_ids = fields.One2many(
        "mail.activity.plan.apply.line", "apply_id", string="Running Plans"
    )

    @api.depends("run_count", "line_ids")
    def _compute_has_more(self):
        for wizard in self:
            wizard.has_more = wizard.run_count > len(wizard.line_ids)

    @api.model
    def _open(self, plan):
        """:returns: action: the pop-up for a plan"""
        told = plan.preview_version(limit=MAX_SHOWN)
        reasons = list(dict.fromkeys(row["reason"] for row in told["left_out"]))
        wizard = self.create(
            {
                "plan_id": plan.id,
                "run_count": told["run_count"],
                "left_out_count": told["left_out_count"],
                "left_out_text": "\n".join(reasons),
                "line_ids": [
                    Command.create(self._prepare_line(run)) for run in told["runs"]
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply to Running Plans"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_line(self, run):
        """:param dict run: see ``preview_version`` of ``mail.activity.plan``"""
        changes = [self._tell_step(step) for step in run["steps"]]
        nothing = self.env._("Nothing changes in the steps that haven't started.")
        return {
            "run_id": run["run_id"],
            "name": run["display_name"],
            "from_version": run["from_version"],
            "changes": run["reason"] or "\n".join(changes) or nothing,
            "is_possible": not run["reason"],
            "is_chosen": not run["reason"],
        }

    def _tell_step(self, step):
        """:returns: what changes of a step, in a sentence"""
        values = {"step": step["name"]}
        if step["change"] == "removed":
            return self.env._("“%(step)s” is removed", **values)
        day, user = step["date_deadline"], step["user"]
        told = []
        if step["change"] == "added":
            told.append(
                self.env._("“%(step)s” is added and starts at once", **values)
                if step["starts"]
                else self.env._("“%(step)s” is added", **values)
            )
        if day:
            told.append(self._tell_change(self.env._("due"), *map(self._tell_day, day)))
        if user:
            nobody = self.env._("nobody")
            names = [name or nobody for name in user]
            if step["change"] == "added":
                names[0] = False
            told.append(self._tell_change(self.env._("assigned to"), *names))
        told += step["fields"]
        if step["change"] == "changed":
            return f"“{step['name']}”: {', '.join(told)}"
        return ", ".join(told)

    def _tell_day(self, day):
        return day and format_date(self.env, Date.to_date(day))

    def _tell_change(self, label, old, new):
        return f"{label} {old} → {new}" if old else f"{label} {new}"

    def action_apply(self):
        """Apply the plan to those that were chosen or, where there are more than are
        shown, to all.

        :returns: action: a notification
        :raises UserError: none was chosen
        """
        Arguments(self.env).check_single(self)
        run_ids = None
        if not self.has_more:
            run_ids = self.line_ids.filtered("is_chosen").run_id.ids
            if not run_ids:
                raise UserError(
                    self.env._("Choose the running plans to apply the changes to.")
                )
        result = self.plan_id.apply_version(run_ids)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if result["left_out_count"] else "success",
                "message": self._tell_result(result),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _tell_result(self, result):
        told = []
        if result["background_count"]:
            told.append(
                self.env._(
                    "The changes are being applied to %s running plans in the "
                    "background. You will be told when it is done.",
                    result["background_count"],
                )
            )
        else:
            told.append(
                self.env._("Changed running plans: %s.", len(result["applied"]))
            )
        if result["left_out_count"]:
            told.append(self.env._("Left as they are: %s.", result["left_out_count"]))
            reasons = dict.fromkeys(row["reason"] for row in result["left_out"])
            told += list(reasons)[:3]
        return " ".join(told)


class MailActivityPlanApplyLine(models.TransientModel):
    _name = "mail.activity.plan.apply.line"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Changes of a Running Plan"

    apply_id = fields.Many2one(
        "mail.activity.plan.apply",
        string="Pop-up",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    run_id = fields.Many2one(
        "mail.activity.plan.run", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Char("Record", readonly=True)
    from_version = fields.Integer("Version", readonly=True)
    changes = fields.Text(readonly=True)
    is_possible = fields.Boolean(readonly=True)
    is_chosen = fields.Boolean("Apply")
