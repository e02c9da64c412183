# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_activity_plus.engine.arguments import Arguments


class MailActivityPlanRule(models.TransientModel):
    """Makes an automation rule that launches a plan.

    Whoever may change the plan decides on which records it is launched: the rule is
    made as superuser, and says nothing but what is chosen here. It launches with the
    rights of whoever creates or changes a record.
    """

    _name = "mail.activity.plan.rule"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Launch a Plan Automatically"

    plan_id = fields.Many2one("mail.activity.plan", required=True, ondelete="cascade")
    res_model = fields.Selection(related="plan_id.res_model")
    launch_on = fields.Selection(
        [
            ("new", "A record is created"),
            ("stage", "It reaches a stage"),
            ("tag", "It gets a tag"),
            ("website", "The contact form of the website is sent"),
        ],
        default="new",
        required=True,
    )
    stage_id = fields.Many2one("crm.stage", ondelete="cascade")
    tag_id = fields.Many2one("crm.tag", ondelete="cascade")

    def action_create_rule(self):
        """:returns: a message that says what was made
        :raises UserError: something has to be chosen first
        :raises AccessError: the user may not change the plan
        """
        Arguments(self.env).check_single(self)
        self.plan_id.check_access("write")
        self._check()
        rule = self.env["base.automation"].sudo().create(self._prepare_rule())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("“%s” is switched on.", rule.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check(self):
        is_lead = self.res_model == "crm.lead"
        if self.launch_on != "new" and not is_lead:
            raise UserError(
                self.env._("Only plans for leads can be launched on stages and tags.")
            )
        if self.launch_on == "stage" and not self.stage_id:
            raise UserError(self.env._("Choose the stage."))
        if self.launch_on == "tag" and not self.tag_id:
            raise UserError(self.env._("Choose the tag."))

    def _prepare_rule(self):
        """Hook: values of the rule."""
        model = self.env["ir.model"].sudo()._get(self.res_model)
        name, trigger = self._get_name_and_trigger()
        return {
            "name": name,
            "model_id": model.id,
            "description": self._describe(),
            **trigger,
            "action_server_ids": [
                Command.create(
                    {
                        "name": self.env._("Launch %s", self.plan_id.name),
                        "model_id": model.id,
                        "usage": "base_automation",
                        "state": "launch_plan",
                        "activity_plan_id": self.plan_id.id,
                    }
                )
            ],
        }

    def _get_name_and_trigger(self):
        plan, fields_ = self.plan_id.name, self.env["ir.model.fields"].sudo()
        match self.launch_on:
            case "stage":
                name = self.env._(
                    "Launch “%(plan)s” on the stage “%(stage)s”",
                    plan=plan,
                    stage=self.stage_id.name,
                )
                field = fields_._get("crm.lead", "stage_id")
                values = {
                    "trigger": "on_stage_set",
                    "trigger_field_ids": [Command.set(field.ids)],
                    "trg_field_ref": self.stage_id.id,
                    "filter_domain": repr([("stage_id", "=", self.stage_id.id)]),
                }
            case "tag":
                name = self.env._(
                    "Launch “%(plan)s” on the tag “%(tag)s”",
                    plan=plan,
                    tag=self.tag_id.name,
                )
                field = fields_._get("crm.lead", "tag_ids")
                tag_id = self.tag_id.id
                values = {
                    "trigger": "on_tag_set",
                    "trigger_field_ids": [Command.set(field.ids)],
                    "trg_field_ref": tag_id,
                    "filter_pre_domain": repr([("tag_ids", "not in", [tag_id])]),
                    "filter_domain": repr([("tag_ids", "in", [tag_id])]),
                }
            case "website":
                medium = self.env.ref("utm.utm_medium_website").id
                name = self.env._("Launch “%s” on the website's contact form", plan)
                values = {
                    "trigger": "on_create",
                    "filter_domain": repr([("medium_id", "=", medium)]),
                }
            case _:
                name = self.env._("Launch “%s” on new records", plan)
                values = {"trigger": "on_create"}
        return name, values

    @api.model
    def _describe(self):
        return self.env._(
            "Launches the plan at once. Records that it can't be launched on are "
            "skipped. What comes from the website or an email bears the name of the "
            "record's salesperson, or else of the team leader. It sends nothing but "
            "what the plan's own steps send."
        )
