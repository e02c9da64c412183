# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import base_automation
from . import ir_actions_server
from . import crm_lead
from . import mail_activity_plan
from . import mail_activity_plan_run_line
