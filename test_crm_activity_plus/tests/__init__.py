# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_added_values
from . import test_automation_rules
from . import test_bare_record, test_kind_of_step
from . import test_doors, test_doors_concurrency
from . import test_document_activities, test_document_tours
from . import test_added_references, test_delay_unknown
from . import test_kind_outcomes
from . import test_launch_rules
from . import test_odoo_runner
from . import test_step_kinds
from . import test_wizards
