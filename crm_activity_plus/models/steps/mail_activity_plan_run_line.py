# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...engine.added_fields import KNOWN_ADDONS, drop_silent, read_values, revive
from ...tools.internal import Internal
from ..run.mail_activity import VALUES_KEY

# What an activity of the engine's has, whoever adds to it.
ENGINE_VALUES = (
    "active",
    "attempt",
    "res_id",
    "res_model_id",
    "run_id",
    "run_line_id",
    "status",
)


class ActivityValues:
    """Collects the values of activities that are about to be created."""

    def __init__(self):
        self.rows = []


class MailActivityPlanRunLine(models.Model):
    """What other addons add to the steps of plans and to activities, on its way from
    the plan to the activity."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    added_values = fields.Json(
        readonly=True, help="Values that other addons add to the step of the plan."
    )

    # ------------------------------------------------------------
    # The plan's step
    # ------------------------------------------------------------

    def _get_template_values(self):
        """:returns: what the plan said about the step at the launch; JSON-able"""
        self.ensure_one()
        values = {
            **(self.added_values or {}),
            "activity_type_id": self.activity_type_id.id,
            "delay_count": self.delay_count,
            "delay_from": self.delay_from,
            "delay_unit": self.delay_unit,
            "plan_id": self.run_id.plan_id.id,
            "responsible_type": self.responsible_type,
            "sequence": self.sequence,
            "summary": self.summary,
        }
        if self.responsible_type == "other":
            values["responsible_id"] = self.user_id.id
        return values

    def _make_template(self):
        """:returns: a step of the plan, in memory, that says what it said at the
        launch: for Odoo's own hooks, which other addons extend"""
        templates = self.env["mail.activity.plan.template"]
        [values] = revive(templates, [self._get_template_values()])
        return templates.new(values)

    # ------------------------------------------------------------
    # The activity
    # ------------------------------------------------------------

    def _prepare_activities_values(self):
        """:returns: the values of the steps' activities, in order"""
        added = self._get_added_activity_values()
        return [
            line._extend_activity_values(
                {
                    **values,
                    **line._prepare_activity_values(),
                    "user_id": line.user_id.id,
                }
            )
            for line, values in zip(self, added, strict=True)
        ]

    def _get_added_activity_values(self):
        """:returns: for each step, values of fields that other addons add to
        activities, as the plan said or, for another attempt, as the last one had
        them"""
        names = self.env["mail.activity.plan.template"]._get_activity_fields()
        if not names:
            return [{} for _line in self]
        return revive(
            self.env["mail.activity"],
            [line._read_added_activity_values(names) for line in self],
        )

    def _read_added_activity_values(self, names):
        """:param dict names: see ``_get_activity_fields``
        :returns: names of fields of ``mail.activity`` -> values, without those that say
            nothing, so that defaults are found for them; JSON-able
        """
        self.ensure_one()
        if self.attempt > 1 and self.activity_id:
            values = read_values(self.activity_id, names.values())
        else:
            said = self.added_values or {}
            values = {names[name]: said[name] for name in names if name in said}
        return drop_silent(self.activity_id, values)

    def _extend_activity_values(self, values):
        """Ask other addons that extend ``activity_schedule`` for what they add to the
        activities that it creates; the engine creates them itself, all at once.

        :param dict values: the values of the step's activity
        :returns: the same, with what they add
        """
        self.ensure_one()
        record = self._get_record()
        if not _is_activity_schedule_extended(record):
            return values
        collected = ActivityValues()
        record = record.with_context(**{VALUES_KEY: Internal(collected)})
        record.activity_schedule(**values)
        own = [row for row in collected.rows if row.get("run_line_id") == self.id]
        others = [row for row in collected.rows if row not in own]
        if others:
            self.env["mail.activity"].create(others)
        if not own:
            return values
        extended = {**own[0], **{name: values[name] for name in ENGINE_VALUES}}
        if not self.user_id and extended.get("user_id") == (
            self.activity_type_id.default_user_id.id
        ):
            # The role leaves it to somebody who isn't known yet.
            extended["user_id"] = False
        if extended.get("user_id") != values["user_id"]:
            del extended["user_tz"]
        return extended

    def _settle_assignment(self):
        """Have the steps and their new activities agree on who does them. Another addon
        may give an activity to somebody else, or to nobody, such as to a team; but not
        what a person was chosen for."""
        for user, lines in self.grouped("user_id").items():
            other = lines.filtered(
                lambda line: line.activity_id.user_id != line.user_id
            )
            chosen = other.filtered(
                lambda line: line.user_id
                and line.responsible_type in ("on_demand", "other")
            )
            if chosen:
                chosen.activity_id._give_to(user)
            self._write_each(
                {
                    line: {"user_id": line.activity_id.user_id.id}
                    for line in other - chosen
                },
                is_told=True,
            )
        # There is nobody to tell for Odoo itself.
        self.filtered(lambda line: not line.user_id).activity_id.action_notify()


def _is_activity_schedule_extended(record):
    """:returns: whether another addon extends how a record gets its activities"""
    return any(
        vars(base).get("_module") not in KNOWN_ADDONS
        for base in type(record).__mro__
        if "activity_schedule" in vars(base)
    )
