# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import base_partner_merge
from . import mail_activity_bulk
from . import mail_activity_plan_apply
from . import mail_activity_plan_import
from . import mail_activity_plan_run_bulk
from . import mail_activity_schedule
from . import launch
from . import times
