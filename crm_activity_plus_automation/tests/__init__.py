# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_tools_occurrences
from . import test_tools_day_times
from . import test_series_start
from . import test_series_rows
from . import test_series_spread
from . import test_series_follow
from . import test_series_concurrency
from . import test_reminders
from . import test_reminder_emails
from . import test_rules
from . import test_timing
from . import test_series_tour
from . import test_invitations
from . import test_garbage
from . import test_readonly
from . import test_proof
from . import test_proof_races
