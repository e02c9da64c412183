# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..engine.request import RequestReader
from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityPersons(CrmActivityPlusCommon):
    """One rule says who can be assigned, wherever the suite finds somebody; and whoever
    is assigned can complete."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gone = cls._create_user("Gina Gone", "sales_team.group_sale_salesman")
        cls.gone.active = False
        cls.helper = cls._create_user("Hanna Helper", "base.group_user")
        cls.retry = cls.env["mail.activity.outcome"].create(
            {"name": "Later", "effect": "retry"}
        )
        cls.following = cls._create_type("Following")
        cls.next = cls.env["mail.activity.outcome"].create(
            {"name": "Then", "next_type_id": cls.following.id}
        )
        cls.triggering = cls._create_type(
            "Triggering", triggered_next_type_id=cls.following.id
        )
        cls.unable = cls.gone + cls.user_portal + cls.user_public

    def _launch_by(self, user, lead=None, **kwargs):
        """Launch as an automation rule does for a visitor."""
        lead = lead or self.lead
        plan = self.plan.with_user(user).sudo()
        result = plan.launch(lead.ids, **kwargs)
        self.assertFalse(result["skipped"])
        return lead.plan_run_ids[0]

    # ------------------------------------------------------------
    # Launches
    # ------------------------------------------------------------

    def test_launch_for_a_visitor(self):
        """Nobody could be asked who does it: the record's salesperson does."""
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        for user in (self.user_public, self.user_portal):
            lead = self._create_lead("From the website")
            with self.subTest(user=user.name):
                run = self._launch_by(user, lead)
                self.assertEqual(run.user_id, user)
                self.assertFalse(run.responsible_id)
                scheduled = run.line_ids.filtered(lambda line: line.state != "waiting")
                self.assertEqual(len(scheduled), 4)
                self.assertEqual(scheduled.user_id, self.user_owner)
                self.assertEqual(scheduled.activity_id.user_id, self.user_owner)
                run.line_ids[0].activity_id.with_user(self.user_owner).complete()
                self.assertEqual(run.line_ids[1].activity_id.user_id, self.user_owner)
                self.assertLedgerTellsState(run)

    def test_launch_for_a_visitor_without_salesperson(self):
        """Then the steps that others wait for fail, where everybody sees it, and say
        why; where that is all, nothing is launched."""
        lead = self._create_lead("From the website", user_id=False)
        plan = self.plan.with_user(self.user_public).sudo()
        result = plan.launch(lead.ids)
        self.assertFalse(result["run_ids"])
        self.assertIn("salesperson", result["skipped"][0]["reason"])
        plan.template_ids[0].write(
            {"responsible_type": "other", "responsible_id": self.user_manager.id}
        )
        run = self._launch_by(self.user_public, lead)
        self.assertEqual(set(run.line_ids[1:].mapped("state")), {"failed"})
        self.assertIn("salesperson", run.line_ids[1].reason)
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.unable.partner_id.ids)]
        )
        self.assertFalse(told, "no outsider is told")

    def test_launch_for_a_visitor_in_the_background(self):
        leads = self._create_leads(501)
        plan = self.plan.with_user(self.user_public).sudo()
        launch = self.env["mail.activity.plan.launch"].browse(
            plan.launch(leads.ids)["launch_id"]
        )
        self.assertFalse(launch._get_responsible_id())
        plan = launch._get_plan()
        reader = RequestReader(plan, ())
        self.assertFalse(reader.read_responsible(launch._get_responsible_id()))

    def test_website_visitor_through_an_automation_rule(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Launch it",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "launch_plan",
                "activity_plan_id": self.plan.id,
            }
        )
        action.with_user(self.user_public).sudo().with_context(
            active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id
        ).run()
        self.assertEqual(self.lead.plan_run_ids.line_ids.user_id, self.user_owner)

    def test_chosen_at_the_launch(self):
        step = self.plan.template_ids[0].code
        other = self.user_other_company
        for user in self.unable:
            with self.subTest(user=user.name):
                with self.assertRaises(UserError):
                    self._launch(responsible_id=user.id)
                with self.assertRaises(UserError):
                    self._launch(overrides={self.lead.id: {step: {"user_id": user.id}}})
        plan = self.plan.with_user(self.user_owner)
        for kwargs in (
            {"responsible_id": other.id},
            {"overrides": {self.lead.id: {step: {"user_id": other.id}}}},
        ):
            [row] = plan.launch(self.lead.ids, **kwargs)["skipped"]
            self.assertIn(other.name, row["reason"])
        self.assertFalse(self.lead.plan_run_ids)

    def test_fixed_person_of_another_company(self):
        steps = self.plan.template_ids
        steps[:2].write(
            {
                "responsible_type": "other",
                "responsible_id": self.user_other_company.id,
            }
        )
        steps[1].after_ids = steps[2]
        run = self._launch()
        self.assertEqual(run.line_ids[0].state, "failed")
        self.assertIn(self.user_other_company.name, run.line_ids[0].reason)
        run.line_ids[2].activity_id.with_user(self.user_owner).complete()
        self.assertEqual(run.line_ids[1].state, "failed")
        self.assertTrue(run.line_ids[1].reason)

    def test_roles(self):
        steps = self.plan.template_ids
        roles = ("salesperson", "team_leader", "creator", "round_robin")
        for step, role in zip(steps[:4], roles, strict=True):
            step.responsible_type = role
        leader = self.sales_team_1.user_id
        self.sales_team_1.sudo().user_id = self.user_portal
        lead = self._create_lead("Nobody's", user_id=self.gone.id)
        lead.env.cr.execute(
            "UPDATE crm_lead SET create_uid = %s WHERE id = %s",
            [self.user_public.id, lead.id],
        )
        lead.invalidate_recordset()
        run = self._launch(lead, user=self.user_manager)
        self.assertEqual(
            run.line_ids.mapped("state"),
            ["failed", "failed", "failed", "scheduled", "scheduled"],
        )
        self.assertFalse(run.line_ids.user_id & self.unable)
        self.assertTrue(leader)

    def test_triggered_steps(self):
        """The type's person has left: who did the step before does the next one."""
        self.following.default_user_id = self.gone
        self.plan.template_ids[0].activity_type_id = self.triggering
        run = self._launch()
        line = run.line_ids.filtered(
            lambda step: step.activity_type_id == self.following
        )
        run.line_ids[0].activity_id.with_user(self.user_owner).complete()
        self.assertEqual((line.state, line.user_id), ("scheduled", self.user_owner))

    # ------------------------------------------------------------
    # Without a plan
    # ------------------------------------------------------------

    def _complete(self, activity, outcome=None, user=None):
        created = activity.with_user(user or self.user_owner).complete(outcome)
        return self.env["mail.activity"].browse(created)

    def test_next_activity_of_an_outcome(self):
        for user in (*self.unable, self.user_other_company):
            self.following.default_user_id = user
            with self.subTest(user=user.name):
                following = self._complete(self._schedule(), "then")
                self.assertEqual(following.user_id, self.user_owner)
        self.following.default_user_id = self.user_colleague
        self.assertEqual(
            self._complete(self._schedule(), "then").user_id, self.user_colleague
        )

    def test_retry(self):
        """Of somebody who has left, the salesperson tries it again."""
        for user in self.unable:
            activity = self._schedule(user=self.user_manager, user_id=user.id)
            with self.subTest(user=user.name):
                again = self._complete(activity, "later", self.user_manager)
                self.assertEqual(again.user_id, self.user_owner)
        unassigned = self._schedule(user=self.user_manager, user_id=False)
        again = self._complete(unassigned, "later", self.user_manager)
        self.assertFalse(again.user_id)

    def test_retry_of_a_step(self):
        run = self._launch()
        activity = run.line_ids[0].activity_id
        activity.user_id = self.user_portal
        activity.with_user(self.user_manager).complete("later")
        self.assertEqual(run.line_ids[0].state, "scheduled")
        self.assertEqual(run.line_ids[0].user_id, self.user_owner)
        self.assertEqual(run.line_ids[0].activity_id.user_id, self.user_owner)

    def test_triggered_activity(self):
        for user in (*self.unable, self.user_other_company):
            self.following.default_user_id = user
            activity = self._schedule(activity_type_id=self.triggering.id)
            with self.subTest(user=user.name):
                following = self._complete(activity)
                self.assertEqual(following.activity_type_id, self.following)
                self.assertEqual(following.user_id, self.user_owner)

    def test_free_activities(self):
        """Somebody has to have them."""
        self.following.default_user_id = self.gone
        free = self.env["mail.activity"].with_user(self.user_owner)
        for outcome, activity_type in (
            ("then", self.type_call),
            ("later", self.type_call),
        ):
            activity = free.create(
                {"activity_type_id": activity_type.id, "user_id": self.user_owner.id}
            )
            following = self._complete(activity, outcome)
            self.assertEqual(following.user_id, self.user_owner)

    def test_pop_ups(self):
        """They don't offer the type's person who has left."""
        self.following.default_user_id = self.gone
        activities = self.env["mail.activity"].with_user(self.user_owner)
        form = Form(
            activities.with_context(
                default_res_model="crm.lead", default_res_id=self.lead.id
            ),
            "mail.mail_activity_view_form_popup",
        )
        form.activity_type_id = self.following
        self.assertEqual(form.user_id, self.user_owner)
        schedule = (
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(active_model="crm.lead", active_ids=self.lead.ids)
        )
        form = Form(schedule)
        form.activity_type_id = self.following
        self.assertEqual(form.activity_user_id, self.user_owner)

    def test_reassigning_many(self):
        activity = self._schedule()
        for user in self.unable:
            wizard = (
                self.env["mail.activity.bulk"]
                .with_user(self.user_owner)
                .create(
                    {
                        "mode": "reassign",
                        "activity_ids": [Command.set(activity.ids)],
                        "user_id": user.id,
                    }
                )
            )
            with self.subTest(user=user.name), self.assertRaises(UserError):
                wizard.action_apply()
        self.assertEqual(activity.user_id, self.user_owner)

    def test_reassigning_many_across_companies(self):
        """Those are left whose record is in a company that the person isn't in."""
        here = self._schedule()
        anywhere = self._create_lead("Anywhere", company_id=False, team_id=False)
        wizard = (
            self.env["mail.activity.bulk"]
            .with_user(self.user_owner)
            .create(
                {
                    "mode": "reassign",
                    "activity_ids": [
                        Command.set((here + self._schedule(anywhere)).ids)
                    ],
                    "user_id": self.user_other_company.id,
                }
            )
        )
        wizard.action_apply()
        self.assertEqual(here.user_id, self.user_owner)
        self.assertIn("doesn't work in the company", wizard.report)
        self.assertEqual(wizard.done_count, 1)

    # ------------------------------------------------------------
    # Without access to the record
    # ------------------------------------------------------------

    def _schedule_for_helper(self, **values):
        activity = self._schedule(user_id=self.helper.id, **values)
        self.assertFalse(self.lead.with_user(self.helper).has_access("read"))
        return activity.with_user(self.helper)

    def test_complete_without_access(self):
        self.following.default_user_id = self.user_owner
        ways = {
            "complete": lambda a: a.complete(),
            "feedback": lambda a: a.action_feedback("Yes"),
            "done": lambda a: a.action_done(),
            "schedule next": lambda a: a.action_feedback_schedule_next("Yes"),
            "queue": lambda a: a.queue_complete(),
        }
        for name, way in ways.items():
            activity = self._schedule_for_helper(activity_type_id=self.triggering.id)
            with self.subTest(name):
                way(activity)
                self.assertEqual(activity.status, "done")
                [following] = self.lead.activity_ids
                self.assertEqual(following.activity_type_id, self.following)
                self.assertEqual(following.user_id, self.user_owner)
                following.action_cancel()

    def test_what_is_triggered_is_returned(self):
        activity = self._schedule_for_helper(activity_type_id=self.triggering.id)
        self.assertEqual(activity.complete(), self.lead.activity_ids.ids)
        self.assertEqual(self.lead.activity_ids.user_id, self.helper)

    def test_type_that_follows_and_fits_no_more(self):
        """It keeps nobody from completing."""
        self.following.applies_to_ids = self._create_model_ids("res.partner")
        activity = self._schedule_for_helper(activity_type_id=self.triggering.id)
        self.assertFalse(activity.complete())
        self.assertEqual(activity.status, "done")

    def test_record_that_is_gone(self):
        """Nothing follows on a record that isn't there."""
        activity = self._schedule_for_helper(activity_type_id=self.triggering.id)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [self.lead.id])
        self.env.invalidate_all()
        before = self.env["mail.activity"].search_count([])
        activity.action_done()
        self.assertEqual(self.env["mail.activity"].search_count([]), before - 1)

    def test_hold_without_access(self):
        activity = self._schedule_for_helper(activity_type_id=self.triggering.id)
        activity.action_start()
        activity.action_hold("2031-03-31")
        self.assertTrue(activity.complete())
