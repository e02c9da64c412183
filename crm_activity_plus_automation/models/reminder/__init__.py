# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_reminder
from . import mail_activity_type
from . import mail_mail
from . import mail_activity
from . import calendar_alarm
from . import res_config_settings
from . import res_users
