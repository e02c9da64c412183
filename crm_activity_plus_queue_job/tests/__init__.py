# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_cluster
from . import test_bad_input
from . import test_by_hand
from . import test_launch_jobs
from . import test_launch_random
from . import test_other_jobs
from . import test_readonly
from . import test_rights
from . import test_step_jobs
