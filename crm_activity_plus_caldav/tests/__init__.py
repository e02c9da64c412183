# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_read
from . import test_readonly
from . import test_repeated_rules
from . import test_repeated_task
from . import test_write_event
from . import test_sync
from . import test_task
from . import test_series
from . import test_rules
from . import test_connect
from . import test_keys
from . import test_ical
from . import test_files
from . import test_clients
from . import test_concurrency
from . import test_garbage
from . import test_attack
