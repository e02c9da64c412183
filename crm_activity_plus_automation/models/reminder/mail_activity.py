# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models, tools
from odoo.fields import Command

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.tools.states import INACTIVE_STATUSES

from .res_config_settings import DEFAULT_HOUR, HOUR_PARAMETER

# What reminders follow.
REMINDED_FIELDS = {
    *("active", "activity_type_id", "calendar_event_id", "date_deadline", "date_end"),
    *("date_start", "has_own_reminders", "own_reminder_ids", "reminder_ids"),
    *("status", "user_id"),
}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    reminder_ids = fields.Many2many(
        "calendar.alarm",
        string="Reminders",
        compute="_compute_reminder_ids",
        inverse="_inverse_reminder_ids",
        help="Whoever the activity is assigned to is reminded before it starts. Those "
        "of the activity's type, unless others are chosen.",
    )
    own_reminder_ids = fields.Many2many(
        "calendar.alarm",
        "mail_activity_reminder_rel",
        "activity_id",
        "alarm_id",
        string="Own Reminders",
    )
    has_own_reminders = fields.Boolean(
        "Reminders Chosen", help="The activity has other reminders than its type."
    )

    @api.depends(
        "activity_type_id.reminder_ids", "has_own_reminders", "own_reminder_ids"
    )
    def _compute_reminder_ids(self):
        for activity in self:
            own = activity.has_own_reminders
            source = activity.own_reminder_ids if own else activity.activity_type_id
            activity.reminder_ids = source if own else source.reminder_ids

    def _inverse_reminder_ids(self):
        for activity in self:
            chosen = activity.reminder_ids
            own = chosen != activity.activity_type_id.reminder_ids
            activity.write(
                {
                    "has_own_reminders": own,
                    "own_reminder_ids": [Command.set(chosen.ids if own else [])],
                }
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._note_own_reminders(vals_list)
        activities = super().create(vals_list)
        if self._may_be_reminded(activities):
            activities._plan_reminders()
        return activities

    def write(self, vals):
        self._note_own_reminders([vals])
        result = super().write(vals)
        if REMINDED_FIELDS & vals.keys() and self._may_be_reminded(self):
            self._plan_reminders()
        return result

    @api.model
    def _may_be_reminded(self, activities):
        """Nobody pays for reminders who has none."""
        if self._has_any_own_reminders():
            return True
        reminded = self.env["mail.activity.type"]._get_reminded_ids()
        # Whoever writes an activity need not be allowed to read it then.
        types = activities.sudo().activity_type_id
        return bool(reminded and reminded.intersection(types.ids))

    @api.model
    def _note_own_reminders(self, vals_list):
        """The first activity that has its own ones: all processes have to know."""
        is_own = any(vals.get("has_own_reminders") for vals in vals_list)
        if is_own and not self._has_any_own_reminders():
            self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _has_any_own_reminders(self):
        activities = self.sudo().with_context(active_test=False)
        return bool(activities.search([("has_own_reminders", "=", True)], limit=1))

    def _plan_reminders(self):
        """Remind of those that are open, from now on, and of no others."""
        reminders = by_engine(self.env["mail.activity.reminder"])
        planned = reminders.search([("activity_id", "in", self.ids)])
        vals_list = [
            {"activity_id": activity.id, "alarm_id": alarm.id, **dates}
            for activity in by_engine(self).exists()
            for alarm, dates in activity._get_reminder_dates()
        ]
        keys = [reminders._get_key(vals) for vals in vals_list]
        known = {row._get_own_key(): row for row in planned}
        (planned - reminders.concat(*(known[k] for k in keys if k in known))).unlink()
        new = [
            vals for key, vals in zip(keys, vals_list, strict=True) if key not in known
        ]
        reminders.create(new)._trigger()

    def _get_reminder_dates(self):
        """:returns: each alarm that is to come, with when it is due and what for"""
        self.ensure_one()
        if not self.user_id or not self.active or self.status in INACTIVE_STATUSES:
            return
        if self.calendar_event_id.alarm_ids:
            # The meeting reminds of itself, as any other one.
            return
        alarms = self.reminder_ids
        if not alarms:
            return
        due, now = self._get_due_moment(), fields.Datetime.now()
        for alarm in alarms:
            moment = due - timedelta(minutes=alarm.duration_minutes)
            if moment > now:
                yield alarm, {"date_remind": moment, "date_due": due}

    def _get_due_moment(self):
        """:returns: when the activity begins or, where it has no time, the hour of the
        settings on its day, where its responsible is; in UTC"""
        self.ensure_one()
        if self.date_start or self.date_end:
            return self.date_start or self.date_end
        parameter = self.env["ir.config_parameter"].sudo().get_param(HOUR_PARAMETER)
        hour = float(parameter or DEFAULT_HOUR)
        local = datetime.combine(self.date_deadline, time.min) + timedelta(hours=hour)
        zoned = self._get_timezone().localize(local)
        return zoned.astimezone(pytz.utc).replace(tzinfo=None)
