# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import sign
from . import proof
from . import access
from . import activity
from . import steps
