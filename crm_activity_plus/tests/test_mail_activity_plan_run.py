# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import CrmActivityPlusCommon


class RunCommon(CrmActivityPlusCommon):
    """A run of five steps: the last waits for the first, the others for nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.template_ids[4].after_ids = cls.plan.template_ids[0]
        cls.run_ = cls._launch(plan_date="2026-03-10")
        cls.first, cls.second, cls.third, cls.fourth, cls.last = cls.run_.line_ids
        cls.activity = cls.first.activity_id.with_user(cls.user_owner)

    def assertClosed(self, line, state, user=None):
        """The step is closed, and the run has gone on."""
        self.assertEqual(line.state, state)
        self.assertTrue(line.date_done)
        self.assertEqual(line.done_by_id, user or self.user_owner)
        self.assertEqual(self.last.state, "scheduled")
        self.assertTrue(self.last.activity_id.active)
        self.assertLedgerTellsState(self.run_)


@tagged("crm_activity_plus")
class TestRunCloseStep(RunCommon):
    """Every way to close an activity moves its step, the run and the ledger."""

    def test_done(self):
        self.activity.action_done()
        self.assertClosed(self.first, "done")

    def test_feedback(self):
        self.activity.action_feedback("They want twelve")
        self.assertClosed(self.first, "done")
        self.assertIn("They want twelve", self.lead.message_ids.mapped("body")[0] or "")

    def test_done_and_schedule_next(self):
        action = self.activity.action_feedback_schedule_next()
        self.assertClosed(self.first, "done")
        self.assertEqual(action["res_model"], "mail.activity")

    def test_done_and_schedule_next_of_the_button(self):
        self.activity.action_done_schedule_next()
        self.assertClosed(self.first, "done")

    def test_feedback_on_the_record(self):
        """As automations of other addons do."""
        self.lead.with_user(self.user_owner).activity_feedback(
            ["mail.mail_activity_data_email"], only_automated=False
        )
        self.assertClosed(self.first, "done")

    def test_complete(self):
        created = self.activity.complete()
        self.assertClosed(self.first, "done")
        self.assertEqual(created, self.last.activity_id.ids)

    def test_several_at_once(self):
        activities = self.run_.line_ids.activity_id
        activities.with_user(self.user_owner).action_done()
        self.assertClosed(self.first, "done")
        self.assertEqual(self.run_.progress, 80)

    def test_cancel(self):
        self.activity.action_cancel()
        self.assertClosed(self.first, "cancelled")

    def test_unlink(self):
        self.activity.unlink()
        self.assertClosed(self.first, "cancelled")
        self.assertFalse(self.first.activity_id)
        self.assertEqual(self.first.reason, "The activity was deleted.")

    def test_unlink_on_the_record(self):
        self.lead.with_user(self.user_owner).activity_unlink(
            ["mail.mail_activity_data_email"], only_automated=False
        )
        self.assertClosed(self.first, "cancelled")

    def test_archive(self):
        self.activity.action_archive()
        self.assertClosed(self.first, "done")

    def test_write_active(self):
        self.activity.write({"active": False})
        self.assertClosed(self.first, "done")

    def test_clean_up(self):
        self.env["ir.config_parameter"].set_param(
            "mail.activity.gc.delete_overdue_years", 3
        )
        self.activity.date_deadline = "2020-01-01"
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertFalse(self.activity.exists())
        self.assertClosed(self.first, "cancelled", self.env.user)
        self.assertIn("clean-up", self.first.reason)

    def test_by_somebody_else(self):
        self.activity.with_user(self.user_manager).action_done()
        self.assertClosed(self.first, "done", self.user_manager)

    def test_by_its_responsible_who_may_not_read_the_lead(self):
        self.activity.user_id = self.user_colleague
        self.activity.with_user(self.user_colleague).action_done()
        self.assertClosed(self.first, "done", self.user_colleague)

    def test_doing_it_twice_changes_nothing(self):
        self.activity.action_done()
        logs = self._get_logs([("run_id", "=", self.run_.id)])
        self.activity.action_done()
        self.activity.action_cancel()
        self.activity.unlink()
        self.assertEqual(self.first.state, "done")
        self.assertEqual(self._get_logs([("run_id", "=", self.run_.id)]), logs)

    def test_closed_step_cant_be_reopened(self):
        self.activity.action_done()
        with self.assertRaisesRegex(UserError, "closed step of the plan"):
            self.activity.action_unarchive()

    def test_done_activity_may_be_deleted(self):
        self.activity.action_done()
        self.activity.unlink()
        self.assertEqual(self.first.state, "done")

    def test_rescheduling_moves_the_step(self):
        self.activity.date_deadline = "2026-04-01"
        self.assertEqual(self.first.date_deadline, date(2026, 4, 1))
        self.assertEqual(self.first.date_explanation["base"], "rescheduled")

    def test_reassigning_moves_the_step(self):
        self.activity.user_id = self.user_manager
        self.assertEqual(self.first.user_id, self.user_manager)

    def test_new_end_moves_the_step(self):
        self.activity.write({"date_start": "2026-04-01 09:00:00", "duration": 1})
        self.assertEqual(self.first.date_deadline, date(2026, 4, 1))

    def test_progress_and_next_deadline_follow(self):
        self.activity.action_done()
        self.assertEqual(self.run_.progress, 20)
        self.assertEqual(self.run_.next_deadline, date(2026, 3, 10))


@tagged("crm_activity_plus")
class TestRunUserArchived(RunCommon):
    """The customer still waits: steps go to somebody else."""

    def _assign(self, user):
        self.activity.user_id = user

    def test_steps_go_to_the_salesperson(self):
        self._assign(self.user_colleague)
        self.user_colleague.action_archive()
        self.assertTrue(self.activity.active)
        self.assertEqual(self.first.user_id, self.user_owner)
        self.assertEqual(self.first.activity_id.user_id, self.user_owner)

    def test_steps_of_the_salesperson_go_to_the_team_leader(self):
        self.user_owner.action_archive()
        self.assertEqual(self.first.activity_id.user_id, self.user_manager)
        self.assertEqual(self.first.state, "scheduled")

    def test_archived_by_writing(self):
        self._assign(self.user_colleague)
        self.user_colleague.write({"active": False})
        self.assertEqual(self.first.activity_id.user_id, self.user_owner)

    def test_steps_on_hold_go_too(self):
        self._assign(self.user_colleague)
        self.activity.action_hold()
        self.user_colleague.action_archive()
        self.assertEqual(self.activity.status, "on_hold")
        self.assertEqual(self.activity.user_id, self.user_owner)

    def test_without_anybody_left_they_are_unassigned(self):
        self.lead.team_id = False
        self.user_owner.action_archive()
        self.assertTrue(self.first.activity_id.active)
        self.assertFalse(self.first.activity_id.user_id)

    def test_the_ledger_says_why(self):
        self._assign(self.user_colleague)
        self.user_colleague.action_archive()
        row = self._get_logs([("activity_ref", "=", self.activity.id)])[-1]
        self.assertEqual(
            row.values["user_id"], [self.user_colleague.id, self.user_owner.id]
        )
        self.assertIn("Carl Colleague was archived", row.reason)
        self.assertLedgerTellsState(self.run_)

    def test_activities_outside_of_plans_go_to_the_salesperson_too(self):
        """Core deletes them."""
        alone = self._schedule(user_id=self.user_colleague.id)
        self.user_colleague.action_archive()
        self.assertEqual(alone.user_id, self.user_owner)

    def test_waiting_step_of_an_archived_user_fails_with_the_reason(self):
        """Its turn comes later; the others go on."""
        self.user_owner.action_archive()
        self.activity.with_user(self.user_manager).action_done()
        self.assertEqual(self.last.state, "failed")
        self.assertTrue(self.last.reason)
        self.assertEqual(self.run_.state, "running")
        self.assertLedgerTellsState(self.run_)


@tagged("crm_activity_plus")
class TestRunEnd(RunCommon):
    """Rows Z1 and Z4: how a run ended, and why."""

    def test_lead_is_found_by_its_plan(self):
        other = self._create_lead("Other")
        leads = self.lead | other

        def find(operator, value):
            domain = [("id", "in", leads.ids), ("active_plan_run_id", operator, value)]
            return self.env["crm.lead"].search(domain)

        self.assertEqual(find("!=", False), self.lead)
        self.assertEqual(find("=", False), other)
        self.assertEqual(find("=", self.run_.id), self.lead)
        self.assertEqual(find("not in", self.run_.ids), other)
        self.run_.action_stop()
        self.assertEqual(find("=", False), leads)
        self.assertFalse(find("=", self.run_.id))

    @freeze_time("2026-03-20 12:00:00")
    def test_run_is_done_with_its_last_step(self):
        for line in (self.first, self.second, self.third, self.fourth, self.last):
            self.assertEqual(self.run_.state, "running")
            line.activity_id.action_done()
        self.assertEqual(self.run_.state, "done")
        self.assertEqual(self.run_.progress, 100)
        self.assertEqual(str(self.run_.date_end), "2026-03-20 12:00:00")
        self.assertFalse(self.run_.next_deadline)
        self.assertFalse(self.lead.active_plan_run_id)
        self.assertNothingOpen(self.run_)
        self.assertLedgerTellsState(self.run_)

    def test_run_of_cancelled_steps_ends_too(self):
        for line in (self.first, self.second, self.third, self.fourth, self.last):
            line.activity_id.action_cancel()
        self.assertEqual(self.run_.state, "done")
        self.assertNothingOpen(self.run_)

    def test_stop_closes_everything(self):
        self.run_.with_user(self.user_owner).action_stop(note="Wrong customer")
        self.assertEqual(self.run_.state, "stopped")
        self.assertEqual(self.run_.stop_reason, "manual")
        self.assertEqual(self.run_.stop_note, "Wrong customer")
        self.assertEqual(set(self.run_.line_ids.mapped("state")), {"cancelled"})
        self.assertEqual(self.activity.status, "cancelled")
        self.assertNothingOpen(self.run_)
        self.assertLedgerTellsState(self.run_)

    def test_stop_leaves_done_steps_alone(self):
        self.activity.action_done()
        self.run_.action_stop()
        self.assertEqual(self.first.state, "done")
        self.assertEqual(self.activity.status, "done")

    def test_stop_says_so_in_the_chatter(self):
        self.run_.with_user(self.user_owner).action_stop(note="Wrong customer")
        self.assertIn("Wrong customer", self.lead.message_ids[0].body)

    def test_stop_twice_changes_nothing(self):
        self.run_.action_stop()
        logs = self._get_logs([("run_id", "=", self.run_.id)])
        self.run_.action_stop("lost")
        self.assertEqual(self.run_.stop_reason, "manual")
        self.assertEqual(self._get_logs([("run_id", "=", self.run_.id)]), logs)

    def test_unknown_reason_is_refused(self):
        with self.assertRaisesRegex(UserError, "“bored” is not a reason"):
            self.run_.action_stop("bored")

    def test_activities_outside_of_the_plan_stay(self):
        alone = self._schedule()
        self.run_.action_stop()
        self.assertEqual(alone.status, "new")

    def test_deleted_record_stops_the_run(self):
        self.lead.unlink()
        self.assertEqual(self.run_.state, "stopped")
        self.assertEqual(self.run_.stop_reason, "record_deleted")
        self.assertNothingOpen(self.run_)
        self.assertLedgerTellsState(self.run_)

    def test_deleted_record_keeps_run_and_ledger(self):
        ref = self.activity.id
        self.lead.unlink()
        self.assertTrue(self.run_.exists())
        self.assertEqual(len(self.run_.line_ids), 5)
        self.assertTrue(self._get_logs([("activity_ref", "=", ref)]))

    def test_record_deleted_behind_the_orm_ends_the_run(self):
        """As a cascade of the database does."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", self.lead.ids)
        self.env.invalidate_all()
        self.activity.sudo().action_done()
        self.assertEqual(self.run_.stop_reason, "record_deleted")
        self.assertNothingOpen(self.run_)
        self.assertLedgerTellsState(self.run_)

    def test_archived_type_of_a_waiting_step_is_no_obstacle(self):
        self.type_call.active = False
        self.activity.action_done()
        self.assertEqual(self.last.state, "scheduled")


@tagged("crm_activity_plus")
class TestRunMerge(RunCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The lead that stays: further in the pipeline.
        cls.kept = cls._create_lead("Kept", probability=99, partner_id=cls.partner.id)

    def _merge(self):
        merged = (self.lead + self.kept).merge_opportunity()
        self.assertEqual(merged, self.kept)
        self.assertFalse(self.lead.exists())

    def test_run_goes_on_with_the_lead_that_stays(self):
        self._merge()
        self.assertEqual(self.run_.state, "running")
        self.assertEqual(self.run_.res_id, self.kept.id)
        self.assertEqual(self.run_.lead_id, self.kept)
        self.assertEqual(set(self.run_.line_ids.mapped("res_id")), {self.kept.id})
        self.assertEqual(self.kept.active_plan_run_id, self.run_)

    def test_activities_go_with_it(self):
        self._merge()
        self.assertEqual(self.activity.res_id, self.kept.id)
        self.activity.action_done()
        self.assertEqual(self.last.activity_id.res_id, self.kept.id)

    def test_ledger_tells_it(self):
        self._merge()
        moved = self._get_logs([("run_id", "=", self.run_.id), ("event", "=", "moved")])
        self.assertEqual(len(moved), 1)
        self.assertEqual(moved.res_id, self.kept.id)
        self.assertLedgerTellsState(self.run_)

    def test_of_two_runs_of_one_plan_the_further_goes_on(self):
        other = self._launch(self.kept)
        self.activity.action_done()
        self._merge()
        self.assertEqual(self.run_.state, "running")
        self.assertEqual((other.state, other.stop_reason), ("stopped", "merged"))
        self.assertNothingOpen(other)
        self.assertLedgerTellsState(self.run_ + other)

    def test_of_two_runs_as_far_that_of_the_kept_lead_goes_on(self):
        other = self._launch(self.kept)
        self._merge()
        self.assertEqual(other.state, "running")
        self.assertEqual(self.run_.stop_reason, "merged")

    def test_runs_of_two_plans_both_go_on(self):
        plan = self._create_plan("Other", self._step(self.type_call, "Call"))
        other = self._launch(self.kept, plan)
        self._merge()
        self.assertEqual((self.run_ + other).mapped("state"), ["running", "running"])

    def test_ended_runs_go_along_as_history(self):
        self.run_.action_stop()
        self._merge()
        self.assertEqual(self.run_.stop_reason, "manual")
        self.assertEqual(self.kept.plan_run_ids, self.run_)
