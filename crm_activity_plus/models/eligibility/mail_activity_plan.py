# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine.condition import Condition
from ...engine.reasons import name_of, reason_error, tell_fresh_reason
from ...tools.reasons import Reason
from ...tools.values import is_id

# What has happened to a record -> why the plan isn't launched on it.
CLOSED_REASONS = {
    "won": "record_won",
    "lost": "record_lost",
    "archived": "record_archived_before",
}


class MailActivityPlan(models.Model):
    """Whether a plan can be launched, on which records, and for whom.

    Whatever is in the way has a reason, which is told in a sentence. A run that is
    restarted is asked the same.
    """

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    def _check_launchable(self):
        """:raises UserError: the plan itself can't be launched"""
        reason = self._get_unavailable_reason()
        if not reason and not self.template_ids:
            reason = Reason("plan_empty", {"plan": self.name})
        if reason:
            raise reason_error(self.env, reason)
        for template in self.template_ids:
            reason = self._find_step_obstacle(template)
            if reason:
                values = {"step": template.display_name, "plan": self.name}
                raise reason_error(
                    self.env, Reason("step_unlaunchable", {**values, "reason": reason})
                )
        self._check_condition_texts()

    def _find_step_obstacle(self, template):
        """Hook: say why nothing of the plan can be launched because of one of its
        steps.

        :returns: why, or False
        :rtype: Reason
        """
        reason = template.activity_type_id._find_reason_not_applicable(self.res_model)
        if template.responsible_type == "other" and not reason:
            reason = self._find_unusable_reason(template.sudo().responsible_id)
        return reason

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
        a restart, or False
        :rtype: Reason"""
        values = {"plan": self.name}
        if not isinstance(
            self.env.get(self.res_model), self.pool["mail.activity.mixin"]
        ):
            return Reason("plan_app_gone", values)
        if not self.active:
            return Reason("plan_archived", values)
        if self.company_id and self.company_id not in self.env.companies:
            company = name_of(self.sudo().company_id)
            return Reason("plan_elsewhere", {**values, "company": company})
        return False

    def _tell_record_count(self, count):
        """Hook: say how many records of the plan's model they are."""
        if count == 1:
            return self.env._("1 record")
        return self.env._("%s records", count)

    def _get_unusable_responsible_reason(self, user, record=None):
        """:returns: see :meth:`_find_unusable_reason`; in a sentence, or False"""
        return tell_fresh_reason(self.env, self._find_unusable_reason(user, record))

    @api.model
    def _find_unusable_reason(self, user, record=None):
        """:param record: what the activities are on, if that is known already
        :returns: why a user can't be responsible for activities, or False
        :rtype: Reason
        """
        if not user.exists():
            return Reason("user_missing", {"id": user.id})
        if user._filter_can_do_activities(record):
            return False
        if not user.active:
            return Reason("user_archived", {"user": name_of(user)})
        if user._filter_can_do_activities():
            return Reason(
                "user_elsewhere",
                {
                    "user": name_of(user),
                    "company": name_of(record.company_id.sudo()),
                    "record": name_of(record),
                },
            )
        return Reason("user_external", {"user": name_of(user)})

    def _get_skip_reasons(self, request):
        """Say on which records the plan isn't launched.

        :param LaunchRequest request: what is asked for
        :returns: record id -> why
        :rtype: dict[int, Reason]
        """
        Model = self.env[self.res_model].with_context(active_test=False)
        responsible = self.env["res.users"].browse(request.responsible_id)
        existing = Model.browse(filter(is_id, request.res_ids)).exists()
        readable = existing._filtered_access("read")
        writable = readable._filtered_access("write")
        known = set(existing._ids)
        reasons = {
            res_id: Reason("record_missing", {"id": res_id})
            for res_id in request.res_ids
            if res_id not in known
        }
        for record in existing - readable:
            reasons[record.id] = Reason("record_unreadable")
        reasons |= _tell_of("record_write_protected", readable - writable)
        reasons |= self._get_unfit_reasons(writable, responsible, self)
        candidates = writable.filtered(lambda record: record.id not in reasons)
        return reasons | self._get_running_reasons(candidates, request)

    def _get_unfit_reasons(self, records, responsible, exits):
        """Say on which records the plan can't begin, because of how they are.

        :param responsible: who does the steps that ask for it
        :param exits: what has the exits that count: the plan, or a run of it
        :returns: record id -> why
        :rtype: dict[int, Reason]
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
        for state, closed in records.grouped(
            lambda record: self._get_closed_state(record, exits)
        ).items():
            if state:
                reasons |= _tell_of(CLOSED_REASONS[state], closed)
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
        return _tell_of("record_meets_exit", met.sudo(False))

    def _get_company_reasons(self, records, responsible):
        if "company_id" not in records:
            return {}
        reasons = {}
        for company, own in records.grouped("company_id").items():
            if not company:
                continue
            if self.company_id and company != self.company_id:
                values = {
                    "company": name_of(company.sudo()),
                    "other": name_of(self.sudo().company_id),
                }
                reasons |= {
                    record.id: Reason(
                        "record_elsewhere", {"record": name_of(record), **values}
                    )
                    for record in own
                }
            elif (
                self.has_user_on_demand
                and responsible
                and not responsible._filter_can_do_activities(own[:1])
            ):
                reasons |= {
                    record.id: self._find_unusable_reason(responsible.sudo(), record)
                    for record in own
                }
        return reasons

    def _get_condition_reasons(self, records):
        reasons = {}
        if self.domain:
            met = self._filter_records(records, self.domain, self.name)
            reasons |= _tell_of("record_unfit", records - met)
        if self.team_ids and "team_id" in records:
            others = records.filtered(
                lambda record: record.team_id not in self.team_ids
            )
            reasons |= _tell_of("record_of_other_team", others)
        return reasons

    def _get_running_reasons(self, records, request):
        """Say on which records the plan is running.

        :returns: record id -> why
        :rtype: dict[int, Reason]
        """
        runs = self.env["mail.activity.plan.run"].sudo()
        keys = {id_: self._get_launch_key(request, id_) for id_ in records.ids}
        under_way = runs.search_fetch(
            [
                ("plan_id", "=", self._origin.id),
                ("res_model", "=", self.res_model),
                ("res_id", "in", records.ids),
                ("state", "in", runs._open_states),
                ("launch_key", "in", list({*keys.values()})),
            ],
            ["launch_key", "res_id"],
        )
        return {
            run.res_id: self._get_running_reason()
            for run in under_way
            if (run.launch_key or "") == keys[run.res_id]
        }

    def _get_running_reason(self):
        code = "plan_running_alike" if self.allow_parallel else "plan_running"
        return Reason(code, {"plan": self.name})


def _tell_of(code, records):
    """:returns: record id -> the reason, which names the record"""
    return {record.id: Reason(code, {"record": name_of(record)}) for record in records}
