# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import ir_model
from . import ir_model_data
from . import mail_activity
from . import mail_activity_type
