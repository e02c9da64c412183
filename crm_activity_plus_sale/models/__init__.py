# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import account_move
from . import crm_lead
from . import mail_activity_plan_template
from . import sale_order
