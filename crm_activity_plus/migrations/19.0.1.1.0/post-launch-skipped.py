# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """What a launch skipped has a row for each record, and is read through a field that
    knows who reads it."""
    if not column_exists(cr, "mail_activity_plan_launch", "skipped"):
        return
    cr.execute(
        """
        INSERT INTO mail_activity_plan_launch_skip (launch_id, res_id, reason_text)
             SELECT launch.id, (row.value ->> 'res_id')::int, row.value ->> 'reason'
               FROM mail_activity_plan_launch AS launch,
                    jsonb_array_elements(launch.skipped)
                    WITH ORDINALITY AS row (value, number)
              WHERE jsonb_typeof(launch.skipped) = 'array'
           ORDER BY launch.id, row.number;
        ALTER TABLE mail_activity_plan_launch DROP COLUMN skipped;
        """
    )
