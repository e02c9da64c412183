# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import ir_http
from . import res_company
from . import res_config_settings
from . import res_users
from . import sign_oca_request
from . import sign_oca_request_log
from . import sign_oca_request_signer
from . import sign_oca_role
