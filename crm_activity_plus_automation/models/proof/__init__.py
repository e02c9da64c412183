# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_plan_template
from . import mail_activity_plan_run_line
from . import mail_activity_plan_run
from . import mail_thread
from . import calendar_event
