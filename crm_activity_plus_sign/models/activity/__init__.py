# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import mail_activity_reason_mixin
from . import mail_activity_type
from . import mail_activity_outcome
from . import mail_activity
from . import mail_activity_mixin
from . import sign_oca_request
