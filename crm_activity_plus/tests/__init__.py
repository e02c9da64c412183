# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_tools_codes, test_tools_dates, test_tools_graph
from . import test_mail_activity_type
from . import test_mail_activity
from . import test_mail_activity_plan
