# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

GROUPS = {
    "sale.order": "sales_team.group_sale_salesman_all_leads",
    "account.move": "account.group_account_invoice",
    "account.payment": "account.group_account_invoice",
    "purchase.order": "purchase.group_purchase_user",
    "project.task": "project.group_project_user",
    "crm.lead": "sales_team.group_sale_salesman_all_leads",
    "res.partner": "base.group_partner_manager",
}


@tagged("post_install", "-at_install")
class TestDocumentActivities(TransactionCase):
    """Row C5: activities and plans on the documents of other applications, found from
    the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.partner"].create(
            {"name": "Deco Addict", "is_company": True}
        )
        cls.person = cls.env["res.partner"].create(
            {"name": "Dora Deco", "parent_id": cls.company.id}
        )
        cls.other = cls.env["res.partner"].create({"name": "Other"})
        cls.user = mail_new_test_user(
            cls.env,
            login="documents",
            name="Dan Documents",
            groups=",".join(sorted({"base.group_user", *GROUPS.values()})),
        )
        # Only there, tasks have a customer.
        cls.project = cls.env["project.project"].create(
            {"name": "Project", "allow_billable": True}
        )

    def _create_documents(self, partner):
        """:returns: a document of each kind"""
        return [
            self.env["sale.order"].create({"partner_id": partner.id}),
            self._create_invoice(partner),
            self._create_payment(partner),
            self.env["purchase.order"].create({"partner_id": partner.id}),
            self.env["project.task"].create(
                {
                    "name": "Task",
                    "project_id": self.project.id,
                    "partner_id": partner.id,
                }
            ),
            self.env["crm.lead"].create({"name": "Lead", "partner_id": partner.id}),
            partner,
        ]

    def test_steps_follow_the_salesperson(self):
        """Of whatever has one, by whichever field."""
        people = self.user + mail_new_test_user(
            self.env,
            login="documents_next",
            name="Nadia Next",
            groups=",".join(sorted({"base.group_user", *GROUPS.values()})),
        )
        for document, name in (
            (self.env["sale.order"].create({"partner_id": self.other.id}), "user_id"),
            (self._create_invoice(self.other), "invoice_user_id"),
            (
                self.env["purchase.order"].create({"partner_id": self.other.id}),
                "user_id",
            ),
        ):
            with self.subTest(model=document._name):
                document[name] = people[0]
                plan = self.env["mail.activity.plan"].create(
                    {
                        "name": "Follow",
                        "res_model": document._name,
                        "template_ids": [
                            Command.create(
                                {
                                    "summary": "Do it",
                                    "responsible_type": "salesperson",
                                    "activity_type_id": self.env.ref(
                                        "mail.mail_activity_data_todo"
                                    ).id,
                                }
                            )
                        ],
                    }
                )
                [run_id] = plan.launch(document.ids)["run_ids"]
                line = self.env["mail.activity.plan.run"].browse(run_id).line_ids
                self.assertEqual(line.user_id, people[0])
                document[name] = people[1]
                self.assertEqual(line.user_id, people[1])
                self.assertEqual(line.activity_id.user_id, people[1])

    def _create_invoice(self, partner):
        journal = self._create_journal("sale", "CAPI")
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": partner.id,
            }
        )

    def _create_payment(self, partner):
        journal = self._create_journal("bank", "CAPB")
        return self.env["account.payment"].create(
            {
                "amount": 10,
                "journal_id": journal.id,
                "partner_id": partner.id,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )

    def _create_journal(self, journal_type, code):
        journals = self.env["account.journal"]
        account = self.env["account.account"].create(
            {
                "name": code,
                "code": code,
                "account_type": "income" if journal_type == "sale" else "asset_cash",
            }
        )
        return journals.search([("code", "=", code)]) or journals.create(
            {
                "name": code,
                "code": code,
                "type": journal_type,
                "default_account_id": account.id,
            }
        )

    def _schedule(self, record):
        return record.with_user(self.user).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.user.id, summary="To do"
        )

    def _count(self, partner):
        partner = partner.with_user(self.user)
        partner.invalidate_recordset()
        return partner.document_activity_count

    def test_partner_of_each_kind_of_document(self):
        for record in self._create_documents(self.person):
            with self.subTest(record._name):
                before = self._count(self.company)
                activity = self._schedule(record)
                self.assertEqual(activity.partner_id, self.person)
                self.assertEqual(self._count(self.company), before + 1)
                activity.action_done()
                self.assertEqual(self._count(self.company), before + 1, "done")

    def test_partner_follows_the_document(self):
        for record in self._create_documents(self.person)[:-1]:
            with self.subTest(record._name):
                before = self._count(self.other)
                activity = self._schedule(record)
                record.with_user(self.user).partner_id = self.other
                self.env.flush_all()
                self.assertEqual(activity.partner_id, self.other)
                self.assertEqual(self._count(self.other), before + 1)

    def test_partner_follows_what_is_computed(self):
        """A task has the customer of its project, where it has none of its own."""
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id}
        )
        activity = self._schedule(task)
        self.assertFalse(activity.partner_id)
        # It is computed, and nobody writes it on the task.
        project = self.env["project.project"].create(
            {
                "name": "Of a customer",
                "allow_billable": True,
                "partner_id": self.company.id,
            }
        )
        task.project_id = project
        self.env.flush_all()
        self.assertEqual(task.partner_id, self.company)
        self.assertEqual(activity.partner_id, self.company)
        project.allow_billable = False
        self.env.flush_all()
        self.assertFalse(task.partner_id)
        self.assertFalse(activity.partner_id)

    def test_action_menus(self):
        for model in GROUPS:
            with self.subTest(model):
                views = (
                    self.env[model]
                    .with_user(self.user)
                    .get_views([(False, "list"), (False, "form")], {"toolbar": True})
                )
                for view in views["views"].values():
                    names = [a["name"] for a in view["toolbar"]["action"]]
                    self.assertEqual(names.count("Create Activity"), 1)
                    self.assertEqual(names.count("Launch Plan"), 1)

    def test_create_activity_from_the_menu(self):
        for record in self._create_documents(self.person):
            with self.subTest(record._name):
                popup = self._open_popup(record, {})
                popup.summary = "From the menu"
                popup.action_schedule_activities()
                activity = record.activity_ids
                self.assertEqual(activity.summary, "From the menu")
                self.assertEqual(activity.user_id, self.user)

    def _open_popup(self, record, context):
        return (
            self.env["mail.activity.schedule"]
            .with_user(self.user)
            .with_context(
                active_model=record._name,
                active_id=record.id,
                active_ids=record.ids,
                **context,
            )
            .create({})
        )

    def test_launch_a_plan_from_the_menu(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        for record in self._create_documents(self.person):
            with self.subTest(record._name):
                self.env["mail.activity.plan"].search(
                    [("res_model", "=", record._name)]
                ).active = False
                popup = self._open_popup(record, {"plan_mode": True})
                self.assertTrue(popup.has_no_plan)
                plan = self.env["mail.activity.plan"].create(
                    {
                        "name": "Plan",
                        "res_model": record._name,
                        "template_ids": [
                            Command.create(
                                {"activity_type_id": todo.id, "summary": "Step"}
                            )
                        ],
                    }
                )
                popup = self._open_popup(record, {"plan_mode": True})
                self.assertFalse(popup.has_no_plan)
                self.assertFalse(popup.plan_id)
                popup.plan_id = plan
                popup.action_schedule_plan()
                self.assertEqual(record.activity_ids.summary, "Step")
                self.assertEqual(record.activity_ids.run_id.partner_id, self.person)
