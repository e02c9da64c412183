# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools.sql import column_exists, rename_column


def migrate(cr, version):
    """What was skipped by a launch is read through a field that knows who reads it."""
    table = "mail_activity_plan_launch"
    if column_exists(cr, table, "skipped") and not column_exists(
        cr, table, "skipped_rows"
    ):
        rename_column(cr, table, "skipped", "skipped_rows")
