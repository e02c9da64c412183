# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date
from unittest.mock import patch

from odoo import models
from odoo.fields import Command

from odoo.addons.mail.tests.common import MailCase

from ..tools.replay import replay

# Whoever is in it reads notifications in Odoo.
INBOX = "mail.group_mail_notification_type_inbox"


def create_users(env, *people):
    """Create users as ``mail_new_test_user`` does, but together, and without the to-do
    that welcomes each: that takes longer than most tests.

    :param people: of each the groups, separated by commas, and values
    """
    vals_list = [
        {
            "email": f"{values['login']}@test.example.com",
            "group_ids": [
                Command.set([env.ref(group.strip()).id for group in groups.split(",")])
            ],
            **values,
        }
        for groups, values in people
    ]
    quietly = {
        "mail_create_nolog": True,
        "mail_create_nosubscribe": True,
        "mail_notrack": True,
        "no_reset_password": True,
    }
    users = env["res.users"].with_context(**quietly)
    welcome = patch.object(
        type(users), "_onboard_users_into_project", lambda *args: None, create=True
    )
    with welcome:
        return users.create(vals_list)


class CrmActivityPlusCommon(MailCase):
    """People, leads and the plan of the handbook's example.

    * ``user_owner``: salesperson of ``lead``, sees own leads only
    * ``user_colleague``: salesperson, sees own leads only
    * ``user_manager``: leads the team, sees all leads of the company
    * ``user_member``: the team's member, sees all leads of the company
    * ``user_system``: administrator
    * ``user_other_company``: manager in another company
    * ``user_portal``, ``user_public``: nobody's colleagues

    The plan has no company; its steps ask at the launch who does them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_users()
        cls._set_up_team()
        cls.partner = cls.env["res.partner"].create({"name": "Deco Addict"})
        cls.lead = cls._create_lead("Ten desks", partner_id=cls.partner.id)
        cls.type_email = cls.env.ref("mail.mail_activity_data_email")
        cls.type_call = cls.env.ref("mail.mail_activity_data_call")
        cls.type_meeting = cls.env.ref("mail.mail_activity_data_meeting")
        cls.type_todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.type_upload = cls.env.ref("mail.mail_activity_data_upload_document")
        cls.plan = cls._create_plan(
            "High priority quotation",
            cls._step(cls.type_email, "Send e-mail", 2, "before_plan_date"),
            cls._step(cls.type_meeting, "Meet", 0),
            cls._step(cls.type_todo, "Create quotation", 3),
            cls._step(cls.type_upload, "Upload document", 3),
            cls._step(cls.type_call, "Follow up", 5),
        )

    @classmethod
    def _set_up_users(cls):
        """All of them at once: one by one takes longer than most tests."""
        cls.company_main = cls.env.company
        # The default one would be scaled.
        no_logo = {"name": "Other Company", "logo": False}
        cls.other_company = cls.env["res.company"].create(no_logo)
        elsewhere = {
            "company_id": cls.other_company.id,
            "company_ids": [Command.set(cls.other_company.ids)],
        }
        salesman, all_leads, manager = (
            f"sales_team.group_sale_{role}"
            for role in ("salesman", "salesman_all_leads", "manager")
        )
        partners, without_zone = "base.group_partner_manager", {"tz": False}
        (
            cls.user_manager,
            cls.user_member,
            cls.user_owner,
            cls.user_colleague,
            cls.user_system,
            cls.user_portal,
            cls.user_public,
            cls.user_other_company,
        ) = cls._create_users(
            ("Martin Manager", f"{manager},{partners},{INBOX}", without_zone),
            ("Mona Member", f"{all_leads},{partners},{INBOX}", without_zone),
            ("Olga Owner", f"{salesman},{INBOX}", {}),
            ("Carl Colleague", f"{salesman},{INBOX}", {}),
            ("Sybil System", f"base.group_system,{manager},{INBOX}", {}),
            ("Paul Portal", "base.group_portal", {}),
            ("Petra Public", "base.group_public", {}),
            ("Otto Other", f"{manager},{INBOX}", elsewhere),
        )

    @classmethod
    def _set_up_team(cls):
        """The first team of all, led by the manager, with the member and the admin."""
        cls.env["ir.config_parameter"].set_param("sales_team.membership_multi", False)
        cls.env["crm.team"].search([]).write({"sequence": 9999})
        cls.sales_team_1 = cls.env["crm.team"].create(
            {
                "name": "Test Sales Team",
                "sequence": 5,
                "company_id": False,
                "user_id": cls.user_manager.id,
            }
        )
        members = cls.user_member | cls.env.ref("base.user_admin")
        cls.env["crm.team.member"].create(
            [
                {"user_id": user.id, "crm_team_id": cls.sales_team_1.id}
                for user in members
            ]
        )

    @classmethod
    def _create_user(cls, name, groups, **values):
        return cls._create_users((name, f"{groups},{INBOX}", values))

    @classmethod
    def _create_users(cls, *people):
        """:param people: of each the name, the groups, separated by commas, and
        values"""
        completed = []
        for name, groups, values in people:
            login = name.lower().replace(" ", "_")
            company_id = values.get("company_id", cls.company_main.id)
            values = {
                "login": login,
                "password": login.ljust(8, "x"),
                "name": name,
                "company_id": company_id,
                "company_ids": [Command.link(company_id)],
                "tz": "Europe/Brussels",
                **values,
            }
            completed.append((groups, values))
        return create_users(cls.env, *completed)

    @classmethod
    def _create_lead(cls, name, **values):
        return cls.env["crm.lead"].create(cls._prepare_lead(name, **values))

    @classmethod
    def _create_leads(cls, count, **values):
        """Nobody is told about them, which takes longer than to create them."""
        leads = cls.env["crm.lead"].with_context(
            mail_auto_subscribe_no_notify=True, mail_create_nolog=True
        )
        vals_list = [cls._prepare_lead(f"Lead {n}", **values) for n in range(count)]
        return leads.create(vals_list).with_env(cls.env)

    @classmethod
    def _prepare_lead(cls, name, **values):
        return {
            "name": name,
            "type": "opportunity",
            "user_id": cls.user_owner.id,
            "team_id": cls.sales_team_1.id,
            "company_id": cls.company_main.id,
            **values,
        }

    @classmethod
    def _create_type(cls, name, **values):
        return cls.env["mail.activity.type"].create({"name": name, **values})

    @classmethod
    def _step(
        cls, activity_type, summary, days=0, delay_from="after_plan_date", **values
    ):
        """:returns: values of a plan's step"""
        return {
            "activity_type_id": activity_type.id,
            "summary": summary,
            "delay_count": days,
            "delay_from": delay_from,
            **values,
        }

    @classmethod
    def _create_plan(cls, name, *steps, **values):
        return cls.env["mail.activity.plan"].create(
            {
                "name": name,
                "res_model": "crm.lead",
                "company_id": False,
                "template_ids": [
                    Command.create({"sequence": number, **step})
                    for number, step in enumerate(steps)
                ],
                **values,
            }
        )

    @classmethod
    def _create_model_ids(cls, *names):
        """:returns: command for ``applies_to_ids``"""
        return [Command.set([cls.env["ir.model"]._get_id(name) for name in names])]

    @classmethod
    def _launch(cls, records=None, plan=None, user=None, **kwargs):
        """Launch as the owner of the lead, and return the runs as superuser."""
        plan = (plan or cls.plan).with_user(user or cls.user_owner)
        result = plan.launch((records or cls.lead).ids, **kwargs)
        runs = cls.env["mail.activity.plan.run"].browse(result["run_ids"])
        # As anybody who opens them finds them, with their steps in order.
        runs.env.flush_all()
        runs.env.invalidate_all()
        return runs

    @classmethod
    def _schedule(cls, record=None, user=None, **values):
        """Plan an activity, as the owner of the lead does."""
        record = record or cls.lead
        return (
            cls.env["mail.activity"]
            .with_user(user or cls.user_owner)
            .create(
                {
                    "activity_type_id": cls.type_call.id,
                    "res_model_id": cls.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "user_id": cls.user_owner.id,
                    **values,
                }
            )
        )

    def _get_logs(self, domain):
        """:returns: rows of the ledger, oldest first"""
        return self.env["mail.activity.log"].sudo().search(domain, order="id")

    def _read_ledger(self, domain):
        """:returns: rows of the ledger, oldest first, as ``replay`` reads them"""
        self.env.flush_all()
        names = ["activity_ref", "event", "new_status", "old_status", "reason"]
        names += ["res_id", "run_id", "run_line_id", "values"]
        ledger = self.env["mail.activity.log"].sudo()
        return ledger.search(domain, order="id").read(names, load=False)

    def assertLedgerTellsState(self, runs):
        """Replaying the ledger gives the present state of runs and steps, with dates,
        persons, outcomes and attempts; and that of the steps' activities."""
        self.env.flush_all()
        activities = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("run_id", "in", runs.ids)])
        )
        told = replay(
            self._read_ledger(
                [
                    "|",
                    ("run_id", "in", runs.ids),
                    ("activity_ref", "in", activities.ids),
                ]
            )
        )
        for run in runs.sudo():
            known = told["runs"][run.id]
            self.assertEqual(known["status"], run.state)
            self.assertTold(known, run, "plan_date", "responsible_id", "company_id")
            self.assertEqual(known.get("res_id", run.res_id), run.res_id)
            for line in run.line_ids:
                step = told["steps"][line.id]
                self.assertEqual(step["status"], line.state, line.code)
                self.assertTold(step, line, "date_deadline", "user_id", "outcome_id")
                self.assertTold(step, line, "activity_type_id", "attempt", "summary")
                self.assertEqual(step["outcome"], line.outcome_id.code, line.code)
        for activity in activities:
            known = told["activities"][activity.id]
            self.assertEqual(known["status"], activity.status, activity)
            self.assertTold(known, activity, "activity_type_id", "attempt", "summary")
            self.assertTold(known, activity, "date_deadline", "user_id")

    def assertLedgerTellsActivities(self, activities):
        """Replaying the ledger gives the present state of activities that are no steps
        of a plan."""
        told = replay(self._read_ledger([("activity_ref", "in", activities.ids)]))
        for activity in activities.sudo():
            known = told["activities"][activity.id]
            self.assertEqual(known["status"], activity.status)
            self.assertTold(known, activity, *activity._get_logged_fields())

    def assertTold(self, known, record, *names):
        """What the ledger says of a record is so."""
        for name in names:
            value = record[name]
            if isinstance(value, models.BaseModel):
                value = value.id
            elif isinstance(value, date):
                value = value.isoformat()
            self.assertEqual(
                known.get(name) or False, value or False, f"{name} of {record}"
            )

    def assertChain(self, rows):
        """Each row starts from the status where the one before ended."""
        self.assertEqual(
            rows.mapped(lambda row: row.old_status or ""),
            ["", *(row.new_status or "" for row in rows[:-1])],
        )

    def assertNothingOpen(self, runs):
        """A run that is over has no open step and no open activity."""
        self.assertFalse(runs.line_ids._filter_open())
        self.assertFalse(self.env["mail.activity"].search([("run_id", "in", runs.ids)]))
