# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.fields import Command


class ProjectProject(models.Model):
    _inherit = "project.project"

    is_customer_told_tasks = fields.Boolean(
        "Email the Customer about New Tasks",
        help="The customer gets an email when tasks are created in the project: one "
        "for all that are created together.",
    )

    def _prepare_task_email(self, tasks):
        """:param tasks: new ones of this project
        :returns: values of the email to its customer, in the customer's language"""
        self.ensure_one()
        partner = self.partner_id
        project = self.with_context(lang=partner.lang)
        env = project.env
        if len(tasks) == 1:
            subject = env._(
                "%(project)s: new task “%(task)s”",
                project=project.name,
                task=tasks.name,
            )
        else:
            subject = env._(
                "%(project)s: %(count)s new tasks",
                project=project.name,
                count=len(tasks),
            )
        author = self.user_id.partner_id or self.env.user.partner_id
        body = env["ir.qweb"]._render(
            "crm_activity_plus_project.message_new_tasks",
            {"project": project, "tasks": tasks.with_env(env), "partner": partner},
            minimal_qcontext=True,
        )
        return {
            "author_id": author.id,
            "auto_delete": True,
            "body_html": env["mail.render.mixin"]._render_encapsulate(
                "mail.mail_notification_light",
                body,
                add_context={"company": self.company_id or self.env.company},
                context_record=project,
            ),
            "email_from": author.email_formatted or self.env.user.email_formatted,
            "model": self._name,
            "recipient_ids": [Command.set(partner.ids)],
            "res_id": self.id,
            "subject": subject,
        }
