# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_sign_browser
from . import test_sign_concurrency
from . import test_sign_page
from . import test_sign_request
from . import test_sign_security
