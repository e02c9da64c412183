# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.arguments import Arguments
from ...engine.environment import is_program, is_uninstalling
from ...engine.plan_checker import PlanChecker
from ...engine.plan_steps import PlanSteps
from ..plan.mail_activity_plan import WATCHED_EXITS
from ..uninstall.ir_model_data import is_suite_removed

_logger = logging.getLogger(__name__)

# So many warnings are told after an import.
MAX_TOLD = 5


class MailActivityPlan(models.Model):
    """Plans are created, changed and deleted; each change of their steps counts."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.onchange("template_ids")
    def _onchange_template_ids(self):
        """Other steps can be put after one that isn't saved yet: by its code."""
        self.template_ids._fill_in_codes()

    @api.ondelete(at_uninstall=True)
    def _unlink_except_launched(self):
        if is_uninstalling(self.env):
            return
        launched = self.sudo().filtered("run_ids")
        if launched:
            raise UserError(
                self.env._(
                    "“%(plans)s” has been launched and can't be deleted: its running "
                    "plans would lose it. Archive it instead.",
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

    def _tell_warnings(self):
        """Tell whoever imported plans what is probably not meant so. The import takes
        messages for errors, so it is told beside it."""
        messages = []
        for plan in self.exists().sudo().sorted("id"):
            found = PlanChecker(PlanSteps(plan)).check()
            messages += [
                self.env._(
                    "%(plan)s: %(problem)s", plan=plan.name, problem=problem.message
                )
                for problems in found.values()
                for problem in problems
            ]
        if not messages:
            return
        if len(messages) > MAX_TOLD:
            more = self.env._("There are %s more warnings.", len(messages) - MAX_TOLD)
            messages = [*messages[:MAX_TOLD], more]
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "sticky": True,
                "title": self.env._("The import is done. Look at these steps:"),
                "message": " ".join(messages),
            },
        )

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
                    "“%(plans)s” has been launched, so it can't be used for other "
                    "records. Create another plan instead.",
                    plans=", ".join(launched.mapped("name")),
                )
            )
        actions = self.env["ir.actions.server"].sudo()
        actions = actions.search([("activity_plan_id", "in", changed.ids)])
        if actions:
            raise UserError(
                self.env._(
                    "“%(plans)s” is launched by the action “%(action)s”, so it can't "
                    "be used for other records. Create another plan instead.",
                    plans=", ".join(actions.activity_plan_id.mapped("name")),
                    action=actions[0].name,
                )
            )
