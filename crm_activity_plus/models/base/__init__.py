# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_engine_mixin
from . import mail_activity_bulk_mixin
from . import mail_activity_check_mixin
from . import mail_activity_code_mixin
from . import mail_activity_plan_save_mixin
from . import mail_activity_cron_position
from . import mail_activity_background
from . import mail_mail
from . import mail_activity_plan_exit_mixin
