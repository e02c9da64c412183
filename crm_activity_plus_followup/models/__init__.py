# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import amounts
from . import levels
from . import exits
from . import statement
from . import actions
from . import job
