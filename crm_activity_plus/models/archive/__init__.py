# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_log_archive
from . import mail_activity_log
from . import mail_activity_plan_run
from . import mail_activity
