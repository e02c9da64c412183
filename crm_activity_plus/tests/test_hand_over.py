# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command, Date
from odoo.tests import tagged

from ..engine.request import LaunchRequest
from .common import CrmActivityPlusCommon


class HandOverCommon(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.team.member"].create(
            {"user_id": cls.user_colleague.id, "crm_team_id": cls.sales_team_1.id}
        )

    def _schedule_for(self, user, record=None, **values):
        return self._schedule(
            record, user=self.env.user, user_id=user.id, **values
        ).sudo()

    def _schedule_free(self, user, **values):
        return (
            self.env["mail.activity"]
            .with_user(user)
            .create(
                {
                    "activity_type_id": self.type_todo.id,
                    "summary": "Mow the lawn",
                    "user_id": user.id,
                    **values,
                }
            )
            .sudo()
        )

    def _get_told(self, user, subject):
        """:returns: the messages with a subject that a user was sent"""
        return self.env["mail.message"].search(
            [
                ("subject", "=", subject),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def assertHandedOver(self, activity, old, new):
        self.assertEqual(activity.user_id, new)
        [row] = self._get_logs(
            [("activity_ref", "=", activity.id), ("event", "=", "changed")]
        ).filtered(lambda row: "user_id" in row.values)
        self.assertEqual(row.values["user_id"], [old.id, new.id])
        self.assertIn(old.name, row.reason)


@tagged("crm_activity_plus")
class TestArchivedUser(HandOverCommon):
    """Whoever leaves by the button or by a program."""

    def _archive(self, user):
        user.action_archive()

    def test_open_activities(self):
        new = self._schedule_for(self.user_colleague)
        started = self._schedule_for(self.user_colleague)
        started.action_start()
        self._archive(self.user_colleague)
        for activity in (new, started):
            self.assertHandedOver(activity, self.user_colleague, self.user_owner)
        self.assertEqual((new.status, started.status), ("new", "in_progress"))

    def test_held_activities_come_back_to_somebody(self):
        with freeze_time("2026-03-10 08:00:00"):
            activity = self._schedule_for(self.user_colleague)
            activity.action_hold(until="2026-03-20")
            endless = self._schedule_for(self.user_colleague)
            endless.action_hold()
            self._archive(self.user_colleague)
        for held in (activity, endless):
            self.assertHandedOver(held, self.user_colleague, self.user_owner)
            self.assertEqual(held.status, "on_hold")
        self.assertEqual(activity.on_hold_until, Date.to_date("2026-03-20"))
        cron = self.env.ref("crm_activity_plus.ir_cron_end_holds")
        self.env.flush_all()
        with freeze_time("2026-03-20 12:00:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((activity.status, endless.status), ("new", "on_hold"))
        self.assertEqual(activity.user_id, self.user_owner)

    def test_lead_has_a_next_step_that_somebody_does(self):
        activity = self._schedule_for(self.user_colleague)
        activity.action_hold(until=fields.Date.add(fields.Date.today(), days=9))
        self._archive(self.user_colleague)
        self.assertFalse(self.lead.has_no_next_step)
        self.assertEqual(activity.user_id, self.user_owner)
        mine = self.env["mail.activity"].with_user(self.user_owner)
        self.assertIn(
            activity,
            mine.search([("user_id", "=", mine.env.uid), ("status", "!=", "done")]),
        )

    def test_salespersons_own_go_to_the_team_leader(self):
        activity = self._schedule_for(self.user_owner)
        activity.action_hold()
        self._archive(self.user_owner)
        self.assertHandedOver(activity, self.user_owner, self.user_manager)

    def test_without_anybody_left_they_are_unassigned(self):
        self.lead.team_id = False
        activity = self._schedule_for(self.user_owner)
        held = self._schedule_for(self.user_owner)
        held.action_hold()
        self._archive(self.user_owner)
        nobody = self.env["res.users"]
        self.assertHandedOver(activity, self.user_owner, nobody)
        self.assertHandedOver(held, self.user_owner, nobody)
        self.assertEqual((activity.status, held.status), ("new", "on_hold"))

    def test_of_several_who_leave_nobody_takes_over(self):
        activity = self._schedule_for(self.user_colleague)
        own = self._schedule_for(self.user_owner)
        self._archive(self.user_colleague + self.user_owner)
        self.assertHandedOver(activity, self.user_colleague, self.user_manager)
        self.assertHandedOver(own, self.user_owner, self.user_manager)

    def test_records_of_other_applications(self):
        activity = self._schedule_for(self.user_colleague, self.partner)
        self.partner.user_id = self.user_owner
        self._archive(self.user_colleague)
        self.assertHandedOver(activity, self.user_colleague, self.user_owner)

    def test_record_that_is_gone(self):
        lead = self._create_lead("Gone")
        activity = self._schedule_for(self.user_colleague, lead)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [lead.id])
        self.env.invalidate_all()
        self._archive(self.user_colleague)
        self.assertHandedOver(activity, self.user_colleague, self.env["res.users"])

    def test_free_activities_go_to_the_team_leader(self):
        activity = self._schedule_free(self.user_colleague)
        held = self._schedule_free(self.user_colleague)
        held.action_hold()
        self._archive(self.user_colleague)
        for each in (activity, held):
            self.assertHandedOver(each, self.user_colleague, self.user_manager)
        self.assertEqual(held.status, "on_hold")

    def test_free_activities_of_somebody_without_a_team(self):
        loner = self._create_user("Leo Loner", "base.group_user")
        activity = self._schedule_free(loner)
        self._archive(loner.with_user(self.user_system))
        self.assertHandedOver(activity, loner, self.user_system)

    def test_free_activities_that_nobody_hands_over(self):
        """A job archived the user: an administrator has them."""
        loner = self._create_user("Leo Loner", "base.group_user")
        activity = self._schedule_free(loner)
        self._archive(loner)
        self.assertTrue(activity.user_id._is_system())
        self.assertTrue(activity.user_id.active)

    def test_closed_activities_stay_whose_they_were(self):
        done = self._schedule_for(self.user_colleague)
        done.complete()
        cancelled = self._schedule_for(self.user_colleague)
        cancelled.action_cancel()
        self._archive(self.user_colleague)
        self.assertEqual((done + cancelled).user_id, self.user_colleague)

    def test_held_steps_of_a_paused_plan(self):
        run = self._launch(
            user=self.user_manager, responsible_id=self.user_colleague.id
        )
        run.action_pause()
        self._archive(self.user_colleague)
        self.assertEqual(run.line_ids.activity_id.user_id, self.user_owner)
        self.assertEqual(run.line_ids.user_id, self.user_owner)
        run.action_resume()
        self.assertEqual(set(run.line_ids.activity_id.mapped("status")), {"new"})
        self.assertLedgerTellsState(run)

    def test_unarchiving_gives_nothing_back(self):
        activity = self._schedule_for(self.user_colleague)
        self._archive(self.user_colleague)
        self.user_colleague.action_unarchive()
        self.assertEqual(activity.user_id, self.user_owner)

    def test_everybody_is_told_once(self):
        leads = self._create_leads(4)
        for lead in leads:
            self._schedule_for(self.user_colleague, lead)
        orphan = self._create_lead("Orphan", user_id=False, team_id=False)
        self._schedule_for(self.user_colleague, orphan, summary="Nobody's")
        before = self.env["mail.message"].search([], order="id DESC", limit=1)
        self._archive(self.user_colleague.with_user(self.user_system))
        told = self.env["mail.message"].search(
            [("id", ">", before.id), ("message_type", "=", "user_notification")]
        )
        taken = self._get_told(self.user_owner, "Activities that you take over")
        self.assertEqual(len(taken), 1)
        for lead in leads:
            self.assertIn(lead.name, taken.body)
        self.assertIn("Carl Colleague was archived.", taken.body)
        left = self._get_told(
            self.user_system, "Activities that nobody is assigned to now"
        )
        self.assertEqual(len(left), 1)
        self.assertIn("Nobody's", left.body)
        self.assertEqual(told & (taken + left), taken + left)
        self.assertFalse(
            told.filtered(lambda m: self.user_colleague.partner_id in m.partner_ids)
        )

    def test_is_told_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user_owner.lang = "fr_FR"
        self.type_call.with_context(lang="fr_FR").name = "Appel"
        self.type_call.with_context(lang="en_US").name = "Call"
        self._schedule_for(self.user_colleague, summary=False)
        self._archive(self.user_colleague)
        told = self._get_told(self.user_owner, "Activities that you take over")
        self.assertIn("Appel", told.body)

    def test_queries_dont_grow_with_the_activities(self):
        def count(leads):
            for lead in leads:
                self._schedule_for(self.user_colleague, lead)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._archive(self.user_colleague)
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.user_colleague.action_unarchive()
            return queries

        count(self._create_leads(2))
        few = count(self._create_leads(5))
        many = count(self._create_leads(40))
        self.assertLess(many - few, 60)

    def test_what_is_left_behind_is_handed_over_at_night(self):
        """Somebody was assigned it while the user was archived, say."""
        activity = self._schedule_for(self.user_owner)
        held = self._schedule_for(self.user_owner)
        held.action_hold()
        robot = self._schedule_for(self.env.ref("base.user_root"))
        self._archive(self.user_colleague)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity SET user_id = %s WHERE id = ANY(%s)",
            [self.user_colleague.id, (activity + held).ids],
        )
        self.env.invalidate_all()
        self.env["res.users"]._hand_over_left_behind()
        for each in (activity, held):
            self.assertHandedOver(each, self.user_colleague, self.user_owner)
        self.assertEqual(robot.user_id, self.env.ref("base.user_root"))


@tagged("crm_activity_plus")
class TestArchivedUserByWriting(TestArchivedUser):
    def _archive(self, user):
        user.write({"active": False})


@tagged("crm_activity_plus")
class TestLeavingUser(HandOverCommon):
    """Whoever can't do activities any more for other reasons."""

    def test_becomes_a_portal_user(self):
        activity = self._schedule_for(self.user_colleague)
        held = self._schedule_for(self.user_colleague)
        held.action_hold()
        free = self._schedule_free(self.user_colleague)
        self.user_colleague.group_ids = self.env.ref("base.group_portal")
        self.assertTrue(self.user_colleague.share)
        for each in (activity, held):
            self.assertHandedOver(each, self.user_colleague, self.user_owner)
        self.assertHandedOver(free, self.user_colleague, self.user_manager)
        told = self._get_told(
            self.user_colleague, "Activities that others take over from you"
        )
        self.assertEqual(len(told), 1)

    def test_is_taken_out_of_the_group(self):
        activity = self._schedule_for(self.user_colleague)
        self.user_colleague.group_ids = self.env.ref("base.group_user")
        self.assertEqual(activity.user_id, self.user_colleague)
        self.env.ref("base.group_user").write(
            {"user_ids": [Command.unlink(self.user_colleague.id)]}
        )
        self.assertTrue(self.user_colleague.share)
        self.assertHandedOver(activity, self.user_colleague, self.user_owner)

    def test_loses_a_company(self):
        self.user_colleague.company_ids += self.other_company
        foreign = self._create_lead(
            "Foreign", company_id=self.other_company.id, user_id=False, team_id=False
        )
        there = self._schedule_for(self.user_colleague, foreign)
        held = self._schedule_for(self.user_colleague, foreign)
        held.action_hold()
        here = self._schedule_for(self.user_colleague)
        free = self._schedule_free(self.user_colleague)
        self.user_colleague.company_ids = self.company_main
        nobody = self.env["res.users"]
        for each in (there, held):
            self.assertHandedOver(each, self.user_colleague, nobody)
        for each in (here, free):
            self.assertEqual(each.user_id, self.user_colleague)

    def test_is_taken_out_of_a_company(self):
        self.user_colleague.company_ids += self.other_company
        foreign = self._create_lead(
            "Foreign",
            company_id=self.other_company.id,
            user_id=self.user_other_company.id,
            team_id=False,
        )
        activity = self._schedule_for(self.user_colleague, foreign)
        self.other_company.write({"user_ids": [Command.unlink(self.user_colleague.id)]})
        self.assertHandedOver(activity, self.user_colleague, self.user_other_company)

    def test_nobody_takes_over_in_a_foreign_company(self):
        """The salesperson can't work there either."""
        self.lead.company_id = False
        foreign = self._create_lead(
            "Foreign", company_id=self.other_company.id, user_id=False, team_id=False
        )
        activity = self._schedule_for(self.user_other_company, foreign)
        self.env.cr.execute(
            "UPDATE crm_lead SET user_id = %s WHERE id = %s",
            [self.user_owner.id, foreign.id],
        )
        foreign.invalidate_recordset()
        self.user_other_company.active = False
        self.assertHandedOver(activity, self.user_other_company, self.env["res.users"])

    def test_is_deleted(self):
        activity = self._schedule_for(self.user_colleague)
        held = self._schedule_for(self.user_colleague)
        held.action_hold()
        done = self._schedule_for(self.user_colleague)
        done.complete(feedback="Reached")
        free = self._schedule_free(self.user_colleague)
        free_done = self._schedule_free(self.user_colleague)
        free_done.complete()
        old = self.user_colleague.id
        self.user_colleague.unlink()
        self.assertEqual((activity + held).user_id, self.user_owner)
        self.assertEqual(free.user_id, self.user_manager)
        self.assertEqual((done.status, done.feedback), ("done", "Reached"))
        self.assertFalse(done.user_id)
        self.assertFalse(free_done.exists())
        [row] = self._get_logs(
            [("activity_ref", "=", done.id), ("event", "=", "changed")]
        )
        self.assertEqual(row.values["user_id"], [old, False])

    def test_steps_that_do_themselves(self):
        """Those of a role are done in the name of who stands in, the others fail."""
        self.lead.user_id = self.user_colleague
        roles = {"salesperson": {}, "other": {"responsible_id": self.user_colleague.id}}
        plan = self._create_plan(
            "Meetings",
            *(
                self._step(
                    self.type_meeting,
                    role,
                    action_type="meeting",
                    responsible_type=role,
                    **values,
                )
                for role, values in roles.items()
            ),
        )
        by_role, by_name = self._launch(plan=plan, user=self.user_manager).line_ids
        self.assertEqual((by_role + by_name).user_id, self.user_colleague)
        self.user_colleague.action_archive()
        self.assertEqual(by_role.user_id, self.sales_team_1.user_id)
        self.assertEqual(by_name.user_id, self.user_colleague)
        (by_role + by_name).sudo()._run_actions()
        self.assertEqual((by_role.state, by_name.state), ("done", "failed"))
        self.assertEqual(by_role.calendar_event_id.user_id, self.sales_team_1.user_id)

    def test_launched_in_the_background_before(self):
        launch = self.env["mail.activity.plan.launch"]._enqueue(
            self.plan.with_user(self.user_colleague).sudo(),
            LaunchRequest(
                tuple(self.lead.ids),
                Date.to_date("2026-03-10"),
                self.user_colleague.id,
            ),
        )
        self.assertEqual(launch.responsible_id, self.user_colleague)
        self.user_colleague.unlink()
        self.assertFalse(launch.exists())
