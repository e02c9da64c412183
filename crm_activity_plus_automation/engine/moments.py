# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools import format_date, format_time

from odoo.addons.crm_activity_plus.tools.dates import get_timezone
from odoo.addons.crm_activity_plus.tools.times import get_local_day


def tell_moment(env, moment, tz):
    """:param datetime moment: in UTC
    :param str tz: name of the reader's time zone
    :returns: day and time there, without seconds, in the language of ``env``
    """
    zone = get_timezone(tz)
    day = format_date(env, get_local_day(moment, zone))
    return f"{day} {format_time(env, moment, tz=zone.zone, time_format='short')}"
