# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import ir_cron
from . import queue_job
from . import mail_activity_plan_launch_part
from . import mail_activity_plan_launch
from . import mail_activity_background
