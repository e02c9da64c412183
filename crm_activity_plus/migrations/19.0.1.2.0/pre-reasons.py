# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools.sql import column_exists, rename_column

COLUMNS = (
    ("mail_activity_log", "reason", "reason_text"),
    ("mail_activity_plan_launch", "error", "error_text"),
    ("mail_activity_plan_launch_skip", "reason", "reason_text"),
    ("mail_activity_plan_run_line", "reason", "reason_text"),
    ("mail_activity_plan_run", "stop_note", "stop_note_text"),
)


def migrate(cr, version):
    """Reasons are codes from now on. The sentences that were written until now stay, in
    the language that they were written in."""
    for table, old, new in COLUMNS:
        if column_exists(cr, table, old) and not column_exists(cr, table, new):
            rename_column(cr, table, old, new)
