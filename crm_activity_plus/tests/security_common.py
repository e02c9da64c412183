# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .common import CrmActivityPlusCommon

# What code says to itself, and what Odoo's code does; sent by a client.
FLAGS = {
    "active_test": False,
    "activity_done_only": True,
    "activity_engine": True,
    "activity_engine_creates": True,
    "activity_following": True,
    "activity_given_by_engine": True,
    "activity_leading_ids": [1, 2, 3],
    "activity_led_by_meeting": True,
    "activity_reason": "I say so",
    "activity_return_all": True,
    "activity_step_explanations": {"1": {"base": "rescheduled"}},
    "activity_values_only": True,
    "calendar_event_meeting_update": True,
    "crm_activity_plus_allowed_actions": [1, 2, 3],
    "crm_activity_plus_pending_steps": True,
    "is_calendar_event_new": True,
    "is_led_elsewhere": True,
    "ledger_told_elsewhere": True,
    "mail_activity_automation_skip": True,
    "mail_activity_meeting_update": True,
    "mail_activity_quick_update": True,
    "plan_auto_reply": True,
    "plan_first_email": True,
    "plan_launch_request": "another pop-up",
    "plan_losing_leads": True,
    "plan_no_booking": True,
    "crm_activity_plus_booking_run": 1,
    "crm_activity_plus_moved_meetings": True,
    "crm_activity_plus_new_meetings": True,
    "crm_activity_plus_rebuilding_series": True,
    "crm_activity_plus_engine": True,
    "tz": "Nowhere/Land",
    MODULE_UNINSTALL_FLAG: True,
}

# Values that a client would like the engine's records to have.
DEFAULTS = {
    "default_action_type": "email",
    "default_active": False,
    "default_attempt": 7,
    "default_branch_taken": False,
    "default_company_id": 1,
    "default_date_deadline": "2031-03-31",
    "default_date_done": "2020-01-01",
    "default_date_end": "2020-01-02 10:00:00",
    "default_date_start": "2020-01-01 10:00:00",
    "default_feedback": "Done long ago",
    "default_held_by_pause": True,
    "default_launched_count": 5,
    "default_max_attempts": 99,
    "default_new_status": "done",
    "default_on_hold_until": "2031-03-31",
    "default_processed_count": 5,
    "default_reason": "None of your business",
    "default_skipped": [{"res_id": 1, "reason": "No"}],
    "default_state": "done",
    "default_status": "done",
    "default_status_before_hold": "in_progress",
    "default_stop_note": "Stopped before it began",
    "default_stop_reason": "won",
    "default_values": {"plan_id": 1},
}


class SecurityContextCase(CrmActivityPlusCommon):
    """What a plan needs of which a client claims what it likes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outcome_retry = cls.env["mail.activity.outcome"].create(
            {"name": "Later", "effect": "retry"}
        )
        cls.outcome_next = cls.env["mail.activity.outcome"].create(
            {"name": "Then", "next_type_id": cls.type_meeting.id}
        )
        steps = cls.plan.template_ids
        steps[1].after_ids = steps[0]
        # The engine's own meeting is no reason to stop.
        cls.plan.exit_on_meeting = True

    def setUp(self):
        super().setUp()
        self.values = {
            "activity_type_id": self.type_call.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.lead.id,
            "user_id": self.user_owner.id,
        }

    def _launch(self, records=None, user=None, **kwargs):
        return super()._launch(records, user=user or self.user_manager, **kwargs)
