# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import crm_lead
from . import crm_team
from . import ir_ui_menu
from . import mail_activity_plan
from . import mail_activity_plan_run
from . import mail_activity_plan_run_line
from . import mail_activity_figures_mixin
from . import mail_activity_plan_run_report
