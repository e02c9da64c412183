# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import account_move
from . import account_move_line
from . import account_partial_reconcile
from . import mail_activity_plan_run
from . import res_partner
