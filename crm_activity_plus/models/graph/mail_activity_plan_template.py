# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine.environment import is_uninstalling
from ...engine.plan_steps import PlanSteps
from ...tools.graph import find_cycle
from ...tools.steps import PREVIOUS_STEP_DELAYS
from ..base.mail_activity_plan_save_mixin import PendingSteps


class MailActivityPlanTemplate(models.Model):
    """Which steps wait for which, and whether that fits together."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.template"

    @api.depends("after_ids.code")
    def _compute_after_codes(self):
        for template in self:
            codes = template.after_ids.mapped("code")
            template.after_codes = ", ".join(filter(None, codes))

    def _inverse_after_codes(self):
        """The steps are looked for when all of them are there."""
        after_codes = self._get_pending().after_codes
        for template in self:
            after_codes[template.id] = template._read_after_codes()

    def _read_after_codes(self):
        """:returns: the codes, or names, of the steps that it is to come after"""
        codes = map(str.strip, (self.after_codes or "").split(","))
        return [code for code in codes if code]

    @api.onchange("after_outcome_ids", "delay_from", "responsible_type")
    def _onchange_refers_to_previous(self):
        """Show what the save will do: see :meth:`_link_to_previous`."""
        if self.after_codes or not self._refers_to_previous():
            return
        steps = PlanSteps(self.plan_id, self)
        self.after_codes = steps.get_before(steps.get_place(self)).code

    @api.constrains(
        "action_type",
        "activity_type_id",
        "after_ids",
        "after_outcome_ids",
        "plan_id",
        "delay_from",
        "responsible_type",
    )
    def _check_after(self):
        """It is looked at when all steps are there: see :meth:`_finish_saving`."""
        pending = self._get_pending()
        if pending is None:
            self._check_links()
        else:
            pending.step_ids.update(self.ids)

    @api.model
    def _finish_saving(self, pending):
        """Look at the plans as a whole, when all of their steps are saved.

        :param pending: see :class:`PendingSteps`
        :raises ValidationError: the steps don't fit together
        """
        self.browse(pending.after_codes).exists()._link_by_codes(pending.after_codes)
        steps = self.browse(pending.step_ids).exists().sudo()
        steps._check_bereft(pending.bereft)
        steps._link_to_previous()
        steps._check_links()
        plans = self.env["mail.activity.plan"].sudo().browse(pending.plan_ids)
        plans.exists()._count_change(steps.activity_type_id)

    def _link_by_codes(self, after_codes):
        """Let steps wait for those that are known by their codes or, as a file may
        have it, by their names.

        :param dict after_codes: id of a step -> codes
        """
        for plan, templates in self.grouped("plan_id").items():
            steps = self.sudo().search([("plan_id", "=", plan.id)])
            known = {step.code: step for step in steps}
            names = Counter(steps.mapped("display_name"))
            for step in steps:
                if names[step.display_name] == 1:
                    known.setdefault(step.display_name, step)
            for template in templates:
                codes = after_codes[template.id]
                missing = [code for code in codes if code not in known]
                if missing:
                    raise template._make_missing_error(missing, steps)
                others = self.browse().union(*(known[code] for code in codes))
                template.after_ids = others

    def _make_missing_error(self, codes, steps):
        """:param codes: those of steps that there aren't
        :param steps: the steps of the plan"""
        return ValidationError(
            self.env._(
                "“%(step)s” can't come after “%(codes)s”: the plan “%(plan)s” "
                "has no such step. Its steps are: %(steps)s.",
                step=self.display_name,
                codes=", ".join(codes)[:100],
                plan=self.plan_id.name,
                steps=", ".join(steps.mapped("code")),
            )
        )

    def _refers_to_previous(self):
        """:returns: whether there has to be a step before this one"""
        self.ensure_one()
        return (
            self.delay_from in PREVIOUS_STEP_DELAYS
            or self.responsible_type == "previous"
            or bool(self.after_outcome_ids)
        )

    def _check_bereft(self, bereft):
        """:param dict bereft: id of a step -> the name of a deleted one, which it came
        after alone
        :raises ValidationError: it needs one to come after"""
        for template in self:
            deleted = bereft.get(template.id)
            if deleted and not template.after_ids and template._refers_to_previous():
                raise ValidationError(
                    self.env._(
                        "“%(step)s” comes after “%(deleted)s”. Change that step first.",
                        step=template.display_name,
                        deleted=deleted,
                    )
                )

    def _link_to_previous(self):
        """The previous step is the line above, where no other one was chosen. It stays
        so when the lines are put into another order."""
        alone = self.filtered(
            lambda step: not step.after_ids and step._refers_to_previous()
        )
        if not alone:
            return
        above = {}
        for plan in alone.plan_id:
            lines = self.search([("plan_id", "=", plan.id)])
            above |= dict(zip(lines[1:], lines, strict=False))
        for step in alone:
            if step not in above:
                raise ValidationError(step._describe_missing_previous())
            step.after_ids = above[step]

    def _describe_missing_previous(self):
        """:returns: why the first step can't refer to the previous one"""
        return self.env._(
            "“%(step)s” refers to the previous step, but it is the first one. Choose "
            "in “Waits for” which one that is.",
            step=self.display_name,
        )

    def _check_links(self):
        """:raises ValidationError: steps wait for what they can't wait for"""
        for template in self | self.search([("after_ids", "in", self.ids)]):
            foreign = template.after_ids.filtered(
                lambda other, plan=template.plan_id: other.plan_id != plan
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” can't wait for “%(other)s”, which is a step of "
                        "another plan.",
                        step=template.display_name,
                        other=foreign[0].display_name,
                    )
                )
            template._check_after_outcomes()
        for plan in self.plan_id:
            cycle = find_cycle(
                {template: list(template.after_ids) for template in plan.template_ids}
            )
            if cycle:
                raise ValidationError(plan.template_ids._describe_cycle(cycle))

    def _describe_cycle(self, cycle):
        """:param list cycle: steps that wait for each other, see ``find_cycle``
        :returns: in which circle they do, in a sentence"""
        return self.env._(
            "The steps of the plan “%(plan)s” wait for each other in a circle: "
            "%(steps)s.",
            plan=cycle[0].plan_id.name,
            steps=" → ".join(
                step.display_name for step in [*reversed(cycle), cycle[-1]]
            ),
        )

    def _check_after_outcomes(self):
        error = self._get_after_outcomes_error(self.after_ids)
        if error:
            raise ValidationError(error)

    def _get_after_outcomes_error(self, before):
        """An outcome that none of the steps before can have would never be chosen.

        :param before: the steps that this one waits for
        :returns: what is wrong with the outcomes that it waits for, or False
        """
        self.ensure_one()
        types = before.activity_type_id
        outcomes = self.after_outcome_ids._origin
        foreign = outcomes.filtered(
            lambda outcome: not any(map(outcome._is_applicable, types))
        )
        if foreign:
            return self.env._(
                "“%(step)s” can't come after the outcome “%(outcome)s”: no step "
                "before it can end so. Choose another outcome.",
                step=self.display_name,
                outcome=foreign[0].name,
            )
        if outcomes and not any(outcomes.mapped("active")):
            return self.env._(
                "“%(step)s” comes only after the outcome “%(outcome)s”, which is "
                "archived, so nobody can choose it. Restore the outcome, or choose "
                "another one.",
                step=self.display_name,
                outcome=outcomes[0].name,
            )
        return False

    @api.ondelete(at_uninstall=True)
    def _unlink_except_referred(self):
        """Another step that counts its days from this one, or depends on its outcome,
        would lose its base. It is looked at when the save is over, since the other one
        may be changed by it, too."""
        if is_uninstalling(self.env):
            return
        pending = self._get_pending() or PendingSteps()
        for template in self.sudo().search([("after_ids", "in", self.ids)]) - self:
            pending.step_ids.add(template.id)
            if not (template.after_ids - self):
                deleted = (self & template.after_ids)[:1].display_name
                pending.bereft[template.id] = deleted
