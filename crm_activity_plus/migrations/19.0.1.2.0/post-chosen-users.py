# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Steps say whether their user was chosen at the launch: where the plan says otherwise
who does them."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE mail_activity_plan_run_line AS line
           SET is_user_chosen = TRUE
          FROM mail_activity_plan_template AS template
         WHERE template.id = line.template_id
           AND line.responsible_type = 'other'
           AND template.responsible_type != 'other'
        """
    )
