# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which states are open, and which are closed. No ORM."""

#: of an activity's ``status``
CLOSED_STATUSES = ("done", "cancelled")
#: An activity on hold is inactive, too: so it is off the to-do lists, counters and
#: reminders of Odoo and of every other addon.
INACTIVE_STATUSES = (*CLOSED_STATUSES, "on_hold")

#: of a run's ``state``
OPEN_RUN_STATES = ("running", "paused")
#: What a run says that isn't paused.
NO_PAUSE = {"date_pause_reminded": False, "date_paused": False, "paused_until": False}

#: of a step's ``state``
OPEN_STEP_STATES = ("waiting", "scheduled")
