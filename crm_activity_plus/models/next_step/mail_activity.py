# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...tools.next_step import NextStep


class MailActivity(models.Model):
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def _to_next_step(self):
        self.ensure_one()
        name = self.display_name
        if self.status != "on_hold":
            return NextStep("activity", self.date_deadline, name, self)
        # A hold doesn't end while the plan is paused.
        day = max(self.on_hold_until, self.run_id.paused_until or self.on_hold_until)
        return NextStep("hold", day, name, self)

    def _describe_next_step(self):
        self.ensure_one()
        own = self.sudo(False)
        actions = []
        if own._filtered_access("write"):
            if self.status != "on_hold":
                actions += ["done", "hold"]
            else:
                is_paused = self.run_id.state == "paused"
                actions.append("resume_plan" if is_paused else "resume")
        if own._filtered_access("read"):
            actions.append("open")
        return {
            "type": self.activity_type_id.name,
            "icon": self.icon,
            "user": self.user_id.name,
            "booking": self._get_bookings().get(self, False),
            "plan": self.run_id.name,
            "activity_id": self.id,
            "run_id": self.run_id.id,
            "actions": actions,
        }
