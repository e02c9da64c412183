# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import caldav_collection
from . import caldav_resource
from . import caldav_member
from . import caldav_export
from . import caldav_feed
from . import caldav_key_notice
from . import caldav_mapper
from . import caldav_mapper_event
from . import caldav_mapper_activity
from . import calendar_event
from . import mail_activity
from . import res_users
from . import res_users_apikeys
