# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..models.follow.mail_activity_plan_run import MailActivityPlanRun
from .common import CrmActivityPlusCommon


class RunFollowCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.next_owner = cls._create_user(
            "Nora Next", "sales_team.group_sale_salesman", tz="America/New_York"
        )
        cls.leader = cls._create_user("Lea Leader", "sales_team.group_sale_manager")
        cls.sales_team_1.write(
            {
                "user_id": cls.leader.id,
                "member_ids": [Command.link(cls.next_owner.id)],
            }
        )
        cls.roles = cls._create_plan(
            "Roles",
            cls._step(
                cls.type_call, "Sell", 1, code="sell", responsible_type="salesperson"
            ),
            cls._step(
                cls.type_call, "Lead", 2, code="lead", responsible_type="team_leader"
            ),
            cls._step(cls.type_call, "Ask", 3, code="ask"),
            cls._step(
                cls.type_call,
                "Other",
                4,
                code="other",
                responsible_type="other",
                responsible_id=cls.user_colleague.id,
            ),
            cls._step(
                cls.type_call,
                "Later",
                5,
                code="later",
                responsible_type="salesperson",
            ),
        )
        steps = cls.roles.template_ids
        steps[-1].after_ids = steps[0]

    def _launch_roles(self, records=None, **kwargs):
        run = self._launch(
            records,
            plan=self.roles,
            user=self.user_manager,
            plan_date="2026-03-02",
            **kwargs,
        )
        return run, {line.code: line for line in run.line_ids}

    def _get_users(self, lines):
        return {code: line.user_id for code, line in lines.items()}

    def assertAssigned(self, lines, **users):
        """Steps and their activities agree."""
        for code, user in users.items():
            line = lines[code]
            self.assertEqual(line.user_id, user, code)
            if line.activity_id and line.state == "scheduled":
                self.assertEqual(line.activity_id.user_id, user, code)

    def assertReplayed(self, run):
        """The ledger tells who has each step."""
        self.assertLedgerTellsState(run)
        for line in run.line_ids:
            user_id = None
            for row in self._get_logs([("run_id", "=", run.id)]):
                if row.run_line_id == line:
                    value = row["values"].get("user_id", user_id)
                    user_id = value[1] if isinstance(value, list) else value
            alone = self._get_logs(
                [
                    ("activity_ref", "=", line.activity_id.id),
                    ("activity_ref", "!=", False),
                    ("run_id", "=", False),
                    ("event", "=", "changed"),
                ]
            )
            for row in alone.filtered(lambda row: "user_id" in row["values"]):
                user_id = row["values"]["user_id"][1]
            self.assertEqual(user_id or False, line.user_id.id, line.code)

    def _get_messages_to(self, user, since):
        """:returns: what a person was told about steps; Odoo itself tells about the
        record"""
        return self.env["mail.message"].search(
            [
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("id", ">", since),
                ("body", "ilike", "plan steps"),
            ]
        )

    def _get_last_message_id(self):
        return self.env["mail.message"].search([], order="id DESC", limit=1).id


@tagged("crm_activity_plus", "post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestRunFollow(RunFollowCase):
    """Steps of a role are those of whoever has it by now."""

    def test_other_salesperson(self):
        run, lines = self._launch_roles()
        since = self._get_last_message_id()
        self.lead.with_user(self.user_manager).user_id = self.next_owner
        self.assertAssigned(
            lines,
            sell=self.next_owner,
            lead=self.leader,
            ask=self.user_manager,
            other=self.user_colleague,
            later=self.next_owner,
        )
        self.assertEqual(len(self._get_messages_to(self.user_owner, since)), 1)
        self.assertEqual(len(self._get_messages_to(self.next_owner, since)), 1)
        self.assertReplayed(run)

    def test_the_actor_is_not_told(self):
        _run, lines = self._launch_roles()
        since = self._get_last_message_id()
        self.lead.with_user(self.user_owner).sudo().user_id = self.next_owner
        self.assertAssigned(lines, sell=self.next_owner)
        self.assertFalse(self._get_messages_to(self.user_owner, since))
        self.assertEqual(len(self._get_messages_to(self.next_owner, since)), 1)

    def test_many_at_once(self):
        """One message each, and as many queries for many records."""
        costs = []
        follow = MailActivityPlanRun._follow_documents

        def counted(runs):
            runs.env.flush_all()
            before = runs.env.cr.sql_log_count
            follow(runs)
            runs.env.flush_all()
            costs[-1] += runs.env.cr.sql_log_count - before

        self.startPatcher(
            patch.object(MailActivityPlanRun, "_follow_documents", counted)
        )
        for count in (2, 12):
            leads = self._create_leads(count)
            runs, _lines = self._launch_roles(leads)
            since = self._get_last_message_id()
            self.env.invalidate_all()
            costs.append(0)
            leads.with_user(self.user_manager).write({"user_id": self.next_owner.id})
            self.env.flush_all()
            sold = runs.line_ids.filtered(lambda line: line.code == "sell")
            self.assertEqual(sold.user_id, self.next_owner)
            self.assertEqual(sold.activity_id.user_id, self.next_owner)
            for user in (self.user_owner, self.next_owner):
                [message] = self._get_messages_to(user, since)
                self.assertIn(str(count), message.subject)
        self.assertLessEqual(costs[1], costs[0] + 3)

    def test_chosen_by_hand_stays(self):
        """At the launch, and later."""
        run, lines = self._launch_roles(
            overrides={self.lead.id: {"sell": {"user_id": self.user_colleague.id}}}
        )
        other_run, others = self._launch_roles(self._create_lead("Other"))
        others["sell"].activity_id.with_user(self.user_manager).write(
            {"user_id": self.user_colleague.id}
        )
        others["lead"].activity_id.with_user(self.user_manager).write(
            {"user_id": self.user_colleague.id}
        )
        (self.lead + other_run.lead_id).user_id = self.next_owner
        self.sales_team_1.user_id = self.user_manager
        self.assertAssigned(lines, sell=self.user_colleague, later=self.next_owner)
        self.assertAssigned(
            others,
            sell=self.user_colleague,
            lead=self.user_colleague,
            later=self.next_owner,
        )
        self.assertReplayed(run)
        self.assertReplayed(other_run)

    def test_chosen_by_hand_is_over_with_a_restart(self):
        run, lines = self._launch_roles()
        lines["sell"].activity_id.user_id = self.user_colleague
        run.action_restart()
        self.assertAssigned(lines, sell=self.user_owner)
        self.lead.user_id = self.next_owner
        self.assertAssigned(lines, sell=self.next_owner)

    def test_held_and_paused(self):
        """What is off the lists comes back to the right person."""
        run, lines = self._launch_roles()
        lines["sell"].activity_id.action_hold("2026-03-10")
        run.action_pause()
        self.lead.user_id = self.next_owner
        self.sales_team_1.user_id = self.user_manager
        self.assertAssigned(lines, sell=self.next_owner, lead=self.user_manager)
        self.assertEqual(lines["sell"].activity_id.status, "on_hold")
        self.assertEqual(lines["lead"].activity_id.status, "on_hold")
        self.assertReplayed(run)
        run.action_resume()
        lines["sell"].activity_id.action_resume()
        self.assertEqual(lines["sell"].activity_id.user_id, self.next_owner)

    def test_started(self):
        _run, lines = self._launch_roles()
        lines["sell"].activity_id.action_start()
        self.lead.user_id = self.next_owner
        self.assertAssigned(lines, sell=self.next_owner)
        self.assertEqual(lines["sell"].activity_id.status, "in_progress")

    def test_closed_steps_stay(self):
        run, lines = self._launch_roles()
        activity = lines["sell"].activity_id
        activity.action_feedback()
        lines["later"].activity_id.action_feedback()
        run.action_stop()
        self.lead.user_id = self.next_owner
        self.assertEqual(lines["sell"].user_id, self.user_owner)
        self.assertEqual(activity.user_id, self.user_owner)
        self.assertEqual(lines["lead"].user_id, self.leader)

    def test_nobody_any_more(self):
        """Then the team leader does it, else it is shown as unassigned."""
        run, lines = self._launch_roles()
        since = self._get_last_message_id()
        self.lead.user_id = False
        self.assertAssigned(lines, sell=self.leader)
        self.assertFalse(lines["later"].user_id, "who will it be?")
        self.assertEqual(len(self._get_messages_to(self.user_owner, since)), 1)
        self.assertEqual(len(self._get_messages_to(self.leader, since)), 1)
        since = self._get_last_message_id()
        self.sales_team_1.user_id = False
        self.assertAssigned(
            lines, sell=self.env["res.users"], lead=self.env["res.users"]
        )
        [message] = self._get_messages_to(self.leader, since)
        self.assertIn("unassigned", message.body)
        self.assertEqual(run.state, "running")
        self.lead.user_id = self.next_owner
        self.assertAssigned(lines, sell=self.next_owner, lead=self.next_owner)
        self.sales_team_1.user_id = self.user_manager
        self.assertAssigned(lines, sell=self.next_owner, lead=self.user_manager)
        self.assertReplayed(run)

    def test_archived_salesperson_and_the_next_one(self):
        """What was handed over meanwhile is the next salesperson's."""
        run, lines = self._launch_roles()
        self.user_owner.action_archive()
        self.assertAssigned(lines, sell=self.leader)
        self.lead.user_id = self.next_owner
        self.assertAssigned(lines, sell=self.next_owner)
        self.assertReplayed(run)

    def test_portal_user(self):
        """Who can't do it gets no steps."""
        _run, lines = self._launch_roles()
        self.lead.user_id = self.user_portal
        self.assertAssigned(lines, sell=self.leader)

    def test_other_team(self):
        team = self.env["crm.team"].create(
            {"name": "Others", "user_id": self.user_manager.id}
        )
        run, lines = self._launch_roles()
        self.lead.team_id = team
        self.assertAssigned(lines, sell=self.user_owner, lead=self.user_manager)
        self.assertReplayed(run)

    def test_other_team_by_its_salesperson(self):
        """The team of a lead follows from its salesperson."""
        seller = self._create_user("Tina Team", "sales_team.group_sale_salesman")
        self.env["crm.team"].create(
            {
                "name": "Others",
                "company_id": False,
                "user_id": self.user_manager.id,
                "member_ids": [Command.link(seller.id)],
                "sequence": -1,
            }
        )
        _run, lines = self._launch_roles()
        self.lead.user_id = seller
        self.assertEqual(self.lead.team_id.name, "Others")
        self.assertAssigned(lines, sell=seller, lead=self.user_manager)

    def test_team_is_deleted(self):
        run, lines = self._launch_roles()
        self.lead.team_id = team = self.env["crm.team"].create(
            {"name": "Short-lived", "user_id": self.user_manager.id}
        )
        self.assertAssigned(lines, lead=self.user_manager)
        team.unlink()
        self.assertAssigned(lines, lead=self.user_owner)
        self.assertReplayed(run)

    def test_merged_into_the_lead_of_somebody_else(self):
        other = self._create_lead(
            "Same", user_id=self.next_owner.id, probability=90, type="opportunity"
        )
        self.lead.probability = 10
        run, lines = self._launch_roles()
        merged = (self.lead + other).merge_opportunity()
        self.assertEqual((run.res_id, merged), (other.id, other))
        self.assertAssigned(lines, sell=self.next_owner, later=self.next_owner)

    def test_steps_that_do_themselves(self):
        """At nine o'clock where the new one is, in whose name it is sent."""
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Hello",
                "email_to": "customer@test.example.com",
                "use_default_to": False,
            }
        )
        plan = self._create_plan(
            "Write",
            self._step(
                self.type_email,
                "Write",
                3,
                responsible_type="salesperson",
                action_type="email",
                mail_template_id=template.id,
            ),
        )
        run = self._launch(plan=plan, user=self.user_manager, plan_date="2026-03-02")
        line = run.line_ids
        self.assertEqual(line.date_due, datetime(2026, 3, 5, 8))
        self.lead.user_id = self.next_owner
        self.assertEqual(line.user_id, self.next_owner)
        self.assertEqual(line.date_due, datetime(2026, 3, 5, 14))
        self.assertReplayed(run)
        with freeze_time("2026-03-05 15:00:00"):
            line._run_actions()
        self.assertEqual(line.state, "done")
        message = self.lead.message_ids.filtered(lambda m: m.subject == "Hello")
        self.assertEqual(message.author_id, self.next_owner.partner_id)

    def test_days_off_of_the_new_one(self):
        """Under working days, the new one works on the day it is due."""
        week = self.env["resource.calendar"].create(
            {"name": "Week", "company_id": self.company_main.id, "tz": "UTC"}
        )
        short = week.copy({"name": "No Tuesdays"})
        short.attendance_ids.filtered(lambda a: a.dayofweek == "1").unlink()
        self.env["resource.resource"].create(
            {
                "name": "Nora Next",
                "user_id": self.next_owner.id,
                "calendar_id": short.id,
                "company_id": self.company_main.id,
            }
        )
        self.company_main.resource_calendar_id = week
        self.roles.deadline_policy = "working_days"
        run, lines = self._launch_roles()
        self.assertEqual(lines["sell"].date_deadline, date(2026, 3, 3))
        self.lead.user_id = self.next_owner
        line = lines["sell"]
        self.assertEqual(line.date_deadline, date(2026, 3, 4))
        self.assertEqual(line.activity_id.date_deadline, date(2026, 3, 4))
        self.assertEqual(line.date_explanation["date"], "2026-03-04")
        self.assertEqual(line.date_explanation["base"], "reassigned")
        self.assertReplayed(run)

    def test_other_documents(self):
        """A contact has a salesperson, too."""
        plan = self._create_plan(
            "Contact",
            self._step(self.type_call, "Sell", 1, responsible_type="salesperson"),
            res_model="res.partner",
        )
        self.partner.user_id = self.user_owner
        run = self._launch(self.partner, plan=plan, user=self.user_manager)
        self.assertEqual(run.line_ids.user_id, self.user_owner)
        self.partner.user_id = self.next_owner
        self.assertEqual(run.line_ids.user_id, self.next_owner)
        self.assertEqual(run.line_ids.activity_id.user_id, self.next_owner)

    def test_nothing_changes_twice(self):
        run, _lines = self._launch_roles()
        self.lead.user_id = self.next_owner
        self.env.flush_all()
        rows = self.env["mail.activity.log"].search_count([])
        since = self._get_last_message_id()
        run._follow_documents()
        self.lead.user_id = self.next_owner
        self.env.flush_all()
        self.assertEqual(self.env["mail.activity.log"].search_count([]), rows)
        for user in (self.next_owner, self.user_owner, self.leader):
            self.assertFalse(self._get_messages_to(user, since))

    def test_models_without_plans_cost_nothing(self):
        category = self.env["calendar.event"].create(
            {"name": "E", "start": "2026-03-02", "stop": "2026-03-02"}
        )
        plans = self.env["mail.activity.plan"]
        self.assertNotIn("calendar.event", plans._get_watched_models("launched"))
        self.assertIn("crm.lead", plans._get_watched_models("launched"))
        self.assertTrue(category)
