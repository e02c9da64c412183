# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import mail_activity_plan_template
from . import mail_activity_plan_run_line
from . import sign_oca_template
