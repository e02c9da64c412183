# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import series
from . import planning
from . import filling
from . import reminder
from . import rules
from . import timing
from . import invitation
from . import proof
