# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_plan_run_line
from . import activity
from . import email
from . import meeting
from . import server_action
from . import outcome
from . import mail_activity
from . import calendar_attendee
from . import calendar_event
