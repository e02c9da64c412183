# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_actions
from . import test_amounts
from . import test_amounts_random
from . import test_automatic_emails
from . import test_concurrency
from . import test_customers
from . import test_exits
from . import test_followup_tour
from . import test_garbage
from . import test_guarantees
from . import test_job
from . import test_levels
from . import test_lifecycle
from . import test_list
from . import test_pdf
from . import test_readonly
from . import test_security
from . import test_tools_ageing
from . import test_tools_levels
