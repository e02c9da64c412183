# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import base_partner_merge
from . import mail_activity_sign
from . import mail_activity_sign_document
from . import mail_activity_sign_signer
