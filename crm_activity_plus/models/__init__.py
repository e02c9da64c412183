# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import base
from . import access
from . import ledger
from . import activity
from . import guard
from . import hold
from . import calendar
from . import booking
from . import outcome
from . import retry
from . import plan
from . import saving
from . import graph
from . import choices
from . import added
from . import eligibility
from . import run
from . import launch
from . import background
from . import scheduling
from . import steps
from . import cancel
from . import follow
from . import exits
from . import handover
from . import uninstall
from . import actions
from . import figures
from . import crm
from . import queue
from . import my_activities
from . import client
