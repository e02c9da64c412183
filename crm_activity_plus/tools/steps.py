# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What a step can say of its date and of who does it. No ORM.

Those of Odoo and of this addon; other addons add more.
"""

#: ``delay_from`` of a step whose date counts from the one before it
PREVIOUS_STEP_DELAYS = ("after_previous_done", "after_previous_deadline")
KNOWN_DELAYS = ("before_plan_date", "after_plan_date", *PREVIOUS_STEP_DELAYS)
KNOWN_UNITS = ("days", "weeks", "months")

#: ``responsible_type`` that this addon adds
ROLES = ("salesperson", "team_leader", "creator", "previous", "round_robin")
KNOWN_ROLES = ("on_demand", "other", *ROLES)

#: ``action_type`` of steps that are over as soon as they are done
IMMEDIATE_KINDS = ("email", "meeting", "server_action")

#: What the action of a step returns that has begun, and is finished later.
PENDING = object()
