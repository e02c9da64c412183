# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...engine.graph_format import StepFormat


class MailActivityPlan(models.Model):
    """How plans are shown in forms."""

    _inherit = "mail.activity.plan"

    graph = fields.Json(
        compute="_compute_graph",
        inverse="_inverse_graph",
        exportable=False,
        help="Steps and links as a drawing shows and saves them, see get_graph. It is "
        "empty for a plan that isn't saved yet.",
    )

    def _compute_graph(self):
        """As saved: what the list of a form says beside that isn't drawn."""
        for plan in self:
            plan.graph = plan._origin and plan._origin._tell_graph()

    def _inverse_graph(self):
        """What was drawn is saved with the form, or not at all."""
        drawn = {plan: plan.graph for plan in self}
        for plan, graph in drawn.items():
            if graph:
                plan._write_graph(graph)
        # It is told as it was saved, not as it was sent.
        self.invalidate_recordset(["graph"], flush=False)

    @api.readonly
    def get_designer(self, res_model=None):
        """Tell what a drawing of a plan is made of.

        It is called on one plan or, before one is saved, on none.

        :param str res_model: model of the records that a plan is for, where the form
            says another one than the saved plan
        :returns: ``types``, ``kinds`` and ``outcomes``: what there is to choose, or is
            in the plan already; ``defaults``: what a new step says, as in a graph;
            ``fields``: key of a step -> name of its field; ``problems``: see
            :meth:`check_graph`
        :rtype: dict
        :raises UserError: it is called on several plans
        """
        plan = unsteered(self)
        if plan:
            Arguments(plan.env).check_single(plan)
        plan.check_access("read")
        res_model = Arguments(plan.env).text(res_model, "res_model") or plan.res_model
        form = StepFormat(plan.env)
        template = form.model.new({"plan_id": plan.id, "activity_type_id": False})
        return {
            "types": plan._tell_types(res_model),
            "kinds": [
                {"kind": kind, **description}
                for kind, description in form.model._get_step_kinds().items()
            ],
            "outcomes": plan._tell_outcomes(),
            "defaults": form.tell(False, form.keep(template)),
            "fields": {key: field.name for key, field in form.fields.items()},
            "problems": plan._find_problems(plan._tell_graph()) if plan else [],
        }

    def _tell_types(self, res_model):
        """:param str res_model: model of the records that the plan is for
        :returns: the activity types that steps can have, and those that they have"""
        known = self.env["mail.activity.type"].search([("active", "=", True)])
        offered = known.filtered(
            lambda type_: type_.res_model in (False, res_model)
            and not type_._find_reason_not_applicable(res_model)
        )
        return [
            {
                "id": type_.id,
                "code": type_.code,
                "name": type_.name,
                "icon": type_.icon or "fa-tasks",
                "decoration": type_.decoration_type,
                "category": type_.category,
                "summary": type_.summary,
                "note": type_.default_note and str(type_.default_note),
                "duration": type_.default_duration,
                "responsible_id": type_.default_user_id.id,
                "is_offered": type_ in offered,
            }
            for type_ in offered | self.template_ids.activity_type_id
        ]

    def _tell_outcomes(self):
        """:returns: the outcomes that can be chosen, and those that the plan's steps
        wait for; ``types`` are the codes of the only types that can end so"""
        offered = self.env["mail.activity.outcome"]._get_offered().sudo(False)
        outcomes = offered | self.template_ids.after_outcome_ids
        return [
            {
                "code": outcome.code,
                "name": outcome.name,
                "kind": outcome.kind,
                "effect": outcome.effect,
                "types": outcome.with_context(
                    active_test=False
                ).activity_type_ids.mapped("code"),
                "is_offered": outcome in offered,
            }
            for outcome in outcomes
        ]

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Steps open in a form of their own, in the forms of other applications too: a
        line hasn't got the room for what a step says."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for lines in arch.xpath("//field[@name='template_ids']/list[@editable]"):
            del lines.attrib["editable"]
        return arch, view

    @api.readonly
    def action_try(self):
        """Show what the plan would do on a record, without launching it."""
        Arguments(self.env).check_single(self)
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "crm_activity_plus.plan_try",
            "name": self.env._("Try “%s”", self.name),
            "target": "new",
            "params": {"plan_id": self.id},
            "context": {"dialog_size": "extra-large"},
        }
