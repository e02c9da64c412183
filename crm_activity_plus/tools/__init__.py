# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import codes, dates, emails, errors, graph, internal
from . import savepoint, states, steps, values
