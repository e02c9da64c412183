# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_activity_crew
from . import test_activity_document
from . import mail_activity
from . import mail_activity_plan_exit_mixin
from . import mail_activity_plan_run
from . import mail_activity_plan_run_line
from . import mail_activity_plan_template
from . import test_activity_approval
from . import test_activity_note
