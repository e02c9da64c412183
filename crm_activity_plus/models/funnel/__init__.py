# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import ir_actions
from . import ir_ui_view
from . import mail_activity_plan
from . import mail_activity_plan_report
