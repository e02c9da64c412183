# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from datetime import date

from freezegun import freeze_time

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import tagged, users

from odoo.addons.mail.models.mail_activity import MailActivity as CoreMailActivity

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestActivitySearch(CrmActivityPlusCommon):
    """Whoever searches finds what core would let them find."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_lead = cls._create_lead("Foreign", user_id=cls.user_colleague.id)
        cls.company_lead = cls._create_lead(
            "Elsewhere",
            company_id=cls.other_company.id,
            user_id=cls.user_other_company.id,
            team_id=False,
        )
        cls.gone_lead = cls._create_lead("Gone")
        vals_list = [
            cls._get_values(record, user)
            for record in (
                cls.lead,
                cls.foreign_lead,
                cls.company_lead,
                cls.gone_lead,
                cls.partner,
            )
            for user in (cls.user_owner, cls.user_colleague, cls.env["res.users"])
        ]
        cls.activities = cls.env["mail.activity"].create(vals_list)
        cls.activities += cls.env["mail.activity"].create(
            {"summary": "Mine alone", "user_id": cls.user_owner.id}
        )
        cls.env.flush_all()
        # Core deletes its activities along with it; imports and other tools don't.
        cls.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [cls.gone_lead.id])
        cls.env.invalidate_all()

    @classmethod
    def _get_values(cls, record, user):
        return {
            "activity_type_id": cls.type_todo.id,
            "res_model_id": cls.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "user_id": user.id,
        }

    def _search_as_core(self, user, domain):
        """:returns: what core's own ``_search`` finds, as it reads the documents"""
        Activity = self.env["mail.activity"].with_user(user)
        query = CoreMailActivity._search(Activity, Domain(domain))
        return set(query)

    def test_same_as_core(self):
        domain = [("id", "in", self.activities.ids)]
        seen = {}
        for user in (
            self.user_owner,
            self.user_colleague,
            self.user_manager,
            self.user_other_company,
            self.user_system,
        ):
            with self.subTest(user=user.login):
                found = self.env["mail.activity"].with_user(user).search(domain)
                # Core reads them one by one in the same transaction.
                expected = self._search_as_core(user, domain)
                self.assertEqual(set(found.ids), expected)
                seen[user] = len(found)
        self.assertTrue(all(seen.values()))
        self.assertGreater(len(set(seen.values())), 1, "Rights make no difference")

    def test_same_as_core_whatever_is_asked(self):
        """Where only one's own are asked for, no document is looked at."""
        users = self.user_owner + self.user_colleague + self.user_manager
        leaves = [
            *(Domain("user_id", "=", user.id) for user in users),
            Domain("user_id", "in", users[:2].ids),
            Domain("user_id", "in", [self.user_owner.id, False]),
            Domain("user_id", "=", False),
            Domain("user_id.login", "=", self.user_owner.login),
            Domain("res_model", "=", "crm.lead"),
            Domain("res_id", "=", self.foreign_lead.id),
            Domain("res_model", "=", False),
            Domain("is_my_team", "=", True),
            Domain.FALSE,
        ]
        chance, own = random.Random(19), 0
        for _number in range(120):
            domain = chance.choice(leaves)
            for _more in range(chance.randrange(3)):
                leaf = chance.choice(leaves)
                leaf = ~leaf if chance.random() < 0.3 else leaf
                domain = domain & leaf if chance.random() < 0.6 else domain | leaf
            user = chance.choice(users)
            among = Domain("id", "in", self.activities.ids) & domain
            found = self.env["mail.activity"].with_user(user).search(among)
            own += bool(found) and found.sudo().user_id == user
            with self.subTest(user=user.login, domain=domain):
                self.assertEqual(set(found.ids), self._search_as_core(user, among))
        self.assertGreater(own, 10)

    def test_own_of_an_application_that_is_gone(self):
        """They are found by nobody, however one asks."""
        mine = self.activities.filtered(
            lambda activity: activity.user_id == self.user_owner
        )
        lead_activity = mine.filtered(lambda activity: activity.res_id == self.lead.id)
        self.env.cr.execute(
            "UPDATE mail_activity SET res_model = 'gone.model' WHERE id IN %s",
            [tuple(lead_activity.ids)],
        )
        self.env.invalidate_all()
        Activity = self.env["mail.activity"].with_user(self.user_owner)
        domain = [("id", "in", mine.ids), ("user_id", "=", self.user_owner.id)]
        self.assertEqual(Activity.search(domain), mine - lead_activity)

    def test_portal_finds_nothing(self):
        Activity = self.env["mail.activity"].with_user(self.user_portal)
        with self.assertRaises(AccessError):
            Activity.search([("id", "in", self.activities.ids)])

    def test_page_is_full(self):
        """A limit counts what the user may see, not what core throws away later."""
        Activity = self.env["mail.activity"].with_user(self.user_owner)
        domain = [("id", "in", self.activities.ids)]
        count = Activity.search_count(domain)
        self.assertEqual(len(Activity.search(domain, limit=count)), count)
        self.assertEqual(len(Activity.search(domain, offset=1)), count - 1)
        grouped = Activity._read_group(domain, ["user_id"], ["__count"])
        self.assertEqual(sum(number for _user, number in grouped), count)

    def test_rule_of_activities(self):
        """A rule that an administrator adds to activities counts."""
        domain = [("id", "in", self.activities.ids)]
        Activity = self.env["mail.activity"].with_user(self.user_owner)
        self.assertIn("Mine alone", Activity.search(domain).mapped("summary"))
        self.env["ir.rule"].create(
            {
                "name": "Only with a record",
                "model_id": self.env["ir.model"]._get_id("mail.activity"),
                "domain_force": "[('res_model', '!=', False)]",
            }
        )
        self.assertNotIn("Mine alone", Activity.search(domain).mapped("summary"))
        self.assertTrue(Activity.search(domain))

    def test_model_with_own_access(self):
        """A model whose access is more than rules is asked, record by record."""
        refused = self.lead

        def _check_access(records, operation):
            forbidden = records & refused.with_env(records.env)
            if forbidden:
                return forbidden, lambda: UserError("No")
            return models.BaseModel._check_access(records, operation)

        Lead = self.registry["crm.lead"]
        Activity = self.env["mail.activity"].with_user(self.user_colleague)
        domain = [("id", "in", self.activities.ids), ("res_id", "=", self.lead.id)]
        domain += [("res_model", "=", "crm.lead")]
        self.lead.user_id = self.user_colleague
        self.assertEqual(len(Activity.search(domain)), 3)
        self.patch(Lead, "_check_access", _check_access)
        self.assertEqual(Activity.search(domain).user_id, self.user_colleague)

    def test_queries_do_not_grow(self):
        Activity = self.env["mail.activity"].with_user(self.user_owner)
        Activity.search([])

        def count_queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            Activity.search_count([("date_deadline", "!=", False)])
            return self.cr.sql_log_count - before

        few = count_queries()
        leads = self._create_leads(30)
        self.env["mail.activity"].create(
            [self._get_values(lead, self.user_owner) for lead in leads]
        )
        self.env.flush_all()
        self.assertEqual(count_queries(), few)


@tagged("post_install", "-at_install")
class TestActivityMy(CrmActivityPlusCommon):
    """My team's, and the board."""

    @users("olga_owner")
    def test_my_team(self):
        self.sales_team_1.sudo().write(
            {"member_ids": [Command.link(self.user_owner.id)]}
        )
        self.sales_team_1.sudo().write(
            {"member_ids": [Command.link(self.user_colleague.id)]}
        )
        sudo = self.env["mail.activity"].sudo()
        mine = self._schedule()
        colleagues = self._schedule(user=self.env.user).sudo()
        colleagues.user_id = self.user_colleague
        unassigned = self._schedule(user_id=False)
        stranger = self._schedule().sudo()
        stranger.user_id = self.user_system
        all_of_them = mine + colleagues + unassigned + stranger
        domain = [("id", "in", all_of_them.ids)]
        Activity = self.env["mail.activity"]
        found = Activity.search(domain + [("is_my_team", "=", True)])
        self.assertEqual(found, mine + colleagues + unassigned)
        others = Activity.search(domain + [("is_my_team", "=", False)])
        self.assertEqual(others, stranger)
        self.assertEqual(
            Activity.browse(all_of_them.ids).mapped("is_my_team"),
            [True, True, True, False],
        )
        self.assertTrue(sudo.browse(stranger.id).exists())

    def test_my_team_of_the_leader(self):
        """Who leads a team needn't be a member of it."""
        team = self.env["crm.team"].create(
            {"name": "Led", "user_id": self.user_system.id, "company_id": False}
        )
        team.member_ids = self.user_colleague
        activity = self._schedule()
        activity.sudo().user_id = self.user_colleague
        Activity = self.env["mail.activity"].with_user(self.user_system)
        domain = [("id", "=", activity.id), ("is_my_team", "=", True)]
        self.assertEqual(Activity.search(domain), activity)
        self.assertFalse(Activity.with_user(self.user_other_company).search(domain))

    def _get_columns(self, domain):
        result = (
            self.env["mail.activity"]
            .with_user(self.user_owner)
            .with_context(read_group_expand=True)
            .web_read_group(domain, ["status"], ["__count"])
        )
        return {group["status"]: group["__count"] for group in result["groups"]}

    def test_board_has_all_columns_in_order(self):
        open_domain = [("status", "in", ("new", "in_progress", "on_hold"))]
        activities = self._schedule() + self._schedule() + self._schedule()
        activities[1].action_hold()
        activities[2].action_start()
        done = self._schedule()
        done.complete()
        domain = [("id", "in", (activities + done).ids)]
        columns = self._get_columns(domain + open_domain)
        self.assertEqual(
            list(columns.items()),
            [("new", 1), ("in_progress", 1), ("on_hold", 1), ("done", 0)],
        )
        self.assertEqual(
            list(self._get_columns([("id", "=", 0)])),
            ["new", "in_progress", "on_hold", "done"],
        )

    def test_plan(self):
        """Activities are found and grouped by the plan, not by each of its runs."""
        other = self._create_lead("Other")
        runs = self._launch(self.lead + other)
        activities = runs.line_ids.activity_id.with_user(self.user_owner)
        Activity = activities.browse()
        domain = [("id", "in", (activities + self._schedule()).ids)]
        by_plan = [*domain, ("activity_plan_id", "ilike", "quotation")]
        self.assertEqual(Activity.search(by_plan), activities)
        groups = Activity._read_group(domain, ["activity_plan_id"], ["__count"])
        self.assertEqual(
            {plan.id: count for plan, count in groups},
            {self.plan.id: len(activities), False: 1},
        )

    def test_back_to_new(self):
        activity = self._schedule()
        activity.action_hold()
        activity.action_set_new()
        self.assertEqual(activity.status, "new")
        activity.action_start()
        with self.assertRaisesRegex(UserError, "already been started"):
            activity.action_set_new()
        activity.action_hold()
        with self.assertRaisesRegex(UserError, "already been started"):
            activity.action_set_new()
        activity.complete()
        with self.assertRaisesRegex(UserError, "closed already"):
            activity.action_set_new()

    @freeze_time("2026-03-10")
    def test_done_asks_where_there_is_something_to_choose(self):
        visit, note = self._create_type("Visit"), self._create_type("Note")
        self.env["mail.activity.outcome"].search(
            [("activity_type_ids", "=", False)]
        ).active = False
        self.env["mail.activity.outcome"].create(
            {"name": "Seen", "activity_type_ids": visit.ids}
        )
        activity = self._schedule(activity_type_id=visit.id)
        action = activity.action_ask_outcome()
        self.assertEqual(action["res_model"], "mail.activity.bulk")
        self.assertEqual(activity.status, "new")
        wizard = activity.env[action["res_model"]].with_context(**action["context"])
        self.assertEqual(wizard.create({}).activity_ids, activity)
        other = self._schedule(activity_type_id=note.id)
        other.action_ask_outcome()
        self.assertEqual(other.status, "done")

    def test_open_queue(self):
        activities = self._schedule() + self._schedule()
        action = activities.action_open_queue()
        self.assertEqual(action["tag"], "crm_activity_plus.activity_queue")
        self.assertEqual(action["params"]["domain"], [("id", "in", activities.ids)])
        shown = [("date_deadline", "<", date(2026, 3, 10))]
        action = (
            activities.browse().with_context(active_domain=shown).action_open_queue()
        )
        self.assertEqual(action["params"]["domain"], shown)

    def test_menu_of_core_is_hidden(self):
        menu = self.env.ref("crm.crm_lead_menu_my_activities")
        self.assertTrue(menu.active)
        shown = self.env["ir.ui.menu"].with_user(self.user_owner).load_menus(False)
        self.assertNotIn(menu.id, shown)
        ours = self.env.ref("crm_activity_plus.mail_activity_my_menu")
        self.assertIn(ours.id, shown)
