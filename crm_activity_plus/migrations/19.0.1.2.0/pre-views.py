# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Extensions of Odoo's views with fields that are gone.
VIEWS = ("mail_activity_schedule_view_form",)


def migrate(cr, version):
    """Empty the views whose fields are gone. Odoo loads them again, but before that it
    checks others of the same form together with what these were until now."""
    cr.execute(
        """
        UPDATE ir_ui_view AS view
           SET arch_db = '{"en_US": "<data/>"}'
          FROM ir_model_data AS data
         WHERE data.module = 'crm_activity_plus'
           AND data.model = 'ir.ui.view'
           AND data.name = ANY(%s)
           AND data.res_id = view.id
        """,
        [list(VIEWS)],
    )
