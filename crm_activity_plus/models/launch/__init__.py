# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity
from . import mail_activity_plan
from . import mail_activity_plan_template
from . import mail_activity_plan_launch
from . import mail_activity_plan_launch_skip
from . import mail_activity_round_robin
from . import res_config_settings
from . import mail_activity_plan_run
from . import mail_activity_plan_run_line
