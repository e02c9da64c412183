# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.crm_activity_plus.tests.rpc_common import RpcCase

from .level_common import LevelCase

ACTIONS = ("print", "send", "manual", "done", "later", "choose_later")
AMOUNTS = ("amount_due", "amount_overdue", "followup_oldest_date", "followup_item_ids")
FOLLOWUPS = ("followup_run_id", "followup_status", "followup_next_date")
REFUSED = (403, 404, 422)


class TestSecurity(RpcCase, LevelCase):
    """What programs of salespeople, customers and other companies get over JSON-2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        here = {"company_id": cls.env.company.id}
        there = cls.setup_other_company()["company"]
        elsewhere = {
            "company_id": there.id,
            "company_ids": [Command.set(there.ids)],
        }
        cls.customer.company_id = cls.env.company
        users = {
            "seller": ("sales_team.group_sale_salesman", here),
            "portal": ("base.group_portal", {**here, "partner_id": cls.customer.id}),
            "accountant": ("account.group_account_invoice", here),
            "reader": ("account.group_account_readonly", here),
            "elsewhere": ("account.group_account_manager", elsewhere),
        }
        cls.users = {
            name: new_test_user(cls.env, f"security_{name}", groups, **values)
            for name, (groups, values) in users.items()
        }
        cls.customer.user_id = cls.users["seller"]
        cls.keys = {name: cls._create_key(user) for name, user in cls.users.items()}

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(100, 20)
        self._run_job()
        self.run = self.customer.followup_run_id.sudo()
        self.step = self.run.line_ids.sorted("sequence")[0]
        self.before = self._read_state()

    def _read_state(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.run.state,
            self.run.followup_is_open,
            self.run.followup_next_mode,
            self.run.plan_date,
            self.step.state,
            self.step.date_deadline,
            self.step.followup_printed or self.step.followup_sent,
            self.step.followup_handled,
            len(self.customer.message_ids),
            self._get_receivable(self.invoice).followup_excluded,
            self.plan.active,
            self.plan.template_ids.mapped("delay_count"),
        )

    def _call(self, user, model, method, **body):
        with mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps(body),
                headers={
                    "Authorization": f"bearer {self.keys[user]}",
                    "Content-Type": "application/json",
                },
            )
        self.env.invalidate_all()
        return response

    def assertRefused(self, user, model, method, **body):
        with self.subTest(user=user, method=method, **body):
            response = self._call(user, model, method, **body)
            self.assertIn(response.status_code, REFUSED, response.text[:300])

    def test_actions(self):
        """Nobody but accountants of the company does anything."""
        ids = self.customer.ids
        mine = {"allowed_company_ids": self.env.company.ids}
        for user in ("seller", "portal", "reader", "elsewhere"):
            for action in ACTIONS:
                method = f"action_followup_{action}"
                self.assertRefused(user, "res.partner", method, ids=ids)
                self.assertRefused(user, "res.partner", method, ids=ids, context=mine)
            day = str(self.today + timedelta(days=9))
            for vals in ({"followup_next_date": day}, {"followup_next_mode": "manual"}):
                self.assertRefused(user, "res.partner", "write", ids=ids, vals=vals)
            self.assertRefused(
                user,
                "followup.reminder",
                "create",
                vals_list=[{"partner_ids": [[6, 0, ids]]}],
            )
        self.assertEqual(self._read_state(), self.before)

    def test_amounts(self):
        """They can neither be read nor guessed by searching, sorting or grouping."""
        for user in ("seller", "portal"):
            for name in (*AMOUNTS, *FOLLOWUPS):
                self.assertRefused(
                    user, "res.partner", "read", ids=self.customer.ids, fields=[name]
                )
            for name in ("amount_due", "amount_overdue"):
                domain = [[name, ">", 50]]
                self.assertRefused(user, "res.partner", "search", domain=domain)
                self.assertRefused(user, "res.partner", "search_count", domain=domain)
                self.assertRefused(
                    user,
                    "mail.activity",
                    "search",
                    domain=[["partner_id." + name, ">", 1]],
                )
            self.assertRefused(
                user, "res.partner", "search", domain=[["followup_status", "=", "none"]]
            )
            # Odoo looks for followers with elevated rights.
            for name, value in (("amount_due", 50), ("followup_status", "in_need")):
                operator = ">" if name == "amount_due" else "="
                self.assertRefused(
                    user,
                    "crm.lead",
                    "search",
                    domain=[["message_partner_ids." + name, operator, value]],
                )
            self.assertRefused(
                user, "followup.customer", "search_read", fields=["amount_overdue"]
            )
            self.assertRefused(
                user,
                "followup.customer",
                "formatted_read_group",
                domain=[],
                aggregates=["amount_overdue:sum"],
            )
            self.assertRefused(
                user,
                "res.partner",
                "export_data",
                ids=self.customer.ids,
                fields_to_export=["amount_overdue"],
            )

    def test_other_company(self):
        """An accountant of another company sees nothing of this one."""
        found = self._call(
            "elsewhere",
            "followup.customer",
            "search_read",
            domain=[],
            fields=["amount_overdue"],
        )
        self.assertEqual(found.json(), [])
        self.assertRefused(
            "elsewhere",
            "followup.customer",
            "search_read",
            domain=[],
            fields=["amount_overdue"],
            context={"allowed_company_ids": self.env.company.ids},
        )
        for model, record in (
            ("mail.activity.plan.run", self.run),
            ("mail.activity.plan.run.line", self.step),
        ):
            found = self._call(
                "elsewhere", model, "search", domain=[["id", "in", record.ids]]
            )
            self.assertEqual(found.json(), [], model)
        self.assertRefused(
            "elsewhere",
            "mail.activity.plan",
            "write",
            ids=self.plan.ids,
            vals={"active": False},
        )
        self.assertRefused(
            "elsewhere", "mail.activity.plan", "launch", ids=self.plan.ids, res_ids=[1]
        )
        self.assertEqual(self._read_state(), self.before)

    def test_levels(self):
        """Those who only write invoices or sell don't change them, nor make an
        ordinary plan one that follows customers up."""
        plan = self.env["mail.activity.plan"].create(
            {"name": "Visits", "res_model": "res.partner"}
        )
        for user in ("seller", "portal", "accountant", "reader"):
            for ids, vals in (
                (self.plan.ids, {"active": False}),
                (plan.ids, {"is_followup": True}),
            ):
                self.assertRefused(
                    user, "mail.activity.plan", "write", ids=ids, vals=vals
                )
            self.assertRefused(
                user,
                "mail.activity.plan.template",
                "write",
                ids=self.first.ids,
                vals={"followup_email_auto": True},
            )
        self.assertFalse(plan.is_followup)
        self.assertFalse(self.first.followup_email_auto)

    def test_levels_stay_where_they_are(self):
        """Those who may write other plans make no levels of these, and levels go to no
        other plan or company: Odoo looks at its rules before a change only."""
        there = self.users["elsewhere"].company_id
        foreign = self._create_levels(5, company_id=there.id)
        visits, calls, demos = self.env["mail.activity.plan"].create(
            [
                {"name": "Visits", "res_model": "res.partner"},
                {
                    "name": "Calls",
                    "res_model": "crm.lead",
                    "template_ids": [Command.create(self._level(5))],
                },
                {"name": "Demos", "res_model": "crm.lead"},
            ]
        )
        step = calls.template_ids
        keeper = new_test_user(self.env, "keeper", "account.group_account_manager")
        leader = new_test_user(self.env, "leader", "sales_team.group_sale_manager")
        for user, record, vals in (
            (keeper, self.plan, {"company_id": there.id}),
            (keeper, self.plan, {"is_followup": False}),
            (keeper, self.first, {"plan_id": foreign.id}),
            (keeper, self.first, {"plan_id": visits.id}),
            (leader, demos, {"res_model": "res.partner", "is_followup": True}),
            (leader, step, {"plan_id": self.plan.id}),
        ):
            with self.subTest(user.login, **vals), self.assertRaises(AccessError):
                record.with_user(user).write(vals)
        self.assertEqual(self._read_state(), self.before)
        own = self._create_levels(5)
        self.plan.with_user(keeper).company_id = False
        self.first.with_user(keeper).plan_id = own
        step.with_user(leader).plan_id = demos

    def test_runs_and_steps(self):
        """Nobody writes what the engine notes down, the accountant neither."""
        for user in self.users:
            for record, vals in (
                (self.run, {"followup_is_open": False}),
                (self.run, {"plan_date": "2020-01-01"}),
                (self.step, {"followup_sent": "2026-01-01 00:00:00"}),
                (self.step, {"followup_email_auto": True}),
            ):
                self.assertRefused(
                    user, record._name, "write", ids=record.ids, vals=vals
                )
        self.assertEqual(self._read_state(), self.before)

    def test_private_methods(self):
        for model, method in (
            ("res.partner", "_cron_followup"),
            ("res.partner", "_refresh_followups"),
            ("res.partner", "_log_followups"),
            ("res.partner", "_set_followup_reminder"),
            ("mail.activity.plan.run", "_end_followup"),
            ("mail.activity.plan.run.line", "_note_followup"),
            ("mail.activity.plan", "_end_followups"),
        ):
            self.assertRefused("accountant", model, method, ids=[])

    def test_letter_by_its_address(self):
        """Odoo renders a report for whoever knows where it is."""
        name = "crm_activity_plus_followup.report_followup_statement"
        address = f"/report/html/{name}/{self.customer.id}"
        for user, is_allowed in (
            ("seller", False),
            ("portal", False),
            ("reader", True),
        ):
            login = f"security_{user}"
            self.authenticate(login, login)
            with self.subTest(user), mute_logger("odoo.http", "werkzeug"):
                text = self.url_open(address).text
                self.assertEqual(self.invoice.name in text, is_allowed)
                self.assertEqual("100.00" in text, is_allowed)

    def test_accountant(self):
        """Who may, does it over JSON-2 as well, whatever the context says."""
        steering = {
            "default_followup_next_mode": "manual",
            "default_state": "done",
            "active_test": False,
            "mail_notrack": True,
            "crm_activity_plus_engine": True,
        }
        response = self._call(
            "accountant",
            "res.partner",
            "action_followup_print",
            ids=self.customer.ids,
            context=steering,
        )
        self.assertEqual(response.status_code, 200, response.text[:300])
        response = self._call(
            "accountant",
            "res.partner",
            "action_followup_done",
            ids=self.customer.ids,
            context=steering,
        )
        self.assertEqual(response.status_code, 200, response.text[:300])
        self.assertStatus("waiting", self.first)
        self.assertEqual(self.run.followup_next_mode, "auto")
        self.assertEqual(self.step.state, "done")
