# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestNewTasks(CrmActivityPlusCommon):
    """Customers hear of new tasks in their projects, if the projects say so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "deco@example.com"
        cls.told, cls.silent = cls.env["project.project"].create(
            [
                {
                    "name": "Told",
                    "partner_id": cls.partner.id,
                    "is_customer_told_tasks": True,
                    "user_id": cls.user_manager.id,
                },
                {"name": "Silent", "partner_id": cls.partner.id},
            ]
        )

    def setUp(self):
        super().setUp()
        self.mails = self.env["mail.mail"].search([])

    def _create_tasks(self, *names, project=None, user=None, **values):
        """:returns: the emails that came of it"""
        tasks = self.env["project.task"].with_user(user or self.env.user).sudo()
        project = project or self.told
        tasks.with_context(mail_auto_subscribe_no_notify=True).create(
            [{"name": name, "project_id": project.id, **values} for name in names]
        )
        self.env.flush_all()
        mails = self.env["mail.mail"].search([]) - self.mails
        self.mails |= mails
        return mails

    def test_one_email_for_all(self):
        mail = self._create_tasks("Measure", "Paint", "Clean")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertEqual(mail.subject, "Told: 3 new tasks")
        for name in ("Measure", "Paint", "Clean"):
            self.assertIn(name, mail.body_html)

    def test_one_task(self):
        mail = self._create_tasks("Measure")
        self.assertEqual(mail.mapped("subject"), ["Told: new task “Measure”"])

    def test_projects_that_do_not(self):
        self.assertFalse(self._create_tasks("Measure", "Paint", project=self.silent))
        self.partner.email = False
        self.assertFalse(self._create_tasks("Measure"))
        self.told.partner_id = False
        self.assertFalse(self._create_tasks("Measure"))

    def test_changed_tasks(self):
        self._create_tasks("Measure")
        self.told.task_ids.name = "Measure again"
        self.env.flush_all()
        self.assertFalse(self.env["mail.mail"].search([]) - self.mails)

    def test_own_tasks(self):
        self.user_portal.partner_id.email = "paul@example.com"
        self.told.partner_id = self.user_portal.partner_id
        self.assertFalse(self._create_tasks("Mine", user=self.user_portal))
        self.assertEqual(len(self._create_tasks("Theirs")), 1)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner.lang = "de_DE"
        mail = self._create_tasks("Measure")
        self.assertIn('lang="de_DE"', mail.body_html)

    def test_rule_is_switched_off(self):
        self.env.ref("crm_activity_plus_project.rule_new_tasks").active = False
        self.assertFalse(self._create_tasks("Measure"))

    def test_templates(self):
        """They are nobody's tasks yet."""
        self.assertFalse(self._create_tasks("Measure", is_template=True))
        self.told.is_template = True
        self.assertFalse(self._create_tasks("Paint"))
